"""Calls to accounts for what an account keeps for itself: marked codes and past searches."""

import asyncio

from grpc.aio import Channel

from codingahead.accounts.v1 import notebook_pb2, notebook_pb2_grpc
from gateway.account_calls import answered
from gateway.problems import Refused
from servicekit.logs import get_logger
from servicekit.metrics import Counter

SERVICE = "codingahead.accounts.v1.NotebookService"
LONGEST_KEPT = 200
"""Characters of a search that is remembered; what is longer is a text rather than a search."""

log = get_logger("gateway.notebook")

NOTED = Counter("gateway_searches_noted_total", "Searches of accounts to remember.", ["outcome"])

_READ_SECONDS = 0.3
"""A search page waits for it."""
_SECONDS = 1.0
_NOTING = 64
_PAGE = 100


class Notebook:
    """The notebook of any account; *channel* tries again, as all of it may be repeated.

    Methods raise :class:`gateway.problems.Refused` with what the visitor is told: that accounts
    cannot be reached in time, or why it keeps something not.
    """

    def __init__(self, channel: Channel) -> None:
        self._stub = notebook_pb2_grpc.NotebookServiceStub(channel)
        self._noting: set[asyncio.Task[None]] = set()

    def note_search(self, account_id: str, query: str, system: str) -> None:
        """Have a search remembered, in nobody's way: what cannot be is dropped and counted."""
        if len(query) > LONGEST_KEPT:
            return
        if len(self._noting) >= _NOTING:
            NOTED.labels("dropped").inc()
            return
        task = asyncio.create_task(self._note(account_id, query, system))
        self._noting.add(task)
        task.add_done_callback(self._noting.discard)

    async def finish(self) -> None:
        """Wait until searches that are being noted are, for as long as that may take."""
        if self._noting:
            await asyncio.wait(self._noting)

    async def searches(self, account_id: str, limit: int) -> list[notebook_pb2.PastSearch]:
        """Past searches, the latest first; *limit* is 1 to 100."""
        request = notebook_pb2.ListSearchesRequest(account_id=account_id, page_size=limit)
        told = await answered(self._stub.ListSearches(request, timeout=_READ_SECONDS))
        return list(told.searches)

    async def forget(self, account_id: str, query: str, system: str) -> None:
        """Forget one search."""
        if query:
            await self._forget(account_id, query, system)

    async def forget_all(self, account_id: str) -> None:
        """Forget every search."""
        await self._forget(account_id, "", "")

    async def favourites(
        self, account_id: str, limit: int, page_token: str
    ) -> notebook_pb2.ListFavouritesResponse:
        """Marked codes, the one changed last first; *limit* is 1 to 100."""
        request = notebook_pb2.ListFavouritesRequest(
            account_id=account_id, page_size=limit, page_token=page_token
        )
        return await answered(self._stub.ListFavourites(request, timeout=_SECONDS))

    async def all_favourites(self, account_id: str, most: int) -> list[notebook_pb2.Favourite]:
        """The *most* that were changed last."""
        found: list[notebook_pb2.Favourite] = []
        token = ""
        while len(found) < most:
            told = await self.favourites(account_id, min(_PAGE, most - len(found)), token)
            found.extend(told.favourites)
            token = told.next_page_token
            if not token:
                break
        return found

    async def favourite(
        self, account_id: str, system: str, code: str
    ) -> notebook_pb2.Favourite | None:
        """The mark of one code as published; None when it is not marked."""
        request = notebook_pb2.ListFavouritesRequest(
            account_id=account_id, system=system, code=code
        )
        told = await answered(self._stub.ListFavourites(request, timeout=_SECONDS))
        return told.favourites[0] if told.favourites else None

    async def save(
        self, account_id: str, system: str, code: str, note: str
    ) -> notebook_pb2.Favourite:
        """Mark a code, or replace its note."""
        request = notebook_pb2.SaveFavouriteRequest(
            account_id=account_id, system=system, code=code, note=note
        )
        return (await answered(self._stub.SaveFavourite(request, timeout=_SECONDS))).favourite

    async def delete(self, account_id: str, system: str, code: str) -> None:
        """Take a mark away, if it is there."""
        request = notebook_pb2.DeleteFavouriteRequest(
            account_id=account_id, system=system, code=code
        )
        await answered(self._stub.DeleteFavourite(request, timeout=_SECONDS))

    async def _note(self, account_id: str, query: str, system: str) -> None:
        request = notebook_pb2.RecordSearchRequest(
            account_id=account_id, query=query, system=system
        )
        try:
            await answered(self._stub.RecordSearch(request, timeout=_SECONDS))
        except Refused as refused:
            NOTED.labels("failed").inc()
            log.warning("search_not_noted", reason=refused.problem.reason)
        else:
            NOTED.labels("noted").inc()

    async def _forget(self, account_id: str, query: str, system: str) -> None:
        request = notebook_pb2.ForgetSearchesRequest(
            account_id=account_id, query=query, system=system
        )
        await answered(self._stub.ForgetSearches(request, timeout=_SECONDS))
