"""Settings: what an operator reads when one is wrong."""

import pytest
from pydantic_settings import SettingsConfigDict

from servicekit.settings import ServiceSettings, load_settings


class ParcelSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="PARCEL_")

    port: int = 7001


def test_a_variable_with_the_services_prefix_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARCEL_PORT", "7002")

    assert load_settings(ParcelSettings).port == 7002


def test_the_bus_is_found_under_its_common_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NATS_URL", "nats://127.0.0.1:9999")

    assert load_settings(ParcelSettings).nats_url == "nats://127.0.0.1:9999"


@pytest.mark.parametrize(
    "name, value, said",
    [
        ("PARCEL_METRICS_PORT", "70000", "PARCEL_METRICS_PORT"),
        ("PARCEL_LOG_LEVEL", "loud", "PARCEL_LOG_LEVEL"),
        ("PARCEL_DRAIN_SECONDS", "-1", "PARCEL_DRAIN_SECONDS"),
        ("PARCEL_TLS_CERT_FILE", "/nowhere.pem", "tls_key_file"),
    ],
)
def test_nonsense_ends_the_start_with_one_line_naming_the_variable(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    said: str,
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit) as stopped:
        load_settings(ParcelSettings)

    assert stopped.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("parcel: wrong setting: ")
    assert said in line
