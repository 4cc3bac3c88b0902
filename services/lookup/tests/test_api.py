"""The whole service over gRPC, as a process of its own with a real catalog and bus."""

from collections.abc import Awaitable
from pathlib import Path

import grpc
import pytest
from grpc import aio

from codingahead.lookup.v1 import lookup_pb2 as pb
from lookup.page_token import write_token
from servicekit.errors import ServiceError, from_rpc_error
from services.lookup.tests.hostile_texts import HOSTILE
from services.lookup.tests.lookup_process import LookupProcess

CM = "icd-10-cm"
OUTCOME = pb.ResolveCodeResponse
SECTIONS = [
    *("official_description", "common_language", "guidelines", "modifiers", "ncci_edits"),
    *("crosswalks", "payment", "medicare_coverage", "history_and_related"),
]


async def refused[A](call: Awaitable[A]) -> ServiceError:
    with pytest.raises(aio.AioRpcError) as raised:
        await call
    error = from_rpc_error(raised.value)
    assert error.domain == "lookup.codingahead"
    return error


async def test_the_catalog_names_its_releases(lookup: LookupProcess, built_catalog: Path) -> None:
    answer = await lookup.stub.GetCatalog(pb.GetCatalogRequest(), timeout=2)
    assert answer.catalog_id == built_catalog.name
    (system,) = answer.systems
    assert (system.system, system.name) == (CM, "ICD-10-CM")
    assert (system.code_count, system.billable_count) == (98_186, 74_719)
    assert (system.release.id, system.release.effective, system.release.expires) == (
        "icd-10-cm-2026-04",
        "2026-04-01",
        "2026-09-30",
    )


async def test_resolving_says_what_came_of_it(lookup: LookupProcess) -> None:
    async def resolve(text: str, system: str = CM, on: str = "") -> pb.ResolveCodeResponse:
        request = pb.ResolveCodeRequest(system=system, text=text, on=on)
        return await lookup.stub.ResolveCode(request, timeout=2)

    found = await resolve("e119")
    assert found.outcome == OUTCOME.OUTCOME_FOUND
    assert (found.code.system, found.code.code, found.code.billable) == (CM, "E11.9", True)
    assert (await resolve("E11.9", on="2026-09-30")).outcome == OUTCOME.OUTCOME_FOUND
    missing = await resolve("E11.99")
    assert missing.outcome == OUTCOME.OUTCOME_CODE_NOT_FOUND
    assert not missing.HasField("code")
    assert missing.suggestions[0].code == "E11.9"
    assert len(missing.suggestions) == 8
    for system in ("icd-10-pcs", "hcpcs", "cpt"):
        assert (await resolve("J0100", system)).outcome == OUTCOME.OUTCOME_CODE_SET_NOT_LOADED
    for day in ("2026-03-31", "2026-10-01"):
        late = await resolve("E11.9", on=day)
        assert late == pb.ResolveCodeResponse(outcome=OUTCOME.OUTCOME_NOT_KNOWN_FOR_DATE)


async def test_a_page_has_its_nine_sections(lookup: LookupProcess, built_catalog: Path) -> None:
    request = pb.GetCodePageRequest(system=CM, code="E11.9", on="2026-04-01")
    answer = await lookup.stub.GetCodePage(request, timeout=2)
    assert answer.catalog_id == built_catalog.name
    page = answer.page
    assert (page.code.code, page.code.billable) == ("E11.9", True)
    assert page.release.id == "icd-10-cm-2026-04"
    assert [ancestor.label for ancestor in page.ancestors] == ["4", "E08-E13", "E11"]
    assert [section.key for section in page.sections] == SECTIONS
    assert [section.public for section in page.sections] == [True] * 2 + [False] * 7
    assert all(section.blocks for section in page.sections)
    named = {block.source_id for section in page.sections for block in section.blocks}
    assert named - {""} == {source.id for source in page.sources}


