"""What is held about somebody: downloaded as a file, or erased with the account."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from gateway.account_area import AccountArea, prove_first
from gateway.bodies import form_fields
from gateway.field_words import sentences
from gateway.privacy import Privacy
from gateway.problems import Refused
from gateway.responses import UNCACHED
from gateway.sessions import Account, Sessions
from gateway.viewers import GUEST

_HERE = "/account/data"


class DataPages:
    """Handlers of ``/account/data`` and below."""

    def __init__(self, privacy: Privacy, sessions: Sessions, area: AccountArea) -> None:
        self._privacy = privacy
        self._sessions = sessions
        self._area = area

    def router(self) -> APIRouter:
        """Their routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route(_HERE, self.show, methods=["GET"])
        router.add_api_route(f"{_HERE}/export", self.export, methods=["GET"])
        router.add_api_route(f"{_HERE}/erase", self.erase, methods=["POST"])
        return router

    async def show(self, request: Request) -> Response:
        """What can be done."""
        return self._page(await self._area.owner(request), "")

    async def export(self, request: Request) -> Response:
        """The document, as a file."""
        account = await self._area.owner(request)
        try:
            document = await self._privacy.export(account)
        except Refused as refused:
            raise prove_first(refused, _HERE) from None
        return download(document)

    async def erase(self, request: Request) -> Response:
        """Erase the account; what is left is a guest."""
        form = await form_fields(request)
        account = await self._area.owner(request)
        try:
            await self._privacy.erase(account, form.get("confirmation", ""))
        except Refused as refused:
            if fault := sentences(refused.problem.errors).get("confirmation"):
                return self._page(account, fault, refused.problem.kind.status)
            raise prove_first(refused, _HERE) from None
        self._sessions.purge(account.id, "")
        body = self._area.pages.page("erased.html", GUEST, "Your account is erased")
        return gone(HTMLResponse(body, headers=UNCACHED), self._area)

    def _page(self, account: Account, fault: str, status: int = 200) -> HTMLResponse:
        return self._area.page(
            "my_data.html", account, "Your data", status=status, confirmation_fault=fault
        )


def download(document: bytes) -> Response:
    """The answer that saves a document of JSON."""
    name = f"your-data-{datetime.now(UTC):%Y-%m-%d}.json"
    headers = {**UNCACHED, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(document, media_type="application/json", headers=headers)


def gone(response: Response, area: AccountArea) -> Response:
    """*response*, which also takes away what the browser had of the account."""
    for cookie in (area.visitors.session_cleared, area.visitors.device_cleared):
        response.headers.append("set-cookie", cookie)
    return response
