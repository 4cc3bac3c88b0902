"""The gRPC service of notebooks: reads requests, asks the store, writes answers."""

import base64
from collections.abc import Callable
from datetime import datetime
from typing import Any

from grpc import aio

from accounts.api import refusals
from accounts.notebook import Favourite, NotebookInvalid, PastSearch, favourite, past_search
from accounts.notebook_store import NotebookStore
from accounts.wire import timestamp
from codingahead.accounts.v1 import notebook_pb2 as pb
from codingahead.accounts.v1 import notebook_pb2_grpc

_FAVOURITES, _SEARCHES, _MOST = 50, 20, 100
_LONGEST_TOKEN = 400

type _Context = aio.ServicerContext[Any, Any]


class NotebookApi(notebook_pb2_grpc.NotebookServiceServicer):
    """Handlers of ``NotebookService``."""

    def __init__(self, store: NotebookStore, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    async def SaveFavourite(  # noqa: N802 - named by the contract
        self, request: pb.SaveFavouriteRequest, context: _Context
    ) -> pb.SaveFavouriteResponse:
        """Mark a code."""
        with refusals():
            kept = favourite(request.system, request.code, request.note, self._now)
            await self._store.save(request.account_id, kept)
        return pb.SaveFavouriteResponse(favourite=_favourite(kept))

    async def ListFavourites(  # noqa: N802 - named by the contract
        self, request: pb.ListFavouritesRequest, context: _Context
    ) -> pb.ListFavouritesResponse:
        """List marked codes."""
        with refusals():
            limit = _size(request.page_size, _FAVOURITES)
            code = (request.system, request.code) if request.code else None
            after = _read_token(request.page_token)
            found = await self._store.favourites(request.account_id, limit + 1, after, code)
        shown = found[:limit]
        return pb.ListFavouritesResponse(
            favourites=[_favourite(kept) for kept in shown],
            next_page_token=_write_token(shown[-1]) if len(found) > limit else "",
        )

    async def DeleteFavourite(  # noqa: N802 - named by the contract
        self, request: pb.DeleteFavouriteRequest, context: _Context
    ) -> pb.DeleteFavouriteResponse:
        """Take a mark away."""
        with refusals():
            await self._store.drop(request.account_id, request.system, request.code)
        return pb.DeleteFavouriteResponse()

    async def RecordSearch(  # noqa: N802 - named by the contract
        self, request: pb.RecordSearchRequest, context: _Context
    ) -> pb.RecordSearchResponse:
        """Note a search."""
        with refusals():
            made = past_search(request.query, request.system, self._now)
            await self._store.record(request.account_id, made)
        return pb.RecordSearchResponse()

    async def ListSearches(  # noqa: N802 - named by the contract
        self, request: pb.ListSearchesRequest, context: _Context
    ) -> pb.ListSearchesResponse:
        """List past searches."""
        with refusals():
            limit = _size(request.page_size, _SEARCHES)
            made = await self._store.searches(request.account_id, limit)
        return pb.ListSearchesResponse(searches=[_search(search) for search in made])

    async def ForgetSearches(  # noqa: N802 - named by the contract
        self, request: pb.ForgetSearchesRequest, context: _Context
    ) -> pb.ForgetSearchesResponse:
        """Forget past searches."""
        with refusals():
            one = (request.query, request.system) if request.query else None
            await self._store.forget(request.account_id, one)
        return pb.ForgetSearchesResponse()


def _favourite(kept: Favourite) -> pb.Favourite:
    return pb.Favourite(
        system=kept.system,
        code=kept.code,
        note=kept.note,
        changed_at=timestamp(kept.changed_at),
    )


def _search(made: PastSearch) -> pb.PastSearch:
    return pb.PastSearch(
        query=made.query, system=made.system, searched_at=timestamp(made.searched_at)
    )


def _size(asked: int, usual: int) -> int:
    if not 0 <= asked <= _MOST:
        raise NotebookInvalid(page_size=f"must be 1 to {_MOST}, or 0 for {usual}")
    return asked or usual


def _write_token(last: Favourite) -> str:
    text = "\n".join((last.changed_at.isoformat(), last.system, last.code))
    return base64.urlsafe_b64encode(text.encode()).decode()


def _read_token(token: str) -> tuple[datetime, str, str] | None:
    if not token:
        return None
    try:
        if len(token) > _LONGEST_TOKEN:
            raise ValueError
        moment, system, code = base64.b64decode(token, b"-_", validate=True).decode().split("\n")
        changed_at = datetime.fromisoformat(moment)
        if changed_at.tzinfo is None or "\0" in system + code:
            raise ValueError
    except ValueError:
        raise NotebookInvalid(
            page_token="must come from an answer to the same request; start over"  # noqa: S106
        ) from None
    return changed_at, system, code
