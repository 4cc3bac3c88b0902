"""NLM's Clinical Tables contract: parameters, the answer's shape, errors, other sites' pages."""

from typing import Any

import httpx
import pytest

from gateway.tests.gateway_process import Platform

pytestmark = pytest.mark.asyncio(loop_scope="session")

CM, PCS, HCPCS = (f"/api/{name}/v3/search" for name in ("icd10cm", "icd10pcs", "hcpcs"))


async def ask(platform: Platform, path: str, **parameters: str) -> httpx.Response:
    async with platform.guest() as client:
        return await client.get(path, params=parameters)


async def found(platform: Platform, path: str = CM, **parameters: str) -> list[Any]:
    answer = await ask(platform, path, **parameters)
    assert answer.status_code == 200, answer.text
    total, codes, extra, rows = answer.json()
    assert len(codes) == len(rows) <= total
    return [total, codes, extra, rows]


async def test_the_answer_is_total_codes_extra_and_display(wide_platform: Platform) -> None:
    total, codes, extra, rows = await found(wide_platform, terms="type 2 diab")
    assert total >= 2
    assert extra is None
    assert ["E11.9", "Type 2 diabetes mellitus without complications"] in rows
    assert codes == [code for code, _ in rows]


async def test_fields_are_named_aliased_and_empty_where_unknown(wide_platform: Platform) -> None:
    total, codes, extra, rows = await found(
        wide_platform, terms="hyperten", df="name,nothing", cf="name", ef="code:id,name,nothing:n"
    )
    title = "Essential (primary) hypertension"
    assert (total, codes, rows) == (1, [title], [[title, ""]])
    assert extra == {"id": ["I10"], "name": [title], "n": [""]}


async def test_only_the_searched_field_counts_where_one_is_named(wide_platform: Platform) -> None:
    assert (await found(wide_platform, terms="diabetes", sf="code"))[0] == 0
    assert (await found(wide_platform, terms="diabetes", sf="name"))[0] > 0
    every = await found(wide_platform, terms="diabetes")
    assert await found(wide_platform, terms="diabetes", sf="code,name") == every


async def test_all_words_must_match(wide_platform: Platform) -> None:
    assert await found(wide_platform, terms="diabetes zebra") == [0, [], None, []]


async def test_lists_are_as_long_as_asked_for(wide_platform: Platform) -> None:
    total, every, _, _ = await found(wide_platform, terms="diabetes", maxList="")
    assert len(every) == total > 3
    assert (await found(wide_platform, terms="diabetes", maxList="2"))[:2] == [total, every[:2]]
    assert (await found(wide_platform, terms="diabetes", maxList="0"))[1] == []
    assert (await found(wide_platform, terms="diabetes", maxList="9999"))[1] == every
    paged = await found(wide_platform, terms="diabetes mell", count="2", offset="1")
    assert paged[1] == (await found(wide_platform, terms="diabetes mell"))[1][1:3]


async def test_a_condition_narrows_and_can_stand_alone(wide_platform: Platform) -> None:
    _, codes, _, _ = await found(wide_platform, terms="diabetes", q="code:E11*")
    assert codes
    assert all(code.startswith("E11") for code in codes)
    _, codes, _, _ = await found(wide_platform, terms="", q="name:diabetes -code:E11*")
    assert codes
    assert not any(code.startswith("E11") for code in codes)


async def test_the_other_tables(wide_platform: Platform) -> None:
    _, codes, _, rows = await found(wide_platform, PCS, terms="resection")
    assert codes
    assert codes == [code for code, _ in rows]
    _, codes, extra, rows = await found(
        wide_platform, HCPCS, terms="inj", ef="short_desc,long_desc,obsolete,is_noc"
    )
    assert codes == [code for code, _ in rows]
    for number, (_, display) in enumerate(rows):
        assert display in (extra["short_desc"][number], extra["long_desc"][number])
        assert (extra["obsolete"][number], extra["is_noc"][number]) == ("false", "")


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({}, "terms is missing"),
        ({"terms": "a", "maxList": "x"}, "maxList must be a number"),
        ({"terms": "a", "maxList": "-1"}, "maxList must be a number"),
        ({"terms": "a", "offset": "1.5"}, "offset must be a number"),
        ({"terms": "a", "offset": "7499"}, "7,500 at most"),
        ({"terms": "a", "q": "(a"}, "parenthesis is not closed"),
        ({"terms": "a", "ef": ",".join("abcdefghijklmnopqrstu")}, "20 fields at most"),
        ({"terms": "a" * 501}, "terms"),
    ],
)
async def test_what_cannot_be_answered_is_said_to_pages_of_other_sites_too(
    platform: Platform, parameters: dict[str, str], said: str
) -> None:
    answer = await ask(platform, CM, **parameters)
    assert answer.status_code == 400
    assert said in answer.json()["detail"]
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("terms", ["<script>", "' OR 1=1 --", "*:*", "\u0000", "\ud7ff", "…", "\\"])
async def test_odd_words_are_answered(platform: Platform, terms: str) -> None:
    assert (await ask(platform, CM, terms=terms)).status_code == 200


async def test_pages_of_other_sites_may_read_answers(platform: Platform) -> None:
    async with platform.guest() as client:
        origin = {"origin": "https://clinic.example", "sec-fetch-site": "cross-site"}
        answer = await client.get(CM, params={"terms": "diab"}, headers=origin)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "set-cookie" not in answer.headers
        asked = {**origin, "access-control-request-method": "GET"}
        preflight = await client.options(CM, headers=asked)
        assert preflight.status_code == 204
        assert preflight.headers["access-control-allow-methods"] == "GET"
        assert (await client.get("/api/v1/search?q=diab", headers=origin)).headers.get(
            "access-control-allow-origin"
        ) is None
