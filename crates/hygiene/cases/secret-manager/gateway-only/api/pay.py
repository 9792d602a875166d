import os

key = os.getenv("STRIPE_SECRET_KEY")
