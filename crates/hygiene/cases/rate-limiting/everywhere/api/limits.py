from flask_limiter import Limiter

limiter = Limiter()
