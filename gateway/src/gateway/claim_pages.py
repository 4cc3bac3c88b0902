"""``/claim-check``: a claim in, what the rules say out; a page that needs no script."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from codingahead.lookup.v1 import lookup_pb2
from gateway import problems
from gateway.addresses import parse_date_of_service
from gateway.allowances import Left
from gateway.bodies import form_fields
from gateway.catalog import LookupAway
from gateway.claim_checks import (
    CLAIM_TYPES,
    DISCLAIMER,
    OLDEST,
    SEVERITIES,
    CheckedClaim,
    Claim,
    ClaimChecks,
)
from gateway.claim_lines import MOST_LINES, TypedLine, typed_lines
from gateway.event_stream import unless_gone
from gateway.newcomers import Newcomers
from gateway.problems import CPT_TERMS, NETWORK_CEILING, QUOTA_EXCEEDED, Problem, Refused
from gateway.rendering import Pages
from gateway.responses import UNCACHED
from gateway.viewers import viewer_of
from gateway.visitors import Guest, Unresolved, Visitor, Visitors
from gateway.wording import counted
from servicekit.errors import ServiceError

_CLAIM_TYPE_NAMES = {
    "professional": "Professional",
    "hospital_outpatient": "Hospital outpatient",
    "inpatient": "Hospital inpatient",
    "dme": "Durable medical equipment (supplier)",
}
_HEADINGS = {"error": "Errors", "warning": "To be looked at", "info": "Good to know"}
_RULES = {
    "CODE_UNKNOWN": "Unknown code",
    "NOT_BILLABLE": "Not billable",
    "NOT_VALID_ON_DATE": "Not valid on the date",
    "OUTSIDE_APPROVAL": "Outside its approval",
    "WRONG_CODE_SET": "Code set of another claim type",
    "SEVENTH_CHARACTER_MISSING": "7th character missing",
    "SEVENTH_CHARACTER_WRONG": "7th character wrong",
    "PLACEHOLDER_MISSING": "Placeholder X missing",
    "MANIFESTATION_FIRST": "Manifestation code first",
    "EXTERNAL_CAUSE_FIRST": "External cause first",
    "UNACCEPTABLE_PRINCIPAL": "Unacceptable principal diagnosis",
    "AGE_CONFLICT": "Age and diagnosis",
    "PROCEDURE_AGE_CONFLICT": "Age and procedure",
    "DUPLICATE_DIAGNOSIS": "Diagnosis given twice",
    "EXCLUDES1": "Excludes1",
    "CODE_FIRST": "Code first",
    "USE_ADDITIONAL": "Use additional code",
    "NCCI_PAIR": "NCCI pair",
    "MUE": "Medically unlikely edit (MUE)",
    "ADD_ON_WITHOUT_PRIMARY": "Add-on code without its primary",
    "MODIFIER_UNKNOWN": "Unknown modifier",
    "MODIFIER_NOT_VALID_ON_DATE": "Modifier not valid on the date",
    "MODIFIER_CONFLICT": "Modifiers that exclude each other",
    "MODIFIER_MISPLACED": "Modifier on a diagnosis",
}
_LONGEST_LINES = 20_000


@dataclass(frozen=True, slots=True)
class ClaimTyped:
    """The form as it is shown: what was typed before, and what is wrong with it by field."""

    claim_type: str = "professional"
    date_of_service: str = ""
    age: str = ""
    lines: str = ""
    errors: dict[str, list[str]] = field(default_factory=dict)

    def faults(self, name: str) -> list[str]:
        """What is wrong with the field *name*, as sentences."""
        return self.errors.get(name, [])


@dataclass(frozen=True, slots=True)
class _ShownFinding:
    rule: str
    name: str
    lines: list[tuple[int, TypedLine]]
    """Lines concerned, counted from 1."""
    message: str
    source: lookup_pb2.Source | None


@dataclass(frozen=True, slots=True)
class _Shown:
    """A check as the page shows it."""

    claim_type: str
    claim: Claim
    groups: list[tuple[str, str, list[_ShownFinding]]]
    """Severity, its heading, its findings."""
    not_checked: list[tuple[str, list[str]]]
    """Names of rules, with why each was not applied."""
    releases: list[lookup_pb2.Release]
    repeat: bool
    left: str


class ClaimPages:
    """Handlers of ``/claim-check``."""

    def __init__(
        self, checks: ClaimChecks, pages: Pages, visitors: Visitors, newcomers: Newcomers
    ) -> None:
        self._checks = checks
        self._pages = pages
        self._visitors = visitors
        self._newcomers = newcomers

    def router(self) -> APIRouter:
        """Their routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/claim-check", self.form, methods=["GET"])
        router.add_api_route("/claim-check", self.check, methods=["POST"])
        return router

    async def form(self, request: Request) -> Response:
        """The form."""
        visitor = await self._visitors.identify(request.headers.get("cookie", ""))
        return self._page(visitor, ClaimTyped())

    async def check(self, request: Request) -> Response:
        """What the rules say, above the form as it was filled in."""
        form = await form_fields(request)
        cookies = request.headers.get("cookie", "")
        visitor = await self._visitors.identify(cookies)
        typed = ClaimTyped(
            form.get("claim_type", ""),
            form.get("date_of_service", "").strip(),
            form.get("age", "").strip(),
            form.get("lines", ""),
        )
        claim, errors = claim_typed(typed)
        if claim is None:
            return self._page(visitor, _with(typed, errors), status=422)
        try:
            if isinstance(visitor, Unresolved):
                raise Refused(problems.account_unchecked())
            admit = partial(self._newcomers.admit, request.scope, visitor)
            checked = await unless_gone(
                request, self._checks.check(visitor, claim, cookies, _field_of, admit)
            )
        except (LookupAway, ServiceError, Refused) as failure:
            problem = problems.of_failure(failure)
            if problem.kind is CPT_TERMS:
                raise
            if problem.kind in (QUOTA_EXCEEDED, NETWORK_CEILING):
                return self._page(visitor, typed, wall=problem)
            return self._refused(visitor, typed, problem)
        return self._page(visitor, typed, shown=_shown(checked), notices=checked.notices)

    def _refused(self, visitor: Visitor, typed: ClaimTyped, problem: Problem) -> Response:
        status, errors = problem.kind.status, _sentences(problem.errors)
        if errors:
            return self._page(visitor, _with(typed, errors), status=status)
        return self._page(visitor, typed, problem=problem, status=status)

    def _page(
        self,
        visitor: Visitor,
        typed: ClaimTyped,
        *,
        shown: _Shown | None = None,
        wall: Problem | None = None,
        problem: Problem | None = None,
        notices: tuple[str, ...] = (),
        status: int = 200,
    ) -> Response:
        body = self._pages.page(
            "claim_check.html",
            viewer_of(visitor),
            "Claim check",
            current="case2code",
            form=typed,
            claim_types=_CLAIM_TYPE_NAMES,
            longest=_LONGEST_LINES,
            oldest=OLDEST,
            most_lines=MOST_LINES,
            disclaimer=DISCLAIMER,
            shown=shown,
            wall=wall,
            problem=problem,
            notices=notices,
        )
        response = HTMLResponse(body, status, UNCACHED)
        if problem and problem.retry_after is not None:
            response.headers["Retry-After"] = str(problem.retry_after)
        for cookie in visitor.set_cookies if shown and isinstance(visitor, Guest) else ():
            response.headers.append("set-cookie", cookie)
        return response


