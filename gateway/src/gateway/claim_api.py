"""``POST /api/v1/claim-checks``: a claim, checked by the rules of the catalog."""

from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from gateway import problems, rate_limits
from gateway.addresses import SYSTEMS, parse_date_of_service, system_of
from gateway.api import ReleaseTold
from gateway.api_keys import account_by_key
from gateway.api_words import body_of, problems_of
from gateway.bodies import json_object
from gateway.claim_checks import (
    CLAIM_TYPES,
    DISCLAIMER,
    OLDEST,
    SEVERITIES,
    CheckedClaim,
    Claim,
    ClaimChecks,
)
from gateway.claim_lines import LONGEST_CODE, MOST_LINES, MOST_MODIFIERS, MOST_UNITS, TypedLine
from gateway.event_stream import unless_gone
from gateway.newcomers import Newcomers
from gateway.problems import Refused
from gateway.responses import UNCACHED
from gateway.section_json import release_json, source_json
from gateway.visitors import Guest, Unresolved, Visitors

type ClaimTypeName = Literal["professional", "hospital_outpatient", "inpatient", "dme"]


class ClaimLineAsked(BaseModel):
    """A line: a code in any spelling, its modifiers and its units, 1 when left out.

    Without a ``system`` it is found out by look-up; a code that two code sets have needs one.
    """

    system: str | None = None
    code: str
    modifiers: list[str] | None = None
    units: int | None = None


class PatientAsked(BaseModel):
    """The patient's age in whole years on the date of service; nothing else of them is asked."""

    age: int


class ClaimAsked(BaseModel):
    """A claim of 1 to 100 lines.

    ``date_of_service`` is an ISO 8601 date, that of discharge on an inpatient claim. Diagnoses
    are in order: the first is the principal or first-listed one.
    """

    claim_type: ClaimTypeName
    date_of_service: str
    lines: list[ClaimLineAsked]
    patient: PatientAsked | None = None


class ClaimFinding(BaseModel):
    """What a rule says of ``lines``, which are counted from 0; ``source`` is an id."""

    severity: Literal["error", "warning", "info"]
    rule: str
    lines: list[int]
    message: str
    source: str


class RuleNotChecked(BaseModel):
    """A rule that was not applied, or not to all, and why."""

    rule: str
    why: str


class ClaimLineRead(BaseModel):
    """A line as it was read."""

    system: str
    code: str
    modifiers: list[str]
    units: int


class ClaimSource(BaseModel):
    """Where a finding comes from."""

    id: str
    name: str
    release: str
    effective: str
    licence: str


class ClaimAllowance(BaseModel):
    """What is left after this check; ``limit`` and ``remaining`` are null when unlimited."""

    plan: str
    action: str
    limit: int | None
    remaining: int | None
    reset_time: str | None


class ClaimChecked(BaseModel):
    """What the rules say of a claim, the most severe first. Nothing found is no word of payment.

    ``not_checked`` names the rules that could not be applied; ``licence_notices`` are to be shown
    with what is told; ``allowance`` is null in mode ``degraded``.
    """

    findings: list[ClaimFinding]
    not_checked: list[RuleNotChecked]
    lines: list[ClaimLineRead]
    sources: list[ClaimSource]
    releases: list[ReleaseTold]
    note: Annotated[str, Field(description="What such a check does not say.")]
    verdict: Literal["GRANTED", "REPEAT"]
    mode: Literal["normal", "degraded"]
    allowance: ClaimAllowance | None
    licence_notices: list[str] | None = None


class ClaimApi:
    """The handler of claims sent by programs."""

    def __init__(self, checks: ClaimChecks, visitors: Visitors, newcomers: Newcomers) -> None:
        self._checks = checks
        self._visitors = visitors
        self._newcomers = newcomers

    def router(self) -> APIRouter:
        """Its route."""
        router = APIRouter(prefix="/api/v1")
        router.add_api_route(
            "/claim-checks",
            self.check,
            methods=["POST"],
            response_model=ClaimChecked,
            response_description="What the rules say",
            responses=problems_of(400, 403, 415, 422, 429, 503),
            openapi_extra=body_of(ClaimAsked),
            tags=["Claims"],
        )
        return router

    async def check(self, request: Request) -> JSONResponse:
        """Check a claim by the rules of the catalog. It is not stored.

        Each distinct claim of a period is charged as one ``claim_check``; the same claim again is
        free, and so is what cannot be checked. That nothing is found does not say that a claim
        will be paid.
        """
        claim = claim_in(await json_object(request))
        cookies = request.headers.get("cookie", "")
        visitor = account_by_key(request.scope) or await self._visitors.identify(cookies)
        if isinstance(visitor, Unresolved):
            raise Refused(problems.account_unchecked())
        admit = partial(self._newcomers.admit, request.scope, visitor)
        checked = await unless_gone(
            request, self._checks.check(visitor, claim, cookies, _field_of, admit)
        )
        headers = {**UNCACHED, **(rate_limits.of_allowance(checked.left) if checked.left else {})}
        response = JSONResponse(_told(checked), headers=headers)
        for cookie in visitor.set_cookies if isinstance(visitor, Guest) else ():
            response.headers.append("set-cookie", cookie)
        return response


