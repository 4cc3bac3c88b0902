"""Metering under every fault at once and in a row: nothing over-admitted, lost or charged twice.

This is the short form; ``make chaos`` is the long one.
"""

from pathlib import Path

from tests.chaos.faults import FAULTS
from tests.chaos.ordeal import Ordeal

ROUNDS = [
    ("redis: kill -9",),
    ("redis: link cut", "nats: link slow"),
    ("redis: SIGSTOP", "metering: link slow"),
    ("nats: kill -9", "redis: link slow"),
    ("redis: FLUSHALL",),
    ("redis: link silent", "metering: link cut"),
    ("nats: link silent", "metering: kill -9"),
    ("relay: kill -9 between publish and trim",),
    ("nats: SIGSTOP", "metering: SIGSTOP"),
    ("nats: link cut", "metering: link silent"),
    ("redis: FLUSHALL", "nats: restart"),
    ("metering: rolling restart",),
]


async def test_every_promise_holds_through_every_fault(tmp_path: Path) -> None:
    assert {fault for faults in ROUNDS for fault in faults} == set(FAULTS)
    ordeal = Ordeal(tmp_path, seed=7, processes=2, hold_seconds=0.5, batch=16, pause_seconds=0.02)
    async with ordeal:
        for faults in ROUNDS:
            await ordeal.strike(*faults)
        outcome = await ordeal.judged()
    assert outcome.faults() == []
    assert outcome.findings.granted > 1_000
    assert outcome.findings.degraded > 0
    assert outcome.findings.unanswered > 0
    assert outcome.strict.settled > 100