@pytest.mark.parametrize(
    ("system", "code", "on", "status", "reason"),
    [
        (CM, "e11.9", "", "NOT_FOUND", "CODE_NOT_FOUND"),
        (CM, "E119", "", "NOT_FOUND", "CODE_NOT_FOUND"),
        (CM, "E11.99", "", "NOT_FOUND", "CODE_NOT_FOUND"),
        (CM, "", "", "NOT_FOUND", "CODE_NOT_FOUND"),
        (CM, "E08-E13", "", "NOT_FOUND", "CODE_NOT_FOUND"),
        (CM, "E11.9\0", "", "NOT_FOUND", "CODE_NOT_FOUND"),
        (CM, "E11.9", "2026-10-01", "NOT_FOUND", "NOT_KNOWN_FOR_DATE"),
        ("hcpcs", "J0100", "", "NOT_FOUND", "CODE_SET_NOT_LOADED"),
        ("icd-11", "E11.9", "", "INVALID_ARGUMENT", "SYSTEM_UNKNOWN"),
        ("", "E11.9", "", "INVALID_ARGUMENT", "SYSTEM_UNKNOWN"),
        (CM, "E" * 65, "", "INVALID_ARGUMENT", "QUERY_TOO_LONG"),
        (CM, "E11.9", "2026-4-1", "INVALID_ARGUMENT", "DATE_MALFORMED"),
        (CM, "E11.9", "20260401", "INVALID_ARGUMENT", "DATE_MALFORMED"),
        (CM, "E11.9", "2026-02-30", "INVALID_ARGUMENT", "DATE_MALFORMED"),
        (CM, "E11.9", "٢٠٢٦-٠٤-٠١", "INVALID_ARGUMENT", "DATE_MALFORMED"),
    ],
)
async def test_a_page_that_is_not_there_says_why(
    lookup: LookupProcess, system: str, code: str, on: str, status: str, reason: str
) -> None:
    request = pb.GetCodePageRequest(system=system, code=code, on=on)
    error = await refused(lookup.stub.GetCodePage(request, timeout=2))
    assert (error.code.name, error.reason) == (status, reason)
    assert bool(error.violations) == (status == "INVALID_ARGUMENT")


async def test_a_pair_is_told_what_notes_say_of_it(lookup: LookupProcess) -> None:
    async def ask(first: str, second: str) -> pb.GetPairNotesResponse:
        request = pb.GetPairNotesRequest(system=CM, first=first, second=second)
        return await lookup.stub.GetPairNotes(request, timeout=2)

    answer = await ask("E11.9", "O24.410")
    assert (answer.first.code, answer.second.code) == ("E11.9", "O24.410")
    note = answer.notes[0]
    assert note.kind == pb.PairNote.KIND_EXCLUDES1
    assert (note.holds_for, note.names, note.origin.code) == ("E11.9", "O24.410", "E11")
    assert "gestational" in "".join(span.text for span in note.text.spans)
    assert {note.source_id for note in answer.notes} == {source.id for source in answer.sources}
    turned = await ask("O24.410", "E11.9")
    assert {n.SerializeToString() for n in turned.notes} == {
        n.SerializeToString() for n in answer.notes
    }
    silent = await ask("E11.9", "W19")
    assert (list(silent.notes), list(silent.sources)) == ([], [])
    request = pb.GetPairNotesRequest(system=CM, first="E11.9", second="nothing")
    error = await refused(lookup.stub.GetPairNotes(request, timeout=2))
    assert error.reason == "CODE_NOT_FOUND"
    assert error.message.startswith("second: ")


async def browse(lookup: LookupProcess, span: str, on: str = "") -> pb.BrowseResponse:
    request = pb.BrowseRequest(system=CM, range=span, on=on)
    return await lookup.stub.Browse(request, timeout=2)


async def test_a_system_is_browsed_by_its_chapters(
    lookup: LookupProcess, built_catalog: Path
) -> None:
    answer = await browse(lookup, "", on="2026-04-01")
    assert answer.catalog_id == built_catalog.name
    assert answer.release.id == "icd-10-cm-2026-04"
    assert not answer.HasField("place")
    assert not answer.ancestors
    assert [entry.place.label for entry in answer.entries] == [str(n) for n in range(1, 23)]
    first = answer.entries[0]
    assert first.place == pb.Ancestor(
        kind="chapter",
        label="1",
        display="Certain infectious and parasitic diseases",
        link=pb.Link(system=CM, range="A00-B99"),
    )
    assert not first.billable
    assert sum(entry.billable_count for entry in answer.entries) == 74_719


async def test_a_place_leads_up_and_down(lookup: LookupProcess) -> None:
    answer = await browse(lookup, "t20-t32")
    assert (answer.place.kind, answer.place.label) == ("section", "T20-T32")
    assert answer.place.link.range == "T20-T32"
    assert [(above.kind, above.link.range) for above in answer.ancestors] == [
        ("chapter", "S00-T88"),
        ("section", "T07-T88"),
    ]
    assert [entry.place.link.range for entry in answer.entries] == ["T20-T25", "T26-T28", "T30-T32"]
    diabetes = await browse(lookup, "E08-E13")
    assert [entry.place.link.code for entry in diabetes.entries] == [
        *("E08", "E09", "E10", "E11", "E13")
    ]
    assert {entry.place.kind for entry in diabetes.entries} == {"category"}


