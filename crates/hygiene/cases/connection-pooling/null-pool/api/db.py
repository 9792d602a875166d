from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

e = create_engine(URL, poolclass=NullPool)
