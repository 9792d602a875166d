import os

from sqlalchemy import create_engine

engine = create_engine(
    os.getenv("DATABASE_URL", "postgresql://u@localhost/app"),
    pool_pre_ping=True,
    pool_size=int(os.getenv("POOL", "20")),
    max_overflow=40,
    pool_recycle=3600,
    pool_timeout=30,
)
