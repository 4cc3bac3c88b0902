"""Readiness: the parts a process needs, and what it tells its callers of them."""

from collections.abc import Callable
from dataclasses import dataclass

from servicekit.logs import get_logger

log = get_logger("servicekit.health")


@dataclass(frozen=True, slots=True)
class Part:
    """State of one part: up, or down and why."""

    up: bool
    why: str


class Readiness:
    """A map of named parts; the process is ready while all of them are up and it is not draining.

    Parts are reported by whoever uses them, so readiness says what was last seen, not what a
    probe would see.
    """

    def __init__(self) -> None:
        self._parts: dict[str, Part] = {}
        self._draining = False
        self._listeners: list[Callable[[bool], None]] = []

    def require(self, name: str) -> None:
        """Make *name* a part that must be up; it starts down."""
        self._set(name, Part(False, "not reached yet"))

    def up(self, name: str) -> None:
        """Say that *name* works."""
        self._set(name, Part(True, ""))

    def down(self, name: str, why: str) -> None:
        """Say that *name* does not work, and *why* in a few words for operators."""
        self._set(name, Part(False, why))

    def drain(self) -> None:
        """Be not ready from now on: the process is stopping."""
        self._change(lambda: setattr(self, "_draining", True))

    @property
    def ready(self) -> bool:
        """Whether work should be sent here."""
        return not self._draining and all(part.up for part in self._parts.values())

    def report(self) -> dict[str, str]:
        """Each part with ``up`` or ``down: why``, and the whole under ``status``."""
        status = "draining" if self._draining else "ready" if self.ready else "not ready"
        parts = {
            name: "up" if part.up else f"down: {part.why}" for name, part in self._parts.items()
        }
        return {"status": status, **parts}

    def listen(self, listener: Callable[[bool], None]) -> None:
        """Call *listener* with :attr:`ready` now and whenever it changes."""
        self._listeners.append(listener)
        listener(self.ready)

    def _set(self, name: str, part: Part) -> None:
        before = self._parts.get(name)
        if before == part:
            return
        # In a new map: the thread that serves metrics may be reading the old one.
        self._change(lambda: setattr(self, "_parts", {**self._parts, name: part}))
        if before is not None and before.up != part.up:
            if part.up:
                log.info("part_up", part=name)
            else:
                log.warning("part_down", part=name, why=part.why)

    def _change(self, apply: Callable[[], object]) -> None:
        before = self.ready
        apply()
        if self.ready != before:
            for listener in self._listeners:
                listener(self.ready)
