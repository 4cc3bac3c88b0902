"""What was asked and answered, what the ledger says and what Redis holds: the checker's matter."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from metering.decision import Subject

type Verdict = Literal["granted", "repeat", "denied"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a caller was told.

    *spent*: denied as the limit is. *remaining* and *reset_ms* are None where they were not told.
    *gated*: it opened sections that are not public. *decision_id* is empty when none was told.
    """

    verdict: Verdict
    degraded: bool = False
    spent: bool = False
    remaining: int | None = None
    reset_ms: int | None = None
    gated: bool = False
    decision_id: str = ""


@dataclass(slots=True)
class Asked:
    """One question, from *began* to *ended* by the callers' one clock, in seconds.

    *limit* is what the plan file gives; None: unlimited. *open_in_outage*: the plan file says to
    show something when there is no count. Without an *answer* nobody knows what became of it.
    """

    subject: Subject
    plan: str
    action: str
    resource: str
    limit: int | None
    open_in_outage: bool
    request_id: str
    began: float = 0.0
    ended: float = math.inf
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Granted:
    """One unit charged, as an entry tells it: the ledger's, or one that waited in Redis."""

    decision_id: str
    subject: Subject
    action: str
    resource: str
    period: str
    ends_ms: int


@dataclass(frozen=True, slots=True)
class Held:
    """What Redis holds of one use: units *charged*, and the decision that freed each resource."""

    charged: int
    names: Mapping[str, str]


type HeldKey = tuple[Subject, str, str]
"""Whose, which action, in which period."""


@dataclass(slots=True)
class Evidence:
    """Everything there is to judge by, taken when all was quiet again.

    *forgotten* is what had not been relayed when Redis was emptied: the declared loss.
    """

    asked: list[Asked] = field(default_factory=list)
    ledger: list[Granted] = field(default_factory=list)
    held: dict[HeldKey, Held] = field(default_factory=dict)
    forgotten: list[Granted] = field(default_factory=list)
