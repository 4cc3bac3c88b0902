"""The plan file in force: read at start, and again whenever it changes."""

import asyncio
from pathlib import Path

from metering.plans import Plans, PlansInvalid, load_plans
from servicekit.health import Readiness
from servicekit.logs import get_logger
from servicekit.metrics import Counter, Gauge

log = get_logger("metering.plans")

PART = "plans"

RELOADS = Counter("metering_plans_reloads_total", "Changes of the plan file.", ["outcome"])

REFUSED = Gauge("metering_plans_refused", "1 while the plan file is wrong and an older one serves.")

_POLL_SECONDS = 0.5

type _Signature = tuple[int, int, int] | None


class PlansFile:
    """Holds the plans of the file at *path*; a bad edit leaves those before it in force.

    Raises:
        PlansInvalid: when the file is wrong at the start.
    """

    def __init__(self, path: Path, readiness: Readiness) -> None:
        readiness.require(PART)
        self._path = path
        self._signature = _signature(path)
        self._plans = load_plans(path)
        for outcome in ("taken", "refused"):
            RELOADS.labels(outcome)
        log.info("plans_loaded", file=str(path), plans=list(self._plans.plans))
        readiness.up(PART)

    @property
    def plans(self) -> Plans:
        """The plans in force."""
        return self._plans

    async def watch(self) -> None:
        """Take up changes until cancelled."""
        before = self._signature
        while True:
            await asyncio.sleep(_POLL_SECONDS)
            found = _signature(self._path)
            # What changed since the last look may still be half written.
            settled, before = found == before, found
            if settled and found != self._signature:
                self._signature = found
                self.reload()

    def reload(self) -> None:
        """Read the file again; keep what is in force when it is wrong."""
        try:
            self._plans = load_plans(self._path)
        except PlansInvalid as error:
            RELOADS.labels("refused").inc()
            REFUSED.set(1)
            log.error("plans_refused", why=str(error))
        else:
            RELOADS.labels("taken").inc()
            REFUSED.set(0)
            log.info("plans_reloaded", plans=list(self._plans.plans))


def _signature(path: Path) -> _Signature:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
