"""Settings: read from the environment, and refused in one line when they are nonsense."""

import pytest
from pydantic import SecretStr

from accounts.settings import AccountsSettings
from servicekit.settings import load_settings


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg"])
def test_a_database_url_may_come_in_every_usual_form(scheme: str) -> None:
    settings = AccountsSettings(
        database_url=SecretStr(f"{scheme}://ann:s%40lt@db.example:5433/people")
    )
    url = settings.database
    assert (url.drivername, url.host, url.port) == ("postgresql+asyncpg", "db.example", 5433)
    assert (url.username, url.password, url.database) == ("ann", "s@lt", "people")


def test_sslmode_reaches_the_driver_under_its_name() -> None:
    settings = AccountsSettings(
        database_url=SecretStr("postgresql://db/people?sslmode=verify-full")
    )
    assert dict(settings.database.query) == {"ssl": "verify-full"}


def test_the_password_is_not_told_when_printed() -> None:
    settings = AccountsSettings(database_url=SecretStr("postgresql://ann:s3cret@db/people"))
    assert "s3cret" not in f"{settings!r} {settings} {settings.database!r} {settings.database}"


@pytest.mark.parametrize(
    "url",
    ["", "people", "mysql://db/people", "postgresql://", "postgresql://db", "postgresql:///x"],
)
def test_what_is_no_database_url_is_refused(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(SystemExit):
        load_settings(AccountsSettings)
    said = capsys.readouterr().err
    assert said.startswith("accounts: wrong setting: ")
    assert "must be postgresql://" in said


def test_an_option_nobody_would_heed_is_refused() -> None:
    with pytest.raises(ValueError, match="option 'options' is not known"):
        AccountsSettings(database_url=SecretStr("postgresql://db/people?options=-c%20fsync%3Doff"))


def test_keys_that_are_none_are_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ACCOUNTS_SECRET_KEYS", "k1:s3cr3t")
    with pytest.raises(SystemExit):
        load_settings(AccountsSettings)
    said = capsys.readouterr().err
    assert said.startswith("accounts: wrong setting: ACCOUNTS_SECRET_KEYS")
    assert "s3cr3t" not in said
