"""Settings of mail: sent one way or filed, with links that lead to the site, never in clear."""

from pathlib import Path

import pytest

from accounts.mail_carriers import FolderCarrier, SmtpCarrier, carrier_of
from accounts.settings import AccountsSettings
from servicekit.settings import load_settings

SENT = {
    "ACCOUNTS_SMTP_HOST": "mail.example.org",
    "ACCOUNTS_BASE_URL": "https://codes.example.org",
    "ACCOUNTS_MAIL_FROM": "no-reply@codes.example.org",
}


def read(monkeypatch: pytest.MonkeyPatch, **variables: str) -> AccountsSettings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load_settings(AccountsSettings)


def test_mail_goes_to_a_server_to_a_folder_or_waits(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert carrier_of(read(monkeypatch)) is None
    filed = read(monkeypatch, ACCOUNTS_MAIL_DIR=str(tmp_path))
    assert isinstance(carrier_of(filed), FolderCarrier)
    monkeypatch.delenv("ACCOUNTS_MAIL_DIR")
    sent = read(monkeypatch, **SENT)
    assert isinstance(carrier_of(sent), SmtpCarrier)
    assert (sent.smtp_port, sent.smtp_security) == (587, "starttls")


def test_the_name_and_the_address_of_the_site_are_the_ones_it_has_everywhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shared = read(monkeypatch, SITE_NAME="Codes", BASE_URL="https://codes.example.org/")
    assert (shared.site_name, shared.base_url) == ("Codes", "https://codes.example.org")
    own = read(monkeypatch, ACCOUNTS_BASE_URL="http://localhost:8123")
    assert own.base_url == "http://localhost:8123"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({**SENT, "ACCOUNTS_BASE_URL": ""}, "must be http://host"),
        ({**SENT, "ACCOUNTS_BASE_URL": "https://a.example/path"}, "must end with the host"),
        ({**SENT, "ACCOUNTS_BASE_URL": "javascript:alert(1)"}, "must be http://host"),
        ({**SENT, "ACCOUNTS_MAIL_FROM": "a@b.org\r\nBcc: c@d.org"}, "ACCOUNTS_MAIL_FROM"),
        ({**SENT, "ACCOUNTS_MAIL_FROM": "nobody"}, "ACCOUNTS_MAIL_FROM"),
        ({**SENT, "ACCOUNTS_MAIL_DIR": "mail"}, "not both"),
        ({**SENT, "ACCOUNTS_SMTP_USER": "u", "ACCOUNTS_SMTP_SECURITY": "none"}, "in clear"),
        ({**SENT, "ACCOUNTS_SMTP_CA_FILE": "/nowhere.pem"}, "does not exist"),
        ({"ACCOUNTS_SMTP_HOST": "mail.example.org"}, "ACCOUNTS_BASE_URL must be set"),
        ({"SITE_NAME": "a\nb"}, "must be printable"),
    ],
)
def test_what_would_send_mail_astray_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    wrong: dict[str, str],
    said: str,
) -> None:
    with pytest.raises(SystemExit):
        read(monkeypatch, **wrong)
    line = capsys.readouterr().err
    assert said in line
    assert line.count("\n") == 1


def test_the_password_of_the_mail_server_is_not_told_when_printed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = read(monkeypatch, **SENT, ACCOUNTS_SMTP_PASSWORD="s3cret")
    assert "s3cret" not in f"{settings!r} {settings}"
