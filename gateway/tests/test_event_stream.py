"""Events and counted questions hold whatever is said, and say no more than they should."""

import json

from hypothesis import given
from hypothesis import strategies as st

from gateway.event_stream import event
from gateway.questions import Question


@given(st.text(max_size=200), st.text(max_size=200))
def test_an_event_is_two_lines_whatever_it_says(key: str, value: str) -> None:
    lines = event("status", {key: value}).decode().split("\n")

    assert lines[0] == "event: status"
    assert json.loads(lines[1].removeprefix("data: ")) == {key: value}
    assert lines[2:] == ["", ""]


@given(st.text(max_size=50), st.text(max_size=50))
def test_a_counted_question_says_nothing_and_fits(text: str, code: str) -> None:
    resource = Question(text, "icd-10-cm", code).resource

    assert len(resource) <= 200
    assert resource == Question(f"  {text}\t", "icd-10-cm", code).resource
