"""Only what the asker may see is read, whatever is asked."""

from collections.abc import AsyncIterator

import grpc
import pytest
from grpc import aio

from servicekit.errors import from_rpc_error
from services.assistant.tests.assistant_process import ALL, PUBLIC, AssistantProcess
from services.assistant.tests.recording_lookup import CANARY, RecordingLookup

QUESTIONS = [
    "What is E11.9?",
    "Is E11.9 billable?",
    "Can I report E11.9 with E10.9?",
    "What guidelines and excludes hold for E11.9?",
]


@pytest.fixture
async def recording() -> AsyncIterator[RecordingLookup]:
    lookup = RecordingLookup()
    await lookup.start()
    yield lookup
    await lookup.stop()


@pytest.fixture
async def asking(recording: RecordingLookup) -> AsyncIterator[AssistantProcess]:
    """An assistant whose lookup records."""
    process = AssistantProcess(f"127.0.0.1:{recording.port}")
    try:
        await process.start()
        yield process
    finally:
        await process.kill()


@pytest.mark.parametrize(
    "unlocked",
    [
        (),
        PUBLIC,
        ("official_description",),
        ("guidelines", "payment"),
        (*PUBLIC, "ncci_edits"),
        ALL,
    ],
)
async def test_no_section_that_is_locked_is_ever_read(
    asking: AssistantProcess, recording: RecordingLookup, unlocked: tuple[str, ...]
) -> None:
    for question in QUESTIONS:
        await asking.ask(question, unlocked)
    assert recording.sections
    assert all(recording.sections), "no sections would mean all of them"
    # What is public of every code may be read for everybody.
    allowed = {*unlocked, "official_description"}
    assert {key for asked in recording.sections for key in asked} <= allowed


async def test_notes_on_two_codes_are_not_read_for_guests(
    asking: AssistantProcess, recording: RecordingLookup
) -> None:
    answer = await asking.ask("Can I report E11.9 with E10.9?", PUBLIC)
    assert not answer.answered
    assert "a free account opens" in answer.done.reason
    assert answer.kinds == ["status", "done"]
    assert set(recording.calls) == {"ResolveCode"}


async def test_notes_on_two_codes_are_read_for_those_who_may_see_them(
    asking: AssistantProcess, recording: RecordingLookup
) -> None:
    answer = await asking.ask("Can I report E11.9 with E10.9?", (*PUBLIC, "ncci_edits"))
    assert answer.answered
    assert "GetPairNotes" in recording.calls


async def test_a_description_is_not_read_where_it_is_locked(asking: AssistantProcess) -> None:
    described = await asking.ask("What is E11.9?", PUBLIC)
    assert f"common_language {CANARY}" in described.text
    bare = await asking.ask("What is E11.9?", ())
    assert bare.answered
    assert CANARY not in str(bare.pieces)


async def test_a_sentence_that_facts_do_not_bear_out_is_dropped_and_counted(
    asking: AssistantProcess, recording: RecordingLookup
) -> None:
    """The page contradicts its own mark: billable, and yet not to be reported."""
    recording.standing = "{code} cannot be reported as it stands."
    answer = await asking.ask("Is E11.9 billable?")
    assert not answer.text.startswith("Yes")
    assert await asking.metric("assistant_sentences_dropped_total") == 1


async def test_a_stalled_lookup_is_an_error_before_anything_was_streamed(
    asking: AssistantProcess, recording: RecordingLookup
) -> None:
    recording.stalled = True
    with pytest.raises(aio.AioRpcError) as raised:
        await asking.ask("What is E11.9?")
    error = from_rpc_error(raised.value)
    assert (error.code, error.reason) == (grpc.StatusCode.UNAVAILABLE, "LOOKUP_UNAVAILABLE")
    assert error.domain == "assistant.codingahead"
    unavailable = 'assistant_answers_total{intent="what",outcome="unavailable"}'
    assert await asking.metric(unavailable) == 1


async def test_a_question_that_may_identify_somebody_goes_no_further(
    asking: AssistantProcess, recording: RecordingLookup
) -> None:
    secret = "Is E11.9 billable for MRN 00482913?"
    answer = await asking.ask(secret)
    assert answer.kinds == ["done"]
    assert "a medical record number" in answer.done.reason
    assert "00482913" not in answer.done.reason
    assert recording.calls == []
    assert "00482913" not in str(asking.lines)
