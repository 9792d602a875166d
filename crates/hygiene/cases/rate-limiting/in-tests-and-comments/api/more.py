# from slowapi import Limiter
"""
from slowapi import Limiter
"""
