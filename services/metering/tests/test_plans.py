"""A plan file is read strictly: what is wrong is named by its key, with what to write instead."""

from pathlib import Path

import pytest

from metering import sections
from metering.periods import CalendarMonth, DaysFromFirst
from metering.plans import Limit, PlansInvalid, load_plans, parse_plans
from services.metering.tests.conftest import PLANS

SMALL = """
plans:
  guest: {sections: public, limits: {view_code: {units: 1, period: P30D-from-first}}}
  free: {sections: all, limits: {view_code: {units: 5, period: calendar-month}}}
actions:
  view_code: {class: fast, outage: public_sections}
"""


def test_the_file_we_ship_says_what_the_product_promises() -> None:
    plans = load_plans(PLANS)
    assert list(plans.plans) == ["guest", "free", "professional", "enterprise"]
    views = {key: plan.limits["view_code"] for key, plan in plans.plans.items()}
    assert views == {
        "guest": Limit(1, DaysFromFirst(30)),
        "free": Limit(5, CalendarMonth()),
        "professional": Limit(200, CalendarMonth()),
        "enterprise": Limit(None, CalendarMonth()),
    }
    assert "claim_check" not in plans.plans["guest"].limits
    assert plans.plans["guest"].sections == set(sections.PUBLIC)
    assert plans.plans["free"].sections == set(sections.ALL)
    assert plans.plans["enterprise"].features == {"export", "api_keys"}
    assert {key: (a.consistency, a.outage) for key, a in plans.actions.items()} == {
        "view_code": ("fast", "public_sections"),
        "claim_check": ("fast", "deny"),
        "ask_assistant": ("strict", "deny"),
        "consult": ("strict", "deny"),
    }


def test_listed_sections_are_opened_beside_the_public_ones() -> None:
    plans = parse_plans(SMALL.replace("sections: all", "sections: [payment]"))
    assert plans.plans["free"].sections == {*sections.PUBLIC, "payment"}


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("units: 5", "units: -1", "plans.free.limits.view_code.units: Input should be greater"),
        ("units: 5", "units: five", "plans.free.limits.view_code.units: Input should be a valid"),
        ("units: 5", "units: true", "plans.free.limits.view_code.units: Input should be a valid"),
        ("units: 5", "units: null", "plans.free.limits.view_code: write {units: 5"),
        ("{units: 5, period: calendar-month}", "5", "plans.free.limits.view_code: write {units: 5"),
        ("units: 5, ", "", "plans.free.limits.view_code.units: is missing"),
        ("calendar-month", "weekly", "plans.free.limits.view_code.period: 'weekly' is no period"),
        ("calendar-month", "7", "plans.free.limits.view_code.period: write calendar-month"),
        ("period: cal", "perod: cal", "plans.free.limits.view_code.perod: there is no such key"),
        ("sections: all", "sections: some", "plans.free.sections: write public, all or a list"),
        ("sections: all", "sections: [pay]", "plans.free.sections: there is no section pay"),
        ("sections: all, ", "", "plans.free.sections: is missing"),
        ("guest:", "visitor:", "plans.guest: is missing"),
        ("free:", "Free plan:", "plans.Free plan: "),
        ("free: {sections: all, limits: {view_code", "free: {sections: all, limits: {look",
         "plans.free.limits.look: there is no such action; there are view_code"),
        ("class: fast", "class: slow", "actions.view_code.class: Input should be 'fast' or"),
        ("class: fast", "class: strict", "actions.view_code.outage: must be deny"),
        ("outage: public_sections", "outage: shrug", "actions.view_code.outage: Input should be"),
        ("  free:", "  guest:", "key 'guest' is written twice"),
        ("sections: all,", "sections: all, outage: {fly: deny},",
         "plans.free.outage.fly: there is no such action; there are view_code"),
        ("sections: all,", "sections: all, outage: {view_code: shrug},",
         "plans.free.outage.view_code: Input should be"),
        ("actions:", "acts:", "actions: is missing; acts: there is no such key"),
    ],
)  # fmt: skip
def test_a_fault_is_named_by_its_key(old: str, new: str, fault: str) -> None:
    assert old in SMALL
    with pytest.raises(PlansInvalid) as refused:
        parse_plans(SMALL.replace(old, new))
    assert fault in str(refused.value)


@pytest.mark.parametrize(
    "text", ["", "- a\n- b", "plans: [", "plans:\n\t- x", "{{}: 1}", "a: 2026-13-45", "[" * 9999]
)
def test_what_is_no_plan_file_at_all_is_refused(text: str) -> None:
    with pytest.raises(PlansInvalid):
        parse_plans(text)


def test_a_plan_may_not_allow_in_an_outage_what_is_strict() -> None:
    text = SMALL.replace("class: fast, outage: public_sections", "class: strict, outage: deny")
    with pytest.raises(PlansInvalid, match=r"plans\.free\.outage\.view_code: must be deny"):
        parse_plans(text.replace("sections: all,", "sections: all, outage: {view_code: allow},"))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PlansInvalid, match=r"nowhere\.yaml: cannot be read: No such file"):
        load_plans(tmp_path / "nowhere.yaml")


@pytest.mark.parametrize("value", ["!!int ''", "!!float ''", "!!bool x", "!!timestamp x"])
def test_a_tag_that_its_value_belies_is_refused(value: str) -> None:
    with pytest.raises(PlansInvalid, match=r"^is no YAML: "):
        parse_plans(SMALL.replace("units: 5", f"units: {value}"))
