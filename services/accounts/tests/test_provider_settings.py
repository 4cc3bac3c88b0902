"""Providers as the settings name them: read whole, or refused in one line that tells no secret."""

import json
from pathlib import Path

import pytest

from accounts.providers import Provider, is_safe, parse_providers
from accounts.settings import AccountsSettings
from servicekit.settings import load_settings

ONE = {
    "key": "example",
    "name": "Example",
    "issuer": "https://id.example",
    "client_id": "us",
    "client_secret": "s3cr3t",
}


def test_providers_come_as_text_or_in_a_file_and_keep_their_order(tmp_path: Path) -> None:
    other = {**ONE, "key": "other", "issuer": "https://other.example"}
    del other["client_secret"]
    text = json.dumps([other, ONE])
    file = tmp_path / "providers.json"
    file.write_text(text)

    found = parse_providers(text)
    assert list(found) == ["other", "example"]
    assert found["example"] == Provider("example", "Example", "https://id.example", "us", "s3cr3t")
    assert found["other"].client_secret == ""
    assert parse_providers(str(file)) == found
    assert parse_providers("") == parse_providers("[]") == {}
    assert "s3cr3t" not in repr(found)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[", "is not valid JSON"),
        ("/nowhere/providers.json", "names a file that cannot be read"),
        (json.dumps([1]), "provider 1: must be an object"),
        (json.dumps([{**ONE, "colour": "blue"}]), "provider 1: 'colour' is not known"),
        (json.dumps([{**ONE, "key": "Up"}]), "provider 1: key must be"),
        (json.dumps([{**ONE, "key": "second-factor"}]), "provider 1: key must be"),
        (json.dumps([{**ONE, "name": " "}]), "name and client_id must be given"),
        (json.dumps([{**ONE, "client_secret": 7}]), "provider 1: client_secret must be a text"),
        (json.dumps([{**ONE, "issuer": "http://id.example"}]), "issuer must be an https address"),
        (
            json.dumps([{**ONE, "issuer": "https://id.example?x"}]),
            "issuer must be an https address",
        ),
        (json.dumps([ONE, ONE]), "provider 2: the key example is used twice"),
        (json.dumps([ONE, {**ONE, "key": "two"}]), "provider 2: its issuer is used twice"),
    ],
)
def test_what_cannot_be_is_refused_before_the_start(
    text: str, fault: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ACCOUNTS_OIDC_PROVIDERS", text)
    with pytest.raises(SystemExit):
        load_settings(AccountsSettings)
    said = capsys.readouterr().err
    assert fault in said
    assert "s3cr3t" not in said


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://id.example/x", True),
        ("http://127.0.0.1:8080", True),
        ("http://localhost", True),
        ("http://id.example", False),
        ("http://localhost.example", False),
        ("https://ann:pw@id.example", False),
        ("https://id.example#x", False),
        ("https://[", False),
        ("//id.example", False),
        ("javascript:alert(1)", False),
        ("", False),
    ],
)
def test_only_addresses_nobody_can_read_along_at_are_asked(url: str, safe: bool) -> None:
    assert is_safe(url) is safe
