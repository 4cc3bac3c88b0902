"""Questions about codes of other sets than ICD-10-CM, against the whole catalog."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.assistant.tests.assistant_process import PUBLIC, AssistantProcess
from services.assistant.tests.conftest import NO_BUS
from services.lookup.tests.conftest import whole_catalog as whole_catalog
from services.lookup.tests.lookup_process import LookupProcess


@pytest.fixture
async def assistant(whole_catalog: Path) -> AsyncIterator[AssistantProcess]:
    """An assistant that asks a lookup of everything that is installed."""
    lookup = LookupProcess(whole_catalog.parent, NO_BUS)
    try:
        await lookup.start()
        assistant = AssistantProcess(f"127.0.0.1:{lookup.listening['grpc_port']}")
        try:
            await assistant.start()
            yield assistant
        finally:
            await assistant.kill()
    finally:
        await lookup.kill()


async def test_codes_of_every_set_are_told_with_their_sources(assistant: AssistantProcess) -> None:
    device = await assistant.ask("What is E0601?", PUBLIC)
    assert "E0601 is “Cont airway pressure device” in HCPCS Level II." in device.text
    assert device.evidence["e1"].href == "/hcpcs/E0601"
    operation = await assistant.ask("What is 0DTJ4ZZ?", PUBLIC)
    assert "Resection of Appendix, Percutaneous Endoscopic Approach" in operation.text
    assert operation.evidence["e1"].href == "/icd-10-pcs/0DTJ4ZZ"
    assert (await assistant.ask("Is 0DTJ4ZZ billable?", PUBLIC)).text.startswith("Yes: 0DTJ4ZZ")


async def test_a_code_listed_at_other_times_is_told_with_them(assistant: AssistantProcess) -> None:
    answer = await assistant.ask("What is J0570 on 2025-05-01?", PUBLIC)
    assert not answer.answered
    assert "HCPCS Level II has no code J0570 on 2025-05-01" in answer.done.reason
    assert "2019-07-01 to" in answer.done.reason


async def test_pairs_are_read_from_notes_which_only_diagnoses_have(
    assistant: AssistantProcess,
) -> None:
    answer = await assistant.ask("Can I report 0DTJ4ZZ with 0DTJ0ZZ?")
    assert not answer.answered
    assert "ICD-10-PCS has no notes on which codes go together" in answer.done.reason