def claim_in(body: dict[str, object]) -> Claim:
    """The claim that the members of *body* tell.

    Raises:
        Refused: naming every member at fault.
    """
    errors: dict[str, str] = {}
    claim_type = body.get("claim_type")
    if not isinstance(claim_type, str) or claim_type not in CLAIM_TYPES:
        errors["claim_type"] = _fault(claim_type, f"must be one of {', '.join(CLAIM_TYPES)}")
    day = body.get("date_of_service")
    try:
        parse_date_of_service(day if isinstance(day, str) else "")
    except ValueError:
        errors["date_of_service"] = _fault(day, "must be a calendar date such as 2026-04-01")
    age = _age_in(body.get("patient"), errors)
    lines = _lines_in(body.get("lines"), errors)
    if errors:
        raise Refused(problems.invalid_fields(errors))
    return Claim(str(claim_type), str(day), tuple(lines), age)


def _age_in(patient: object, errors: dict[str, str]) -> int | None:
    if patient is None:
        return None
    if not isinstance(patient, dict):
        errors["patient"] = "must be an object with the member age"
        return None
    age = patient.get("age")
    if not _is_whole(age, OLDEST):
        errors["patient.age"] = _fault(age, f"must be a whole number of years, 0 to {OLDEST}")
        return None
    return age if isinstance(age, int) else None


def _lines_in(lines: object, errors: dict[str, str]) -> list[TypedLine]:
    if not isinstance(lines, list):
        errors["lines"] = _fault(lines, "must be a list of objects")
        return []
    if not 1 <= len(lines) <= MOST_LINES:
        errors["lines"] = f"must be 1 to {MOST_LINES} lines, not {len(lines)}"
        return []
    return [_line_in(number, line, errors) for number, line in enumerate(lines)]


def _line_in(number: int, line: object, errors: dict[str, str]) -> TypedLine:
    if not isinstance(line, dict):
        errors[f"lines[{number}]"] = "must be an object"
        return TypedLine("")
    faults: dict[str, str] = {}
    system, code = line.get("system"), line.get("code")
    modifiers, units = line.get("modifiers"), line.get("units")
    key = system_of(system) if isinstance(system, str) else None
    if system is not None and key is None:
        faults["system"] = f"must be one of {', '.join(SYSTEMS)}"
    if not (isinstance(code, str) and any(letter.isalnum() for letter in code)):
        faults["code"] = _fault(code, "must be a code")
    elif len(code) > LONGEST_CODE or not code.isprintable():
        faults["code"] = f"must be a code of at most {LONGEST_CODE} characters"
    if modifiers is None:
        modifiers = []
    if not _are_modifiers(modifiers):
        faults["modifiers"] = (
            f"must be a list of at most {MOST_MODIFIERS} modifiers of two letters or digits each"
        )
    if units is not None and not _is_whole(units, MOST_UNITS):
        faults["units"] = f"must be a whole number, 0 to {MOST_UNITS:,}; 0 counts as 1"
    errors.update({_field_of(number, name): fault for name, fault in faults.items()})
    if faults:
        return TypedLine("")
    told = tuple(modifier.strip().upper() for modifier in modifiers)
    return TypedLine(str(code), key or "", told, units or 1)


def _are_modifiers(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= MOST_MODIFIERS
        and all(isinstance(it, str) and _is_modifier(it.strip()) for it in value)
    )


def _is_modifier(text: str) -> bool:
    return len(text) == 2 and text.isascii() and text.isalnum()


def _is_whole(value: object, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def _fault(value: object, fault: str) -> str:
    return "is missing" if value is None else fault


def _field_of(number: int, name: str) -> str:
    return f"lines[{number}].{name}"


def _told(checked: CheckedClaim) -> dict[str, object]:
    told = checked.told
    answer: dict[str, object] = {
        "findings": [
            {
                "severity": SEVERITIES[finding.severity],
                "rule": finding.rule,
                "lines": list(finding.lines),
                "message": finding.message,
                "source": finding.source_id,
            }
            for finding in told.findings
            if finding.severity in SEVERITIES
        ],
        "not_checked": [{"rule": it.rule, "why": it.why} for it in told.not_checked],
        "lines": [
            {
                "system": line.system,
                "code": line.code,
                "modifiers": list(line.modifiers),
                "units": line.units,
            }
            for line in checked.claim.lines
        ],
        "sources": [source_json(source) for source in told.sources],
        "releases": [release_json(release) for release in told.releases],
        "note": DISCLAIMER,
        "verdict": "REPEAT" if checked.repeat else "GRANTED",
        "mode": "normal" if checked.left else "degraded",
        "allowance": checked.left.json() if checked.left else None,
    }
    if checked.notices:
        answer["licence_notices"] = list(checked.notices)
    return answer
