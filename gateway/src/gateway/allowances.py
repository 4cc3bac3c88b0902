"""What is left of an action, as answers and pages tell it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from codingahead.metering.v1 import metering_pb2
from gateway.wording import counted, day_in_words, json_time


@dataclass(frozen=True, slots=True)
class Left:
    """*limit* and *remaining* are None for an action without limit; *reset_time* is UTC."""

    action: str
    plan: str
    limit: int | None
    remaining: int | None
    reset_time: datetime | None

    @classmethod
    def of(cls, allowance: metering_pb2.Allowance) -> Self:
        """What metering told."""
        return cls(
            action=allowance.action,
            plan=allowance.plan,
            limit=allowance.limit if allowance.HasField("limit") else None,
            remaining=allowance.remaining if allowance.HasField("remaining") else None,
            reset_time=(
                allowance.reset_time.ToDatetime(UTC) if allowance.HasField("reset_time") else None
            ),
        )

    @property
    def reset_json(self) -> str | None:
        """The reset as JSON has it."""
        return json_time(self.reset_time)

    @property
    def reset_day(self) -> str:
        """The day of the reset in words; empty when none is set."""
        return day_in_words(self.reset_time.date()) if self.reset_time else ""

    @property
    def seconds_until_reset(self) -> int:
        """Seconds until the reset, at least 1; an hour when none is set."""
        if self.reset_time is None:
            return 3_600
        return max(1, round((self.reset_time - datetime.now(UTC)).total_seconds()))

    def json(self) -> dict[str, object]:
        """The allowance that goes with an answer."""
        return {
            "plan": self.plan,
            "action": self.action,
            "limit": self.limit,
            "remaining": self.remaining,
            "reset_time": self.reset_json,
        }


def questions_left(left: Left) -> str:
    """How many questions are left, as a sentence; empty where they are not limited."""
    if left.remaining is None:
        return ""
    if left.remaining == 0 and left.reset_day:
        return f"0 questions left until {left.reset_day} (UTC)."
    return f"{counted(left.remaining, 'question')} left."
