"""``POST /api/v1/assistant/questions``: a question, answered as a stream of events."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from gateway import problems, rate_limits
from gateway.api_keys import account_by_key
from gateway.api_words import body_of, problems_of
from gateway.bodies import json_object, texts
from gateway.cpt_gate import CptGate
from gateway.event_stream import MEDIA_TYPE, AnswerStream, unless_gone
from gateway.newcomers import Newcomers
from gateway.problems import Refused
from gateway.questions import Question, Questions
from gateway.visitors import Guest, Unresolved, Visitors


class CodeInView(BaseModel):
    """The code a question is asked beside."""

    system: str
    code: str


class QuestionAsked(BaseModel):
    """A question of 1 to 1,000 characters; ``conversation_id`` from an earlier answer, if any."""

    question: str
    context: CodeInView | None = None
    conversation_id: str | None = None


class QuestionApi:
    """The handler of questions."""

    def __init__(
        self, questions: Questions, visitors: Visitors, gate: CptGate, newcomers: Newcomers
    ) -> None:
        self._questions = questions
        self._visitors = visitors
        self._gate = gate
        self._newcomers = newcomers

    def router(self) -> APIRouter:
        """Its route."""
        router = APIRouter(prefix="/api/v1")
        router.add_api_route(
            "/assistant/questions",
            self.ask,
            methods=["POST"],
            response_class=Response,
            response_description="The answer, as events",
            responses={
                200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}},
                **problems_of(400, 403, 415, 422, 429, 503),
            },
            openapi_extra=body_of(QuestionAsked),
            tags=["CasePilot"],
        )
        return router

    async def ask(self, request: Request) -> Response:
        """Ask CasePilot, and read the answer as server-sent events.

        ``status`` {"state"}, ``evidence`` {"id", "text", "source", "href"}, ``sentence`` {"text",
        "citations"} and last ``done`` {"outcome": "answered" or "declined", "reason" when it was
        declined, "allowance", "conversation_id", "licence_notices" where a licence asks for them};
        a stream without ``done`` was broken off. An
        answer is charged when it has a sentence; a question that is declined, or asked again in
        the period, is free.
        """
        question = await _question_in(request)
        cookies = request.headers.get("cookie", "")
        visitor = account_by_key(request.scope) or await self._visitors.identify(cookies)
        if isinstance(visitor, Unresolved):
            raise Refused(problems.account_unchecked())
        self._gate.demand_for(question.system, cookies)
        shut = self._gate.shut(cookies)
        await self._newcomers.admit(request.scope, visitor)
        answer = await unless_gone(request, self._questions.begin(visitor, question, shut))
        headers = rate_limits.of_allowance(answer.left) if answer.left else {}
        licence = self._gate.licence
        stream = AnswerStream(answer, headers, licence.notices if licence else ())
        for cookie in visitor.set_cookies if isinstance(visitor, Guest) else ():
            stream.headers.append("set-cookie", cookie)
        return stream


async def _question_in(request: Request) -> Question:
    body = await json_object(request)
    text, conversation_id = texts(body, "question", optional=("conversation_id",))
    context = body.get("context")
    if context is None:
        return Question(text, conversation_id=conversation_id)
    if not isinstance(context, dict):
        raise Refused(problems.invalid_fields({"context": "must be an object"}))
    named = {f"context.{name}": value for name, value in context.items()}
    system, code = texts(named, "context.system", "context.code")
    return Question(text, system, code, conversation_id)
