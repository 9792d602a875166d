import sqlalchemy as sa

e = sa.create_engine(URL, pool_size=5)
