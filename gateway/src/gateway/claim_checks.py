"""The way of a claim: its code sets found, checked by lookup, then charged, then shown.

A claim that cannot be checked costs nothing, and neither does one that is checked again in the
period. Of a claim nothing is kept but a fingerprint, by which it is known again.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from codingahead.lookup.v1 import lookup_pb2
from codingahead.metering.v1 import metering_pb2
from gateway import problems, rate_limits
from gateway.addresses import CPT
from gateway.allowances import Left
from gateway.catalog import Lookup
from gateway.charging import ALLOWED, charge
from gateway.claim_lines import TypedLine
from gateway.claim_systems import ClaimSystems, CodeOfSeveral
from gateway.cpt_gate import CptGate
from gateway.decisions import Decider
from gateway.newcomers import Admit
from gateway.page_views import plan_of, subject_of
from gateway.plans_offered import upgrade_advice
from gateway.problems import NOTHING_THERE, Problem, Refused
from gateway.visitors import Known
from servicekit.errors import ServiceError
from servicekit.metrics import Counter

CLAIM_CHECK = "claim_check"
CLAIM_TYPES = {
    "professional": lookup_pb2.CheckClaimRequest.CLAIM_TYPE_PROFESSIONAL,
    "hospital_outpatient": lookup_pb2.CheckClaimRequest.CLAIM_TYPE_HOSPITAL_OUTPATIENT,
    "inpatient": lookup_pb2.CheckClaimRequest.CLAIM_TYPE_INPATIENT,
    "dme": lookup_pb2.CheckClaimRequest.CLAIM_TYPE_DME,
}
"""By the word that names them."""
SEVERITIES = {
    lookup_pb2.ClaimFinding.SEVERITY_ERROR: "error",
    lookup_pb2.ClaimFinding.SEVERITY_WARNING: "warning",
    lookup_pb2.ClaimFinding.SEVERITY_INFO: "info",
}
"""The most severe first."""
OLDEST = 124
"""Years; ages go no further in the tables of the outpatient code editor."""
DISCLAIMER = (
    "A check says which rules of the loaded catalog a claim meets. It never says that a claim "
    "will be paid."
)


CHECKS = Counter("gateway_claim_checks_total", "Claims sent, by how they ended.", ["outcome"])

_WITHOUT_CPT = {"icd-10-cm", "icd-10-pcs"}
"""Code sets of which no rule names a CPT code."""

type FieldOf = Callable[[int, str], str]
"""What a form calls a member of a line, by the line's number, counted from 0, and its name."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What is to be checked; *date_of_service* is ISO 8601, *claim_type* of ``CLAIM_TYPES``.

    The first diagnosis is the principal or first-listed one. *patient_age* is in whole years,
    None when not said.
    """

    claim_type: str
    date_of_service: str
    lines: tuple[TypedLine, ...]
    patient_age: int | None = None

    @property
    def resource(self) -> str:
        """What is counted: the same for a claim sent again, however its codes are spelled.

        The order of lines counts, as it says which diagnosis is the principal one; that of the
        modifiers on a line does not. Hashed, as the ledger keeps it and a claim is nobody's
        business there.
        """
        age = "" if self.patient_age is None else str(self.patient_age)
        told = [self.claim_type, self.date_of_service, age]
        for line in self.lines:
            code = "".join(letter for letter in line.code.upper() if letter.isalnum())
            modifiers = ",".join(sorted(line.modifiers))
            told.append(f"{line.system} {code} {modifiers} {line.units}")
        return f"claim:{hashlib.sha256('\n'.join(told).encode()).hexdigest()[:40]}"


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """What the rules say of *claim*, whose lines all have a code set now.

    *left* is what remains; None where the plan allowed the check while nothing could be counted.
    *notices* are lines that a licence asks to be shown with it.
    """

    claim: Claim
    told: lookup_pb2.CheckClaimResponse
    repeat: bool
    left: Left | None
    notices: tuple[str, ...] = ()


class ClaimChecks:
    """Checks claims in a visitor's name."""

    def __init__(self, lookup: Lookup, decider: Decider, gate: CptGate) -> None:
        self._lookup = lookup
        self._decider = decider
        self._gate = gate
        self._systems = ClaimSystems(lookup)

    async def check(
        self, visitor: Known, claim: Claim, cookies: str, field_of: FieldOf, admit: Admit
    ) -> CheckedClaim:
        """What the rules say of *claim*, once *visitor* is let in by *admit* and it is charged.

        *field_of* names the fields at fault in what is refused.

        Raises:
            Refused: when nothing may be shown, then nothing was charged; of the kind
                ``QUOTA_EXCEEDED`` when the visitor may have no more checks.
        """
        await self._see_that_plan_has_any(visitor)
        whole = await self._with_systems(claim, field_of)
        notices = self._cpt_notices(whole, cookies)
        told = await self._told(whole, field_of)
        await admit()
        repeat, left = await self._charge(visitor, whole)
        return CheckedClaim(whole, told, repeat, left, notices)

    async def _see_that_plan_has_any(self, visitor: Known) -> None:
        """Refuse, before any work is done, whom the plan gives no checks at all."""
        allowances = await self._decider.get_allowances(
            metering_pb2.GetAllowancesRequest(subject=subject_of(visitor), plan=plan_of(visitor))
        )
        if allowances is None:
            CHECKS.labels("not_counted").inc()
            raise Refused(problems.metering_away())
        if allowances.mode != metering_pb2.MODE_NORMAL:
            # What an outage allows is in the plan file, which the decision follows.
            return
        told = next((it for it in allowances.allowances if it.action == CLAIM_CHECK), None)
        if told is None or (told.HasField("limit") and told.limit == 0):
            plan = plan_of(visitor)
            none = Left(CLAIM_CHECK, plan, 0, 0, None)
            CHECKS.labels("denied").inc()
            raise Refused(_not_allowed(none, registers=plan == "guest"))

    async def _with_systems(self, claim: Claim, field_of: FieldOf) -> Claim:
        systems = await self._systems.guess(claim.lines, claim.date_of_service)
        errors: dict[str, str] = {}
        lines = []
        for number, (line, system) in enumerate(zip(claim.lines, systems, strict=True)):
            if isinstance(system, CodeOfSeveral):
                errors[field_of(number, "system")] = f"{line.code} {system}"
            else:
                lines.append(replace(line, system=system))
        if errors:
            CHECKS.labels("refused").inc()
            raise Refused(problems.invalid_fields(errors))
        return replace(claim, lines=tuple(lines))

    def _cpt_notices(self, claim: Claim, cookies: str) -> tuple[str, ...]:
        """The lines a licence asks for; its terms come first where findings may name CPT codes."""
        if any(line.system == CPT for line in claim.lines):
            self._gate.demand_for(CPT, cookies)
        licence = self._gate.licence
        if licence is None or all(line.system in _WITHOUT_CPT for line in claim.lines):
            return ()
        self._gate.demand(cookies)
        return tuple(licence.notices)

    async def _told(self, claim: Claim, field_of: FieldOf) -> lookup_pb2.CheckClaimResponse:
        try:
            return await self._lookup.check_claim(_request(claim))
        except ServiceError as error:
            CHECKS.labels("refused").inc()
            if error.violations and error.reason not in NOTHING_THERE:
                raise Refused(
                    problems.invalid_fields(_renamed(error.violations, field_of))
                ) from None
            raise

    async def _charge(self, visitor: Known, claim: Claim) -> tuple[bool, Left | None]:
        """Whether it was charged before, and what is left."""
        decision = await charge(self._decider, visitor, CLAIM_CHECK, claim.resource)
        degraded = decision is not None and decision.mode != metering_pb2.MODE_NORMAL
        allowed = decision is not None and decision.verdict in ALLOWED
        if decision is None or (degraded and not allowed):
            CHECKS.labels("not_counted").inc()
            raise Refused(problems.metering_away())
        left = None if degraded else Left.of(decision.allowance)
        if not allowed:
            assert left is not None
            CHECKS.labels("denied").inc()
            registers = decision.unlock == metering_pb2.UNLOCK_REGISTER
            raise Refused(_not_allowed(left, registers=registers))
        repeat = decision.verdict == metering_pb2.VERDICT_REPEAT
        CHECKS.labels("repeated" if repeat else "checked").inc()
        return repeat, left


