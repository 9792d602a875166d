from slowapi import Limiter

limiter = Limiter()