def claim_typed(typed: ClaimTyped) -> tuple[Claim | None, dict[str, list[str]]]:
    """The claim that was typed; None where something is wrong, with what it is by field."""
    errors: dict[str, list[str]] = {}
    if typed.claim_type not in CLAIM_TYPES:
        errors["claim_type"] = ["Choose what kind of claim it is: the edits differ."]
    day: date | None = None
    try:
        day = parse_date_of_service(typed.date_of_service)
    except ValueError as error:
        errors["date_of_service"] = [str(error)]
    age: int | None = None
    if typed.age:
        if typed.age.isascii() and typed.age.isdigit() and len(typed.age) <= 3:
            age = int(typed.age)
        if age is None or age > OLDEST:
            errors["age"] = [f"The age must be a whole number of years, 0 to {OLDEST}."]
    lines: list[TypedLine] = []
    if len(typed.lines.replace("\r\n", "\n")) > _LONGEST_LINES:
        errors["lines"] = [f"The lines may have at most {_LONGEST_LINES:,} characters."]
    else:
        lines, faults = typed_lines(typed.lines)
        if faults:
            errors["lines"] = [fault.sentence for fault in faults]
        elif not 1 <= len(lines) <= MOST_LINES:
            errors["lines"] = [f"Enter 1 to {MOST_LINES} lines, each with a code."]
    if errors or day is None:
        return None, errors
    return Claim(typed.claim_type, day.isoformat(), tuple(lines), age), {}


def _with(typed: ClaimTyped, errors: dict[str, list[str]]) -> ClaimTyped:
    return ClaimTyped(typed.claim_type, typed.date_of_service, typed.age, typed.lines, errors)


def _field_of(number: int, name: str) -> str:
    """All lines are one field here; what is said of one names it."""
    return f"lines[{number}].{name}"


def _sentences(errors: Mapping[str, str]) -> dict[str, list[str]]:
    """What was refused, by the form's fields."""
    told: dict[str, list[str]] = {}
    for name, fault in errors.items():
        number, bracket, _ = name.removeprefix("lines[").partition("].")
        if bracket and number.isdigit():
            told.setdefault("lines", []).append(f"Line {int(number) + 1}: {fault}.")
        else:
            told.setdefault("age" if name == "patient.age" else name, []).append(
                f"{fault[:1].upper()}{fault[1:]}."
            )
    return told


def _shown(checked: CheckedClaim) -> _Shown:
    told = checked.told
    sources = {source.id: source for source in told.sources}
    lines = dict(enumerate(checked.claim.lines))
    groups = []
    for severity, key in SEVERITIES.items():
        findings = [
            _ShownFinding(
                finding.rule,
                _rule_name(finding.rule),
                [(number + 1, lines[number]) for number in finding.lines if number in lines],
                finding.message,
                sources.get(finding.source_id),
            )
            for finding in told.findings
            if finding.severity == severity
        ]
        if findings:
            groups.append((key, _HEADINGS[key], findings))
    not_checked: dict[str, list[str]] = {}
    for it in told.not_checked:
        not_checked.setdefault(_rule_name(it.rule), []).append(it.why)
    return _Shown(
        claim_type=_CLAIM_TYPE_NAMES[checked.claim.claim_type],
        claim=checked.claim,
        groups=groups,
        not_checked=list(not_checked.items()),
        releases=list(told.releases),
        repeat=checked.repeat,
        left=_left(checked.left),
    )


def _rule_name(rule: str) -> str:
    return _RULES.get(rule, rule.replace("_", " ").capitalize())


def _left(left: Left | None) -> str:
    """What is left, as a sentence; empty where it is not limited or not known."""
    if left is None or left.remaining is None:
        return ""
    until = f" until {left.reset_day} (UTC)" if left.remaining == 0 and left.reset_day else ""
    return f"{counted(left.remaining, 'claim check')} left{until}."
