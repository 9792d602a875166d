"""What can be set from outside: `SHELF_*` variables, in the environment or in a `.env` file."""

import os
from pathlib import Path

from dotenv import dotenv_values
from pydantic import BaseModel, conint

PREFIX = "SHELF_"


class Settings(BaseModel):
    library_name: str = "Shelf"
    database_url: str = "sqlite:///shelf.db"
    loan_weeks: conint(gt=0) = 3
    loans_per_member: conint(gt=0) = 5
    renewals_per_loan: conint(ge=0) = 2
    fee_cents_per_day: conint(ge=0) = 20
    staff_token_hash: str = ""
    metadata_url: str = "https://metadata.example.invalid"


def load(env_file=".env", environ=None):
    """Settings from `env_file`, overruled by the environment; both are optional."""
    values = dict(dotenv_values(env_file)) if Path(env_file).exists() else {}
    values.update(os.environ if environ is None else environ)
    ours = {key[len(PREFIX):].lower(): value for key, value in values.items() if key.startswith(PREFIX)}
    return Settings(**ours)
