"""Words for counts, days and places, as pages write them."""

from collections.abc import Iterable
from datetime import date, datetime
from urllib.parse import quote

from markupsafe import Markup, escape

from codingahead.lookup.v1 import lookup_pb2
from gateway.addresses import SYSTEMS, is_cpt_form, path_of

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

LONGEST_QUESTION = 1_000
"""Characters of a question to CasePilot."""

CROWDED = "Many new visitors came from your network today."
"""Why a new guest is not let in."""


def counted(number: int, noun: str) -> str:
    """*number* with *noun* in the form that goes with it: "1 page view", "1,204 codes"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def day_in_words(day: date) -> str:
    """A day as codes' pages and their sources write it: "April 1, 2026"."""
    return f"{day:%B} {day.day}, {day.year}"


def iso_day_in_words(text: str) -> str:
    """An ISO 8601 day as people write it; anything else as it stands."""
    day = parsed_day(text)
    return day_in_words(day) if day else text


def json_time(moment: datetime | None) -> str | None:
    """A moment in UTC as JSON has it: "2026-12-01T00:00:00Z"."""
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def parsed_day(text: str) -> date | None:
    """The day that ISO 8601 *text* names, if it names one."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def system_name(key: str) -> str:
    """The name of a code system for people."""
    return SYSTEMS.get(key, key)


def code_path(code: lookup_pb2.CodeRef, on: str = "") -> str:
    """The path of a code's page, fit for an attribute; *on* a day where one is named."""
    return quote(path_of(code.system, code.code)) + asked_on(on)


def link_path(link: lookup_pb2.Link, on: str = "") -> str:
    """Where *link* leads: a code's page or a range of the hierarchy; empty where it names none."""
    target = link.WhichOneof("target")
    return quote(path_of(link.system, getattr(link, target))) + asked_on(on) if target else ""


def minutes_in_words(seconds: int) -> str:
    """A wait in words, no shorter than it is: "a minute", "15 minutes", "3 hours"."""
    minutes = -(-seconds // 60)
    if minutes <= 1:
        return "a minute"
    return f"{minutes} minutes" if minutes < 120 else f"{-(-minutes // 60)} hours"


def asked_on(on: str) -> str:
    """The query by which an address asks for the day *on*; empty for no day."""
    return f"?on={on}" if on else ""


def names_of(sources: Iterable[lookup_pb2.Source]) -> dict[str, str]:
    """What sources are called, with their release, by their ids."""
    return {it.id: ", ".join(filter(None, (it.name, it.release))) for it in sources}


def cpt_not_loaded(text: str) -> str:
    """What is said to *text* where a CPT code is looked for."""
    form = "This is the form of a CPT code. " if is_cpt_form(text) else ""
    return f"{form}CPT content is not loaded on this site."


def with_dashes(text: str) -> str:
    """A range as printed in books: "E08–E13"."""
    return text.replace("-", "–")


def place_of(origin: lookup_pb2.Origin) -> str:
    """The place at which an inherited note stands; empty for the code's own."""
    match origin.WhichOneof("place"):
        case "chapter":
            return f"chapter {origin.chapter}"
        case "range":
            return with_dashes(origin.range)
        case "code":
            return origin.code
        case _:
            return ""


def marked(highlight: lookup_pb2.Highlight) -> Markup:
    """The text with the parts that were found marked; marks that make no sense are passed over."""
    text, pieces, position = highlight.text, [], 0
    for mark in highlight.marks:
        if not position <= mark.start < mark.end <= len(text):
            continue
        pieces.append(escape(text[position : mark.start]))
        pieces.append(Markup("<mark>{}</mark>").format(text[mark.start : mark.end]))
        position = mark.end
    pieces.append(escape(text[position:]))
    return Markup("").join(pieces)
