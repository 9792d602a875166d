import os

key = os.environ["API_KEY"]
