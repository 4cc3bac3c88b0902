"""Phrases that several sections share."""

from collections.abc import Sequence

from lookup.facts import Node, Release


def searched(release: Release, what: str) -> str:
    """That a release was searched and lists none of *what*."""
    return f"The {release.name} release was searched; it lists no {what}."


def listed(parts: Sequence[str], joint: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {joint} {parts[-1]}"


def counted(number: int, one: str, many: str) -> str:
    """ "1 code", "3 codes", "1,234 codes"."""
    return f"{number:,} {one if number == 1 else many}"


def validity(release: Release) -> str:
    """When the release applies, for people."""
    return (
        f"for encounters and discharges from {release.effective.isoformat()} "
        f"to {release.expires.isoformat()}"
    )


def must_be_completed(node: Node, variants: Sequence[Node], children: Sequence[Node]) -> str:
    """Why a code cannot be reported, and what to do."""
    if variants:
        return (
            f"{node.label} cannot be reported as it stands: it needs a 7th character, "
            f"as in {variants[0].label}."
        )
    return (
        f"{node.label} cannot be reported as it stands: it is a heading over "
        f"{counted(len(children), 'more specific entry', 'more specific entries')}."
    )
