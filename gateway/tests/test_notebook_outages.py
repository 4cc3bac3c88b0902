"""The notebook while a part is away: searches go on, and nothing is taken for empty."""

import asyncio

from gateway.tests.gateway_process import Platform
from tests.support.html_outline import outline

MARK = "/api/v1/favourites/icd-10-cm/E11.9"


async def test_without_accounts_searches_are_answered_and_the_notebook_says_so(
    own_platform: Platform,
) -> None:
    platform = own_platform
    failed = 'gateway_searches_noted_total{outcome="failed"'
    async with platform.account() as member:
        await member.request("PUT", MARK, json={"note": "kept"})
        await platform.accounts.kill()
        empty = await member.get("/search")
        found = await member.get("/search?q=diabetes")
        code = await member.get("/icd-10-cm/E11.9")
        pages = [await member.get(f"/account/{it}") for it in ("favourites", "searches")]
        api = await member.get("/api/v1/favourites")
        put = await member.request("PUT", MARK, json={"note": "new"})
        form = await member.post(
            "/account/favourites", data={"system": "icd-10-cm", "code": "I10", "note": "n"}
        )
        async with asyncio.timeout(10):
            while await platform.gateway.metric(failed) < 1:
                await asyncio.sleep(0.02)

    assert empty.status_code == found.status_code == code.status_code == 200
    assert "They cannot be read just now. Searching works all the same." in empty.text
    assert "/icd-10-cm/E11.9" in outline(found.text).values("href")
    for answer in (*pages, api, put, form):
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0


async def test_without_lookup_marks_are_listed_without_titles(own_platform: Platform) -> None:
    platform = own_platform
    async with platform.account() as member:
        await member.request("PUT", MARK, json={"note": "kept"})
        platform.lookup.stop()
        listed = await member.get("/account/favourites")
        form = await member.get("/account/favourites/icd-10-cm/E11.9")
        other = await member.get("/account/favourites/icd-10-cm/I10")
        removed = await member.request("DELETE", MARK)
        left = (await member.get("/api/v1/favourites")).json()["favourites"]

    assert "its title cannot be looked up just now" in listed.text
    assert "kept" in listed.text
    assert "kept" in form.text
    assert other.status_code == 503
    assert removed.status_code == 204
    assert left == []
