"""The API's description: as a document for programs and as a page for people."""

from typing import Any, Literal

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from gateway.account_api import Credentials, Registration
from gateway.api import ReleaseTold
from gateway.api_key_api import KeyAsked
from gateway.api_key_routes import ROUTES, SCOPES
from gateway.api_words import REFERENCE, ProblemDocument, problem
from gateway.case_notes import NoteAsked
from gateway.claim_api import ClaimAsked
from gateway.cpt_terms import TermsAccepted
from gateway.credential_api import AddressAsked, PasswordAsked, TokenMailed
from gateway.notebook_api import NoteKept
from gateway.problems import KINDS
from gateway.question_api import QuestionAsked
from gateway.rendering import Pages
from gateway.responses import UNCACHED
from gateway.viewers import viewer_of
from gateway.visitors import Visitors

_KEY = "api_key"
_OF_KEYS = {
    "401": "the key is not valid",
    "403": "the key has not the scope, or the plan has no keys",
}
_CACHED = {"Cache-Control": "public, max-age=300"}


class Link(BaseModel):
    """Where a span leads: a code's page or a range."""

    system: str
    code: str | None = None
    range: str | None = None


class Span(BaseModel):
    """A stretch of text, linked or not."""

    text: str
    link: Link | None = None


class Origin(BaseModel):
    """Where an inherited fact was written."""

    code: str | None = None
    range: str | None = None
    chapter: str | None = None


class Block(BaseModel):
    """A piece of a section; which fields it has depends on its kind."""

    kind: Literal["paragraph", "list", "table", "notice"]
    title: str | None = None
    text: str | None = None
    items: list[list[Span]] | None = None
    columns: list[str] | None = None
    rows: list[list[list[Span]]] | None = None
    origin: Origin | None = None
    condition: str | None = None
    source: str | None = None


class Section(BaseModel):
    """One of the nine sections: its blocks, or what unlocks it."""

    key: str
    title: str
    locked: bool
    blocks: list[Block] | None = None
    unlock: Literal["REGISTER", "UPGRADE", "RETRY"] | None = None


class Neighbour(BaseModel):
    """The code before or after this one in the order of its code set."""

    system: str
    code: str
    display: str


class Source(BaseModel):
    """Where facts come from; blocks name its id."""

    id: str
    name: str
    release: str
    effective: str
    licence: str


class ViewAllowance(BaseModel):
    """What is left after this view; ``limit`` and ``remaining`` are null when unlimited."""

    plan: str
    action: str
    limit: int | None
    remaining: int | None
    reset_time: str | None


class CodePage(BaseModel):
    """A code page, as far as the caller may see it.

    ``previous`` and ``next`` are null at either end of the code set; ``licence_notices`` are to
    be shown with what is told.
    """

    system: str
    code: str
    display: str
    billable: bool
    release: ReleaseTold
    previous: Neighbour | None
    next: Neighbour | None
    licence_notices: list[str] | None = None
    verdict: Literal["GRANTED", "REPEAT"]
    mode: Literal["normal", "degraded"]
    sections: list[Section]
    sources: list[Source]
    allowance: ViewAllowance | None


def document_router(app: FastAPI, pages: Pages, visitors: Visitors, public_url: str) -> APIRouter:
    """``/api/openapi.json`` and ``/api/docs``."""
    router = APIRouter(include_in_schema=False)
    made: dict[str, Any] = {}

    def document() -> dict[str, Any]:
        if not made:
            made.update(_described(app, public_url))
        return made

    @router.get("/api/openapi.json")
    async def openapi() -> JSONResponse:
        """The document."""
        return JSONResponse(document(), headers=_CACHED)

    @router.get("/api/docs")
    async def docs(request: Request) -> Response:
        """The page."""
        viewer = viewer_of(await visitors.identify(request.headers.get("cookie", "")))
        body = pages.api_docs(viewer, document(), list(KINDS.values()))
        return HTMLResponse(body, headers=UNCACHED)

    return router


