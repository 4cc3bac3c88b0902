"""``/casepilot``: the assistant as a page, which needs no script."""

from dataclasses import dataclass, field

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from codingahead.assistant.v1 import assistant_pb2
from gateway import problems
from gateway.addresses import SYSTEMS, is_code_shaped
from gateway.allowances import questions_left
from gateway.bodies import form_fields
from gateway.catalog import Lookup
from gateway.cpt_gate import CptGate
from gateway.event_stream import unless_gone
from gateway.field_words import sentences
from gateway.newcomers import Newcomers
from gateway.problems import Problem, Refused
from gateway.products import examples_for
from gateway.questions import Answer, BrokenOff, Question, Questions
from gateway.rendering import Pages
from gateway.responses import UNCACHED
from gateway.viewers import viewer_of
from gateway.visitors import Guest, Unresolved, Visitor, Visitors
from gateway.wording import LONGEST_QUESTION


@dataclass(slots=True)
class Told:
    """An answer in full, as the page shows it; *reason* says why it was declined, if it was."""

    evidence: list[assistant_pb2.Evidence] = field(default_factory=list)
    sentences: list[assistant_pb2.Sentence] = field(default_factory=list)
    reason: str = ""
    conversation_id: str = ""
    left: str = ""
    has_cpt: bool = False
    broken_off: bool = False

    @property
    def numbers(self) -> dict[str, int]:
        """By which number sentences cite each piece of evidence, by its id."""
        return {fact.id: number for number, fact in enumerate(self.evidence, 1)}


class CasePilotPages:
    """Handlers of ``/casepilot``."""

    def __init__(
        self,
        lookup: Lookup,
        questions: Questions,
        gate: CptGate,
        pages: Pages,
        visitors: Visitors,
        newcomers: Newcomers,
    ) -> None:
        self._lookup = lookup
        self._questions = questions
        self._gate = gate
        self._pages = pages
        self._visitors = visitors
        self._newcomers = newcomers

    def router(self) -> APIRouter:
        """Their routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/casepilot", self.form, methods=["GET"])
        router.add_api_route("/casepilot", self.ask, methods=["POST"])
        return router

    async def form(self, request: Request) -> Response:
        """The form and what can be asked; ``system`` and ``code`` name a code in view."""
        visitor = await self._visitors.identify(request.headers.get("cookie", ""))
        query = request.query_params
        system, code = _in_view(query.get("system", ""), query.get("code", ""))
        return self._page(visitor, Question("", system, code))

    async def ask(self, request: Request) -> Response:
        """The answer in full, or why there is none."""
        form = await form_fields(request)
        cookies = request.headers.get("cookie", "")
        visitor = await self._visitors.identify(cookies)
        system, code = _in_view(form.get("system", ""), form.get("code", ""))
        text, conversation_id = form.get("question", ""), form.get("conversation_id", "")
        question = Question(text.strip(), system, code, conversation_id)
        if isinstance(visitor, Unresolved):
            raise Refused(problems.account_unchecked())
        self._gate.demand_for(system, cookies)
        shut = self._gate.shut(cookies)
        try:
            await self._newcomers.admit(request.scope, visitor)
            answer = await unless_gone(request, self._questions.begin(visitor, question, shut))
        except Refused as refused:
            if refused.problem is shut:
                raise
            return self._page(visitor, question, problem=refused.problem)
        try:
            told = await unless_gone(request, _in_full(answer))
        finally:
            answer.close()
        return self._page(visitor, question, told)

    def _page(
        self,
        visitor: Visitor,
        question: Question,
        told: Told | None = None,
        problem: Problem | None = None,
    ) -> Response:
        licence = self._gate.licence
        body = self._pages.page(
            "casepilot.html",
            viewer_of(visitor),
            "CasePilot",
            current="casepilot",
            question=question,
            longest=LONGEST_QUESTION,
            examples=examples_for(question.system, question.code, self._loaded),
            told=told,
            notices=licence.notices if licence and told and told.has_cpt else (),
            problem=problem,
            errors=sentences(problem.errors) if problem else {},
        )
        response = HTMLResponse(body, problem.kind.status if problem else 200, UNCACHED)
        if problem and problem.retry_after is not None:
            response.headers["Retry-After"] = str(problem.retry_after)
        for cookie in visitor.set_cookies if told and isinstance(visitor, Guest) else ():
            response.headers.append("set-cookie", cookie)
        return response

    @property
    def _loaded(self) -> list[str]:
        catalog = self._lookup.catalog
        return list(catalog.systems) if catalog else []


async def _in_full(answer: Answer) -> Told:
    told = Told(left=questions_left(answer.left) if answer.left else "")
    try:
        async for piece in answer.pieces():
            match piece.WhichOneof("piece"):
                case "evidence":
                    told.evidence.append(piece.evidence)
                case "sentence":
                    told.sentences.append(piece.sentence)
                case "done":
                    told.reason = piece.done.reason
                    told.conversation_id = piece.done.conversation_id
    except BrokenOff:
        told.broken_off = True
    told.has_cpt = answer.has_cpt
    return told


def _in_view(system: str, code: str) -> tuple[str, str]:
    """The code in view, if the two name one."""
    return (system, code) if system in SYSTEMS and is_code_shaped(code) else ("", "")
