"""Marked codes and past searches: kept for their owner, bounded, and gone with the account."""

from collections.abc import Awaitable

import grpc
import pytest
from grpc import aio

from codingahead.accounts.v1 import notebook_pb2 as pb
from codingahead.accounts.v1 import notebook_pb2_grpc
from servicekit.errors import ServiceError, from_rpc_error
from servicekit.grpc_client import open_channel
from servicekit.settings import ServiceSettings
from services.accounts.tests.accounts_process import AccountsProcess
from services.accounts.tests.people import register_request
from services.accounts.tests.sql import Sql

SECONDS = 5.0
CM = "icd-10-cm"


class Notebook:
    """The notebook of one new account."""

    def __init__(self, stub: "notebook_pb2_grpc.NotebookServiceAsyncStub", owner: str) -> None:
        self.stub = stub
        self.owner = owner

    async def mark(self, code: str, note: str = "", system: str = CM) -> pb.Favourite:
        request = pb.SaveFavouriteRequest(
            account_id=self.owner, system=system, code=code, note=note
        )
        return (await self.stub.SaveFavourite(request, timeout=SECONDS)).favourite

    async def marks(self, size: int = 0, token: str = "") -> pb.ListFavouritesResponse:
        request = pb.ListFavouritesRequest(account_id=self.owner, page_size=size, page_token=token)
        return await self.stub.ListFavourites(request, timeout=SECONDS)

    async def search(self, query: str, system: str = "") -> None:
        request = pb.RecordSearchRequest(account_id=self.owner, query=query, system=system)
        await self.stub.RecordSearch(request, timeout=SECONDS)

    async def searches(self, size: int = 0) -> list[str]:
        request = pb.ListSearchesRequest(account_id=self.owner, page_size=size)
        return [s.query for s in (await self.stub.ListSearches(request, timeout=SECONDS)).searches]


@pytest.fixture
async def notebook(process: AccountsProcess) -> Notebook:
    return await new_notebook(process, "ann@example.org")


async def new_notebook(process: AccountsProcess, email: str) -> Notebook:
    session = (await process.stub.Register(register_request(email), timeout=SECONDS)).session
    channel = open_channel(process.target, ServiceSettings())
    return Notebook(notebook_pb2_grpc.NotebookServiceStub(channel), session.principal.account_id)


async def refused(call: Awaitable[object]) -> ServiceError:
    with pytest.raises(aio.AioRpcError) as raised:
        await call
    error = from_rpc_error(raised.value)
    assert error.domain == "accounts.codingahead"
    return error


async def test_marks_are_listed_the_one_changed_last_first(notebook: Notebook) -> None:
    await notebook.mark("E11.9", "the usual one")
    await notebook.mark("I10")
    await notebook.mark("E0601", system="hcpcs")
    changed = await notebook.mark("E11.9", "ask for the A1c")
    listed = (await notebook.marks()).favourites
    assert [(mark.system, mark.code, mark.note) for mark in listed] == [
        (CM, "E11.9", "ask for the A1c"),
        ("hcpcs", "E0601", ""),
        (CM, "I10", ""),
    ]
    assert listed[0].changed_at == changed.changed_at
    request = pb.ListFavouritesRequest(account_id=notebook.owner, system=CM, code="I10")
    (one,) = (await notebook.stub.ListFavourites(request, timeout=SECONDS)).favourites
    assert one.code == "I10"


async def test_a_mark_is_taken_away_and_taking_it_twice_succeeds(notebook: Notebook) -> None:
    await notebook.mark("E11.9")
    request = pb.DeleteFavouriteRequest(account_id=notebook.owner, system=CM, code="E11.9")
    for _ in range(2):
        await notebook.stub.DeleteFavourite(request, timeout=SECONDS)
        assert not (await notebook.marks()).favourites


async def test_pages_of_marks_join_to_the_whole(notebook: Notebook) -> None:
    codes = [f"A{number:02}" for number in range(7)]
    for code in codes:
        await notebook.mark(code)
    found: list[str] = []
    token = ""
    while True:
        page = await notebook.marks(3, token)
        found += [mark.code for mark in page.favourites]
        token = page.next_page_token
        if not token:
            break
    assert found == codes[::-1]


