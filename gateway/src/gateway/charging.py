"""Has metering charge an action before its answer is shown: questions, claim checks."""

import uuid
from typing import Final

from codingahead.metering.v1 import metering_pb2
from gateway.decisions import Decider, DecisionRefused
from gateway.page_views import plan_of, subject_of
from gateway.visitors import Known
from servicekit.logs import get_logger

log = get_logger("gateway.charging")

ALLOWED: Final = frozenset((metering_pb2.VERDICT_GRANTED, metering_pb2.VERDICT_REPEAT))
"""Verdicts on which the answer may be shown."""


async def charge(
    decider: Decider, visitor: Known, action: str, resource: str
) -> metering_pb2.DecideResponse | None:
    """What metering decides of one *action* on *resource*; None where it decided nothing."""
    asked = metering_pb2.DecideRequest(
        subject=subject_of(visitor),
        plan=plan_of(visitor),
        action=action,
        resource=resource,
        request_id=str(uuid.uuid4()),
    )
    try:
        return await decider.decide(asked)
    except DecisionRefused as refusal:
        # A plan that metering no longer knows, say: our mistake, not the visitor's.
        log.error("decision_refused", reason=refusal.reason, plan=asked.plan)
        return None
