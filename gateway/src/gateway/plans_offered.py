"""What each plan offers, as pages say it. What a plan *allows* is metering's to decide.

But for features, which are not counted: metering does not tell of them, so they stand here as the
plan file has them.
"""

from dataclasses import dataclass

EXPORT = "export"
"""The feature that lets results and marked codes be downloaded."""
API_KEYS = "api_keys"
"""The feature that lets programs act for the account by keys."""


@dataclass(frozen=True, slots=True)
class PlanOffered:
    """A plan in words; *page_views* per period, None for no limit."""

    key: str
    name: str
    holders: str
    """Subject of a sentence: "Guest accounts"."""
    page_views: int | None
    period: str
    """Ends a sentence about the limit: "per month"; empty for a guest's own period."""
    sections: str
    open: bool
    """Whether it can be had now."""
    features: frozenset[str] = frozenset()
    """Keys of what else it opens."""


PLANS = {
    plan.key: plan
    for plan in (
        PlanOffered(
            key="guest",
            name="Guest",
            holders="Guest accounts",
            page_views=1,
            period="",
            sections="The first two",
            open=True,
        ),
        PlanOffered(
            key="free",
            name="Free",
            holders="Free accounts",
            page_views=5,
            period="per month",
            sections="All nine",
            open=True,
        ),
        PlanOffered(
            key="professional",
            name="Professional",
            holders="Professional accounts",
            page_views=200,
            period="per month",
            sections="All nine",
            open=False,
            features=frozenset({EXPORT}),
        ),
        PlanOffered(
            key="enterprise",
            name="Enterprise",
            holders="Enterprise accounts",
            page_views=None,
            period="per month",
            sections="All nine",
            open=False,
            features=frozenset({EXPORT, API_KEYS}),
        ),
    )
}
"""Plans by key, the smallest first."""


def plan_offered(key: str) -> PlanOffered:
    """The plan *key*; one that is not offered here is named by its key."""
    if key in PLANS:
        return PLANS[key]
    name = key.replace("_", " ").capitalize()
    return PlanOffered(key, name, f"{name} accounts", None, "per month", "", open=False)


def upgrade_advice(key: str) -> str:
    """What somebody on the plan *key*, whose period is spent, can do, as a sentence."""
    offer = next_plan(key)
    if offer is not None and offer.open:
        return "Upgrade the plan, or wait until the period ends."
    if offer is not None:
        return "Larger plans are not open yet, so please wait until the period ends."
    return "Please wait until the period ends."


def has_feature(key: str, feature: str) -> bool:
    """Whether the plan *key* has *feature*; a plan that is not offered here has none."""
    return feature in plan_offered(key).features


def smallest_with(feature: str) -> PlanOffered:
    """The smallest plan that has *feature*.

    Raises:
        StopIteration: when none has.
    """
    return next(plan for plan in PLANS.values() if feature in plan.features)


def next_plan(key: str) -> PlanOffered | None:
    """The plan above *key*, if there is one."""
    keys = list(PLANS)
    if key not in PLANS or key == keys[-1]:
        return None
    return PLANS[keys[keys.index(key) + 1]]