async def test_nobody_sees_the_notebook_of_another(
    process: AccountsProcess, notebook: Notebook
) -> None:
    await notebook.mark("E11.9", "private")
    await notebook.search("type 2 diabetes")
    other = await new_notebook(process, "bob@example.org")
    assert not (await other.marks()).favourites
    assert await other.searches() == []


async def test_there_is_an_end_to_marks(notebook: Notebook, sql: Sql) -> None:
    await sql(
        "INSERT INTO favourites SELECT :owner, 'icd-10-cm', 'X' || n, '', now() "
        "FROM generate_series(1, 999) n",
        owner=notebook.owner,
    )
    await notebook.mark("E11.9")
    error = await refused(notebook.mark("I10"))
    assert (error.code, error.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "NOTEBOOK_FULL")
    assert (await notebook.mark("E11.9", "still there to be changed")).note


async def test_searches_are_listed_the_latest_first_and_each_once(notebook: Notebook) -> None:
    for query in ("gout", "type 2  diabetes", "asthma", " type 2 diabetes "):
        await notebook.search(query)
    assert await notebook.searches() == ["type 2 diabetes", "asthma", "gout"]
    assert await notebook.searches(1) == ["type 2 diabetes"]


async def test_only_the_latest_hundred_searches_are_kept(notebook: Notebook, sql: Sql) -> None:
    for number in range(103):
        await notebook.search(f"search {number}")
    assert (await notebook.searches(100))[-1] == "search 3"
    assert await sql("SELECT count(*) FROM searches") == [(100,)]


async def test_searches_are_forgotten_one_by_one_or_all(notebook: Notebook) -> None:
    for query in ("gout", "asthma", "cough"):
        await notebook.search(query)
    one = pb.ForgetSearchesRequest(account_id=notebook.owner, query="asthma")
    await notebook.stub.ForgetSearches(one, timeout=SECONDS)
    assert await notebook.searches() == ["cough", "gout"]
    all_ = pb.ForgetSearchesRequest(account_id=notebook.owner)
    await notebook.stub.ForgetSearches(all_, timeout=SECONDS)
    assert await notebook.searches() == []


async def test_what_makes_no_sense_is_the_callers_mistake(notebook: Notebook) -> None:
    for call, field in (
        (notebook.mark(""), "code"),
        (notebook.mark("E" * 33), "code"),
        (notebook.mark("E11.9", "x" * 2_001), "note"),
        (notebook.mark("E11.9", "a\0b"), "note"),
        (notebook.mark("E11.9", system=""), "system"),
        (notebook.search("  "), "query"),
        (notebook.search("x" * 501), "query"),
        (notebook.marks(101), "page_size"),
        (notebook.marks(-1), "page_size"),
        (notebook.marks(1, "nonsense"), "page_token"),
        (notebook.marks(1, "AAAA"), "page_token"),
        (notebook.marks(1, "x" * 500), "page_token"),
        (notebook.searches(101), "page_size"),
    ):
        error = await refused(call)
        assert (error.code, error.reason) == (
            grpc.StatusCode.INVALID_ARGUMENT,
            "REQUEST_INVALID",
        )
        assert list(error.violations) == [field]


async def test_an_account_that_is_not_there_has_no_notebook(notebook: Notebook) -> None:
    stranger = Notebook(notebook.stub, "nobody")
    for call in (stranger.mark("E11.9"), stranger.search("gout")):
        assert (await refused(call)).reason == "ACCOUNT_UNKNOWN"
    assert not (await stranger.marks()).favourites


async def test_a_notebook_goes_with_its_account(notebook: Notebook, sql: Sql) -> None:
    await notebook.mark("E11.9")
    await notebook.search("gout")
    await sql("DELETE FROM accounts WHERE account_id = :owner", owner=notebook.owner)
    assert await sql("SELECT count(*) FROM favourites") == [(0,)]
    assert await sql("SELECT count(*) FROM searches") == [(0,)]