async def test_a_section_of_one_category_leads_to_the_category(lookup: LookupProcess) -> None:
    answer = await browse(lookup, "A00-B99")
    (place,) = (entry.place for entry in answer.entries if entry.place.label == "B20")
    assert (place.kind, place.link.code) == ("section", "B20")


async def test_a_range_of_notes_is_no_place_and_holds_some(lookup: LookupProcess) -> None:
    answer = await browse(lookup, "i10-i13")
    assert answer.place == pb.Ancestor(label="I10-I13", link=pb.Link(system=CM, range="I10-I13"))
    assert [above.label for above in answer.ancestors] == ["9", "I10-I1A"]
    assert [entry.place.link.code for entry in answer.entries] == ["I10", "I11", "I12", "I13"]
    assert [entry.billable for entry in answer.entries] == [True, False, False, False]


@pytest.mark.parametrize(
    ("request_", "status", "reason"),
    [
        (pb.BrowseRequest(system=CM, range="E14-E14"), "NOT_FOUND", "CODE_NOT_FOUND"),
        (pb.BrowseRequest(system=CM, range="E13-E08"), "NOT_FOUND", "CODE_NOT_FOUND"),
        (pb.BrowseRequest(system=CM, range="E11"), "INVALID_ARGUMENT", "REQUEST_INVALID"),
        (pb.BrowseRequest(system=CM, range="E" * 65), "INVALID_ARGUMENT", "QUERY_TOO_LONG"),
        (pb.BrowseRequest(system=CM, on="2026-10-01"), "NOT_FOUND", "NOT_KNOWN_FOR_DATE"),
        (pb.BrowseRequest(system=CM, on="soon"), "INVALID_ARGUMENT", "DATE_MALFORMED"),
        (pb.BrowseRequest(system="icd-10-pcs"), "NOT_FOUND", "CODE_SET_NOT_LOADED"),
        (pb.BrowseRequest(system="icd-11"), "INVALID_ARGUMENT", "SYSTEM_UNKNOWN"),
    ],
)
async def test_a_place_that_is_not_there_says_why(
    lookup: LookupProcess, request_: pb.BrowseRequest, status: str, reason: str
) -> None:
    error = await refused(lookup.stub.Browse(request_, timeout=2))
    assert (error.code.name, error.reason) == (status, reason)


async def test_search_finds_and_shows_why(lookup: LookupProcess, built_catalog: Path) -> None:
    request = pb.SearchRequest(query="type 2 diabetes", systems=[CM], on="2026-05-05")
    answer = await lookup.stub.Search(request, timeout=2)
    assert answer.catalog_id == built_catalog.name
    assert answer.total > len(answer.results) == 20
    first = answer.results[0]
    assert (first.code.code, first.code.system) == ("E11.9", CM)
    (highlight,) = first.highlights
    assert highlight.field == "title"
    assert [(mark.start, mark.end) for mark in highlight.marks] == [(0, 4), (5, 6), (7, 15)]


async def test_tokens_lead_through_all_results(lookup: LookupProcess) -> None:
    whole = await lookup.stub.Search(
        pb.SearchRequest(query="type 2 diabetes", page_size=100), timeout=2
    )
    assert whole.next_page_token == ""
    codes: list[str] = []
    token = ""
    while True:
        request = pb.SearchRequest(query="type 2 diabetes", page_size=25, page_token=token)
        answer = await lookup.stub.Search(request, timeout=2)
        codes += [result.code.code for result in answer.results]
        token = answer.next_page_token
        if not token:
            break
    assert codes == [result.code.code for result in whole.results]
    begin = pb.SearchRequest(query="type 2 diabetes", page_size=5)
    second = pb.SearchRequest(
        query="type 2 diabetes",
        page_size=5,
        skip=3,
        page_token=(await lookup.stub.Search(begin, timeout=2)).next_page_token,
    )
    skipped = await lookup.stub.Search(second, timeout=2)
    assert [result.code.code for result in skipped.results] == codes[8:13]