def _request(claim: Claim) -> lookup_pb2.CheckClaimRequest:
    return lookup_pb2.CheckClaimRequest(
        claim_type=CLAIM_TYPES[claim.claim_type],
        date_of_service=claim.date_of_service,
        lines=[
            lookup_pb2.ClaimLine(
                system=line.system, code=line.code, modifiers=line.modifiers, units=line.units
            )
            for line in claim.lines
        ],
        patient_age=claim.patient_age,
    )


def _renamed(violations: Mapping[str, str], field_of: FieldOf) -> dict[str, str]:
    """Faults by the names of the form: lookup says "lines[0].code" and "patient_age"."""
    renamed = {}
    for field, fault in violations.items():
        number, bracket, name = field.removeprefix("lines[").partition("].")
        if bracket and number.isdigit():
            renamed[field_of(int(number), name)] = fault
        else:
            renamed["patient.age" if field == "patient_age" else field] = fault
    return renamed


def _not_allowed(left: Left, *, registers: bool) -> Problem:
    unlock = "REGISTER" if registers else "UPGRADE"
    spent = left.limit != 0
    if registers:
        said = "A claim check needs an account." if not spent else "The claim checks are spent."
        way_out = "Register a free account to check claims."
    else:
        said = "The claim checks of this period are spent."
        if not spent:
            said = "The plan has no claim checks."
        way_out = upgrade_advice(left.plan)
    until = f" They come back on {left.reset_day} (UTC)." if left.reset_day else ""
    return Problem(
        problems.QUOTA_EXCEEDED,
        "CLAIM_CHECKS_SPENT" if spent else "CLAIM_CHECKS_NOT_IN_PLAN",
        f"{said} {way_out}{until}",
        retry_after=left.seconds_until_reset if spent else None,
        members={"unlock": unlock, "reset_time": left.reset_json},
        headers=rate_limits.of_allowance(left),
    )