def _described(app: FastAPI, public_url: str) -> dict[str, Any]:
    """The framework's description of its routes, and the code pages served before them."""
    described = get_openapi(
        title=app.title,
        version=app.version,
        summary="Medical codes and everything known about them.",
        routes=app.routes,
        servers=[{"url": public_url}],
    )
    shapes: tuple[type[BaseModel], ...] = (
        *(CodePage, ProblemDocument, Credentials, Registration, QuestionAsked, TermsAccepted),
        *(NoteKept, KeyAsked),
        *(TokenMailed, AddressAsked, PasswordAsked),
        *(ClaimAsked, NoteAsked),
    )
    models: list[tuple[type[BaseModel], Literal["serialization"]]] = [
        (shape, "serialization") for shape in shapes
    ]
    _, schemas = models_json_schema(models, ref_template=REFERENCE)
    described["components"]["schemas"].update(schemas["$defs"])
    described["paths"]["/api/v1/codes/{system}/{code}"] = {"get": _code_page_operation()}
    _name_ways_in(described)
    # What the framework would say of malformed parameters; here they are problems like others.
    for framework_own in ("HTTPValidationError", "ValidationError"):
        described["components"]["schemas"].pop(framework_own, None)
    for path in described["paths"].values():
        for operation in path.values():
            if _is_frameworks_own(operation["responses"].get("422")):
                del operation["responses"]["422"]
            operation["responses"]["default"] = problem("Any problem")
    return described


def _name_ways_in(described: dict[str, Any]) -> None:
    """Say which operations a key opens, with which scope; each works without one too."""
    scopes = ", ".join(SCOPES)
    described["components"]["securitySchemes"] = {
        _KEY: {
            "type": "http",
            "scheme": "bearer",
            "description": f"A key made at /account/keys. Its scopes are of {scopes}.",
        }
    }
    for (method, path), scope in ROUTES.items():
        operation = described["paths"].get(path, {}).get(method.lower())
        if operation is None:
            continue
        operation["security"] = [{}, {_KEY: [scope] if scope else []}]
        needed = f"a key with the scope {scope}" if scope else "any key"
        operation["description"] = f"{operation.get('description', '')}\n\nOpen to {needed}."
        for status, meaning in _OF_KEYS.items():
            told = operation["responses"].get(status)
            said = f"{told['description']}; {meaning}" if told else meaning.capitalize()
            operation["responses"][status] = problem(said)


def _is_frameworks_own(response: dict[str, Any] | None) -> bool:
    return response is not None and "application/json" in response.get("content", {})


def _code_page_operation() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "tags": ["Codes"],
        "summary": "Code page",
        "description": (
            "Everything known about one code, as far as the caller's plan shows it. Metered like "
            "the page: the first view of a code in a period is charged, again is free; errors, "
            "redirects and HEAD are free."
        ),
        "operationId": "code_page",
        "parameters": [
            {
                "name": "system",
                "in": "path",
                "required": True,
                "schema": text,
                "description": "Code system: icd-10-cm, icd-10-pcs, hcpcs or cpt.",
            },
            {
                "name": "code",
                "in": "path",
                "required": True,
                "schema": text,
                "description": "The code; other spellings than the published one redirect.",
            },
            {
                "name": "on",
                "in": "query",
                "required": False,
                "schema": text,
                "description": (
                    "Date of service, ISO 8601: the release that covers it answers. The newest "
                    "release when left out."
                ),
            },
        ],
        "responses": {
            "200": {
                "description": "The page",
                "content": {
                    "application/json": {"schema": {"$ref": REFERENCE.format(model="CodePage")}}
                },
            },
            "301": {"description": "The code is written otherwise"},
            "403": problem("CPT content, whose terms have not been accepted. Never charged"),
            "404": problem(
                "No such code in the release, or no release for the day; the nearest codes are "
                "suggested, and the member listed says when other releases have it. Never charged"
            ),
            "429": problem(
                "The views of this period are spent, or many new guests came from the network today"
            ),
            "503": problem("The catalog cannot be reached"),
        },
    }
