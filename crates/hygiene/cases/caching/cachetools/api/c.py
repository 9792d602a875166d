from cachetools import TTLCache
