"""The plan file: what each plan may do, and what happens to each action in an outage."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from metering import sections
from metering.periods import CalendarMonth, Period, parse_period

GUEST = "guest"
"""The plan of whoever has no account; every plan file must have it."""


type Outage = Literal["public_sections", "allow", "deny"]
"""What is answered while the count cannot be reached."""


class PlansInvalid(Exception):  # noqa: N818 - it describes the file
    """A plan file cannot be used; the message names file, key and what to write instead."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Units of one action in a period; *units* None: unlimited, the period only forgets."""

    units: int | None
    period: Period

    def exceeds(self, other: "Limit | None") -> bool:
        """Whether it allows more units than *other*; None allows none."""
        if other is None or other.units is None:
            return other is None and self.units != 0
        return self.units is None or self.units > other.units


@dataclass(frozen=True, slots=True)
class Plan:
    """What a subject under this plan may do. An action without a limit is not in the plan.

    *outage* says what is answered in an outage where that is not what the action says.
    """

    key: str
    sections: frozenset[str]
    limits: Mapping[str, Limit]
    features: frozenset[str]
    outage: Mapping[str, Outage]


@dataclass(frozen=True, slots=True)
class Action:
    """How an action is counted, and what is answered when it cannot be."""

    key: str
    consistency: Literal["fast", "strict"]
    outage: Outage


@dataclass(frozen=True, slots=True, eq=False)
class Plans:
    """A whole plan file, in its order: the smallest plan first."""

    plans: Mapping[str, Plan]
    actions: Mapping[str, Action]


def load_plans(path: Path) -> Plans:
    """Read and check the plan file at *path*.

    Raises:
        PlansInvalid: when it cannot be read or breaks a rule.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PlansInvalid(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise PlansInvalid(f"{path}: is not UTF-8: {error}") from None
    try:
        return parse_plans(text)
    except PlansInvalid as error:
        raise PlansInvalid(f"{path}: {error}") from None


def parse_plans(text: str) -> Plans:
    """Read and check a plan file's *text*.

    Raises:
        PlansInvalid: when it breaks a rule; names every key that does.
    """
    try:
        document = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - derives from SafeLoader
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, RecursionError) as error:
        # What says by its tag or its looks that it is a number or a date, and is none.
        raise PlansInvalid(f"is no YAML: {' '.join(str(error).split())}") from None
    try:
        return _PlanFile.model_validate(document).plans_of_file()
    except ValidationError as error:
        faults = (_fault(fault["type"], fault["loc"], fault["msg"]) for fault in error.errors())
        raise PlansInvalid("; ".join(faults)) from None


def _fault(kind: str, location: tuple[int | str, ...], message: str) -> str:
    path = ".".join(str(part) for part in location if part != "[key]") or "file"
    match kind:
        case "extra_forbidden":
            return f"{path}: there is no such key"
        case "missing":
            return f"{path}: is missing"
        case "model_type":
            return f"{path}: must be a mapping of keys"
        case _:
            return f"{path}: {message.removeprefix('Value error, ')}"


class _StrictLoader(yaml.SafeLoader):
    """YAML without the trap that of a key written twice the first one is lost."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.constructor.ConstructorError(
                    problem=f"key {key.value!r} is written twice", problem_mark=key.start_mark
                )
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


def _period(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("write calendar-month or P30D-from-first")
    return parse_period(value)


def _sections(value: object) -> object:
    if value == "public":
        return list(sections.PUBLIC)
    if value == "all":
        return list(sections.ALL)
    if not isinstance(value, list):
        raise ValueError("write public, all or a list of section keys")
    if unknown := [str(key) for key in value if key not in sections.ALL]:
        raise ValueError(
            f"there is no section {', '.join(unknown)}; there are {', '.join(sections.ALL)}"
        )
    return value


def _limit(value: object) -> object:
    if value == "unlimited":
        # Months only bound how long the store remembers.
        return {"units": None, "period": CalendarMonth().text}
    if not isinstance(value, dict) or value.get("units", 0) is None:
        raise ValueError("write {units: 5, period: calendar-month} or unlimited")
    return value


type _Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True, strict=True)


class _LimitEntry(_Entry):
    units: Annotated[int, Field(ge=0, le=1_000_000_000)] | None
    period: Annotated[Any, BeforeValidator(_period)]

    def limit(self) -> Limit:
        return Limit(self.units, self.period)


class _PlanEntry(_Entry):
    sections: Annotated[list[str], BeforeValidator(_sections)]
    limits: dict[str, Annotated[_LimitEntry, BeforeValidator(_limit)]]
    features: list[_Key] = Field(default_factory=list)
    outage: dict[str, Outage] = Field(default_factory=dict)

    def plan(self, key: str) -> Plan:
        return Plan(
            key=key,
            sections=frozenset((*sections.PUBLIC, *self.sections)),
            limits={action: entry.limit() for action, entry in self.limits.items()},
            features=frozenset(self.features),
            outage=self.outage,
        )


class _ActionEntry(_Entry):
    consistency: Literal["fast", "strict"] = Field(alias="class")
    outage: Outage


class _PlanFile(_Entry):
    plans: dict[_Key, _PlanEntry]
    actions: dict[_Key, _ActionEntry]

    @model_validator(mode="after")
    def _fits_together(self) -> "_PlanFile":
        if GUEST not in self.plans:
            raise ValueError(f"plans.{GUEST}: is missing")
        for key, plan in self.plans.items():
            named = {"limits": list(plan.limits), "outage": list(plan.outage)}
            for part, actions in named.items():
                for action in actions:
                    if action not in self.actions:
                        raise ValueError(
                            f"plans.{key}.{part}.{action}: there is no such action; "
                            f"there are {', '.join(self.actions)}"
                        )
            for action, policy in plan.outage.items():
                if self.actions[action].consistency == "strict" and policy != "deny":
                    raise ValueError(
                        f"plans.{key}.outage.{action}: must be deny, as the class is strict"
                    )
        for key, entry in self.actions.items():
            if entry.consistency == "strict" and entry.outage != "deny":
                raise ValueError(f"actions.{key}.outage: must be deny, as the class is strict")
        return self

    def plans_of_file(self) -> Plans:
        return Plans(
            plans={key: entry.plan(key) for key, entry in self.plans.items()},
            actions={
                key: Action(key, entry.consistency, entry.outage)
                for key, entry in self.actions.items()
            },
        )