async def test_a_token_is_good_for_one_question_in_one_catalog(lookup: LookupProcess) -> None:
    begin = pb.SearchRequest(query="type 2 diabetes", page_size=5)
    good = (await lookup.stub.Search(begin, timeout=2)).next_page_token
    other_catalog = write_token("0123456789abcdef", 5)
    for query, token in [
        ("type 1 diabetes", good),
        ("type 2 diabetes", other_catalog),
        *(("type 2 diabetes", bad) for bad in ("x", "%%%", good[:-2], good * 20, "é", "\0", "=")),
    ]:
        request = pb.SearchRequest(query=query, page_size=5, page_token=token)
        error = await refused(lookup.stub.Search(request, timeout=2))
        assert error.reason == "PAGE_TOKEN_INVALID", (query, token)
        assert error.code is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize(
    ("request_", "reason", "field"),
    [
        (pb.SearchRequest(query="x" * 501), "QUERY_TOO_LONG", "query"),
        (pb.SearchRequest(query="x", systems=["icd-11"]), "SYSTEM_UNKNOWN", "systems"),
        (pb.SearchRequest(query="x", on="tomorrow"), "DATE_MALFORMED", "on"),
        (pb.SearchRequest(query="x", page_size=101), "REQUEST_INVALID", "page_size"),
        (pb.SearchRequest(query="x", page_size=-1), "REQUEST_INVALID", "page_size"),
        (pb.SearchRequest(query="x", skip=-1), "REQUEST_INVALID", "skip"),
    ],
)
async def test_a_malformed_search_is_an_invalid_argument(
    lookup: LookupProcess, request_: pb.SearchRequest, reason: str, field: str
) -> None:
    error = await refused(lookup.stub.Search(request_, timeout=2))
    assert (error.code, error.reason) == (grpc.StatusCode.INVALID_ARGUMENT, reason)
    assert list(error.violations) == [field]


async def test_searching_where_nothing_is_loaded_says_so(lookup: LookupProcess) -> None:
    only_hcpcs = pb.SearchRequest(query="wheelchair", systems=["hcpcs"])
    assert (await refused(lookup.stub.Search(only_hcpcs, timeout=2))).reason == (
        "CODE_SET_NOT_LOADED"
    )
    late = pb.SearchRequest(query="diabetes", on="2027-01-01")
    assert (await refused(lookup.stub.Search(late, timeout=2))).reason == "NOT_KNOWN_FOR_DATE"
    both = pb.SearchRequest(query="diabetes", systems=["hcpcs", CM])
    assert (await lookup.stub.Search(both, timeout=2)).total > 0


async def test_suggestions_complete_codes_and_words(lookup: LookupProcess) -> None:
    answer = await lookup.stub.Suggest(pb.SuggestRequest(query="type 2 diab"), timeout=2)
    assert len(answer.suggestions) == 8
    assert answer.suggestions[0].code == "E11.9"
    request = pb.SuggestRequest(query="e116", page_size=2)
    answer = await lookup.stub.Suggest(request, timeout=2)
    assert [ref.code for ref in answer.suggestions] == ["E11.6", "E11.61"]
    for bad, reason in [
        (pb.SuggestRequest(query="x" * 201), "QUERY_TOO_LONG"),
        (pb.SuggestRequest(query="x", page_size=26), "REQUEST_INVALID"),
        (pb.SuggestRequest(query="x", systems=["x"]), "SYSTEM_UNKNOWN"),
        (pb.SuggestRequest(query="x", systems=["cpt"]), "CODE_SET_NOT_LOADED"),
    ]:
        assert (await refused(lookup.stub.Suggest(bad, timeout=2))).reason == reason


async def test_hostile_text_is_never_an_internal_error(lookup: LookupProcess) -> None:
    for text in HOSTILE:
        await lookup.stub.Search(pb.SearchRequest(query=text[:500]), timeout=5)
        await lookup.stub.Suggest(pb.SuggestRequest(query=text[:200]), timeout=5)
        request = pb.ResolveCodeRequest(system=CM, text=text[:64])
        await lookup.stub.ResolveCode(request, timeout=5)
        page = pb.GetCodePageRequest(system=CM, code=text[:64])
        assert (await refused(lookup.stub.GetCodePage(page, timeout=5))).reason == "CODE_NOT_FOUND"
        if text:
            place = pb.BrowseRequest(system=CM, range=text[:64])
            await refused(lookup.stub.Browse(place, timeout=5))
    assert "call_failed" not in {line["event"] for line in lookup.lines}
