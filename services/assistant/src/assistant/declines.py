"""Why a question is declined, in words that say what to do instead."""

from datetime import date

from assistant.facts import Code
from assistant.systems import NAMES

_EXAMPLE, _OTHER_EXAMPLE = "E11.9", "E10.9"
_SHOWN = 4


def not_understood(code: str = "") -> str:
    """Nothing that can be answered was asked; *code* is what examples are made with."""
    return f"This question is not one that can be answered here yet. {_can_be_asked(code)}"


def private_data(kind: str) -> str:
    """The question seems to hold *kind*, "a date of birth"."""
    return (
        f"The question seems to hold {kind}; it was neither read further nor kept. Leave out "
        "whatever identifies a person (names, dates of birth, record, insurance and phone "
        f"numbers, e-mail addresses) and ask about the codes alone, such as “What is {_EXAMPLE}?”."
    )


def unknown_code(
    spelling: str, system: str, near: tuple[Code, ...], not_loaded: tuple[str, ...] = ()
) -> str:
    """The *system* has no such code; it may be one of those that are not loaded."""
    told = f"{NAMES[system]} has no code {spelling}."
    if not_loaded:
        others = " or ".join(NAMES[other] for other in not_loaded)
        told += f" It may be a code of {others}, which is not loaded here."
    if not near:
        return f"{told} Check its spelling. {_can_be_asked()}"
    nearest = "; ".join(f"{code.code} {code.title}" for code in near[:_SHOWN])
    return f"{told} Nearest to it: {nearest}. Ask again with the code that was meant."


def listed_elsewhen(
    spelling: str, system: str, on: date | None, listed: tuple[tuple[date, date], ...]
) -> str:
    """The release that answers has no such code, and others have it."""
    when = f"on {on.isoformat()}" if on else "in its newest release"
    spans = " and ".join(f"{first.isoformat()} to {last.isoformat()}" for first, last in listed)
    return (
        f"{NAMES[system]} has no code {spelling} {when}. It is listed from {spans}: ask again with "
        f"a date of service in that time, such as “What is {spelling} on "
        f"{listed[-1][1].isoformat()}?”."
    )


def not_loaded(spelling: str, system: str) -> str:
    """The code set that *spelling* has the form of is not here."""
    return (
        f"{spelling} looks like a code of {NAMES[system]}, which is not loaded here, so nothing "
        f"can be said about it. {_can_be_asked()}"
    )


def not_known_for(day: date, spelling: str) -> str:
    """No loaded release covers the date of service."""
    return (
        f"What {spelling} was on {day.isoformat()} is not known: no loaded release covers that "
        "date. Ask without a date for the newest release."
    )


def locked_pair(code: str) -> str:
    """Notes on two codes are gated."""
    return (
        "Whether two codes go together is read from “Excludes and Companion Codes”, which a free "
        f"account opens. Without one you can ask “What is {code}?” or “Is {code} billable?”."
    )


def too_many_codes(most: int, *, paired: bool) -> str:
    """More codes than one question may name."""
    if paired:
        return "Pairs are looked at one at a time: ask about two codes, then about the next two."
    return f"One question may name at most {most} codes; ask about the others afterwards."


def different_systems(first: Code, second: Code) -> str:
    """A pair of two code sets."""
    return (
        f"{first.code} is a code of {NAMES[first.system]} and {second.code} one of "
        f"{NAMES[second.system]}; notes speak of codes of their own classification only. Ask about "
        "two codes of one."
    )


def no_notes(system: str) -> str:
    """A pair of a code set that has no notes on pairs."""
    return (
        f"{NAMES[system]} has no notes on which codes go together, so this cannot be answered "
        "here. What edits say of two codes of a claim, the claim checker tells."
    )


def unbacked() -> str:
    """No sentence of the answer was borne out by its evidence."""
    return f"No answer could be backed by the facts that were found. {_can_be_asked()}"


def _can_be_asked(code: str = "") -> str:
    shown = code or _EXAMPLE
    other = _OTHER_EXAMPLE if shown != _OTHER_EXAMPLE else _EXAMPLE
    return (
        f"You can ask what a code is (“What is {shown}?”), whether it can be reported (“Is {shown} "
        f"billable?”), and what notes say of two codes (“Can I report {shown} with {other}?”)."
    )
