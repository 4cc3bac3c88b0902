"""The terms of the CPT licence: a page with one form, and the same over the API."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel

from gateway import problems
from gateway.api_words import body_of, problems_of
from gateway.bodies import form_fields, json_object, texts
from gateway.cpt_gate import CptGate
from gateway.local_paths import local_path
from gateway.problems import Refused
from gateway.rendering import Pages
from gateway.responses import UNCACHED
from gateway.viewers import viewer_of
from gateway.visitors import Visitors
from gateway.wording import cpt_not_loaded

_PAGE = "/licences/cpt"


class TermsAccepted(BaseModel):
    """Which terms are accepted: the ``terms_version`` that came with them."""

    terms_version: str


class CptTerms:
    """Handlers of the terms and of their acceptance."""

    def __init__(self, gate: CptGate, pages: Pages, visitors: Visitors) -> None:
        self._gate = gate
        self._pages = pages
        self._visitors = visitors

    def router(self) -> APIRouter:
        """Their routes."""
        router = APIRouter()
        page: dict[str, Any] = {"include_in_schema": False}
        router.add_api_route(_PAGE, self.read, methods=["GET"], **page)
        router.add_api_route(_PAGE, self.accept, methods=["POST"], **page)
        router.add_api_route(
            "/api/v1/licences/cpt/acceptances",
            self.accept_by_api,
            methods=["POST"],
            status_code=204,
            response_description="Accepted, for as long as the cookie that comes with it is kept",
            responses=problems_of(400, 404, 415, 422),
            openapi_extra=body_of(TermsAccepted),
            tags=["Licences"],
        )
        return router

    async def read(self, request: Request) -> Response:
        """The terms, with the form that accepts them."""
        return await self._terms(request, local_path(request.query_params.get("next", "/")), 200)

    async def accept(self, request: Request) -> Response:
        """Accept the terms and go back to where they were asked for."""
        form = await form_fields(request)
        back = local_path(form.get("next", ""))
        try:
            cookie = self._gate.accept(form.get("terms_version", ""))
        except Refused as refused:
            if refused.problem.kind is not problems.INVALID_FIELDS:
                raise
            # The terms have changed since the form was made: these are the new ones.
            return await self._terms(request, back, 409)
        response = RedirectResponse(back, 303, headers=UNCACHED)
        response.headers.append("set-cookie", cookie)
        return response

    async def accept_by_api(self, request: Request) -> Response:
        """Accept the terms under which CPT content is shown.

        They come, with their version, in the ``CPT_TERMS_NOT_ACCEPTED`` problem. The acceptance
        is kept in a cookie that ends with the session, and holds until the terms change.
        """
        (version,) = texts(await json_object(request), "terms_version")
        response = Response(status_code=204, headers=UNCACHED)
        response.headers.append("set-cookie", self._gate.accept(version))
        return response

    async def _terms(self, request: Request, back: str, status: int) -> Response:
        licence = self._gate.licence
        if licence is None:
            detail = cpt_not_loaded("")
            problem = problems.Problem(problems.NOT_FOUND, "CODE_SET_NOT_LOADED", detail)
            raise Refused(problem)
        viewer = viewer_of(await self._visitors.identify(request.headers.get("cookie", "")))
        body = self._pages.problem(viewer, problems.cpt_terms(licence), back)
        return HTMLResponse(body, status, UNCACHED)
