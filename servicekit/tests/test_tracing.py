"""Traces: a well-formed one is continued, anything else starts anew."""

import pytest

from servicekit import tracing


def test_a_callers_trace_is_continued_in_a_span_of_its_own() -> None:
    trace = tracing.begin("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")

    assert trace.trace_id == "0af7651916cd43dd8448eb211c80319c"
    assert trace.span_id != "b7ad6b7169203331"
    assert tracing.current_traceparent() == trace.traceparent


@pytest.mark.parametrize(
    "header",
    [None, "", "00-XYZ", "00-" + "0" * 32 + "-b7ad6b7169203331-01", "0" * 5_000],
)
def test_a_malformed_trace_is_replaced(header: str | None) -> None:
    trace = tracing.begin(header)

    assert len(trace.trace_id) == 32
    assert trace.trace_id != "0" * 32
