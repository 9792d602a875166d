from sqlalchemy import engine_from_config

e = engine_from_config({})
