import pytest

from shelf import settings


def test_without_anything_set_the_defaults_hold(tmp_path):
    found = settings.load(tmp_path / "none", {})
    assert (found.loan_weeks, found.database_url) == (3, "sqlite:///shelf.db")


def test_the_environment_overrules_the_file(tmp_path):
    file = tmp_path / ".env"
    file.write_text('SHELF_LIBRARY_NAME="Hill Library"\nSHELF_LOAN_WEEKS=2\nOTHER=1\n')
    found = settings.load(file, {"SHELF_LOAN_WEEKS": "4"})
    assert (found.library_name, found.loan_weeks) == ("Hill Library", 4)


@pytest.mark.parametrize("weeks", ["0", "-1", "three"])
def test_a_loan_lasts_at_least_a_week(tmp_path, weeks):
    with pytest.raises(ValueError, match="loan_weeks"):
        settings.load(tmp_path / "none", {"SHELF_LOAN_WEEKS": weeks})
