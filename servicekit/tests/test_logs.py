"""Log lines: one JSON object each, with the service and the trace."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from servicekit import tracing
from servicekit.logs import configure_logs, get_logger


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """Other tests of the run write logs too, and not to a stream that this one closes."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_line_carries_service_logger_fields_and_trace(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("parcels")
    trace = tracing.begin()
    get_logger("parcels.store").info("parcel_sent", weight=3)
    logging.getLogger("a.library").warning("took %s s", 5)

    ours, theirs = [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    assert ours["event"] == "parcel_sent"
    assert ours["weight"] == 3
    assert ours["service"] == theirs["service"] == "parcels"
    assert ours["component"] == "parcels.store"
    assert ours["trace_id"] == trace.trace_id
    assert theirs["event"] == "took 5 s"


def test_what_is_below_the_level_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("parcels", "warning")
    get_logger("parcels").info("chatter")

    assert capsys.readouterr().err == ""


def test_tracebacks_for_people_do_not_show_local_variables(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs("parcels", log_format="console")
    try:
        password = "-".join(("not", "to", "be", "seen"))
        raise ValueError(len(password))
    except ValueError:
        get_logger("parcels").exception("parcel_lost")

    said = capsys.readouterr().err
    assert "ValueError" in said
    assert "not-to-be-seen" not in said
