"""Who may download results and marked codes: accounts whose plan has the feature ``export``."""

from gateway import problems
from gateway.plans_offered import EXPORT, has_feature, smallest_with
from gateway.problems import Problem, Refused
from gateway.sessions import Account
from gateway.visitors import Unresolved, Visitor


def may_export(visitor: Visitor) -> bool:
    """Whether *visitor* may download."""
    return isinstance(visitor, Account) and has_feature(visitor.plan, EXPORT)


def demand_export(visitor: Visitor) -> None:
    """See that *visitor* may download.

    Raises:
        Refused: with the way out, when they may not.
    """
    if isinstance(visitor, Unresolved):
        raise Refused(problems.account_unchecked())
    if not may_export(visitor):
        raise Refused(_not_in_plan())


def export_offer() -> str:
    """Which plan has it, and whether that can be had, as sentences."""
    plan = smallest_with(EXPORT)
    offer = f"Downloads as CSV are part of the {plan.name} plan."
    return offer if plan.open else f"{offer} It is not open yet."


def _not_in_plan() -> Problem:
    detail = f"{export_offer()} Searching and reading results here stays free."
    return Problem(problems.NOT_IN_PLAN, "EXPORT_NOT_IN_PLAN", detail,
                   members={"unlock": "UPGRADE", "feature": EXPORT})  # fmt: skip
