"""Composes answers: which facts are evidence, and the sentences that rest on them.

Nothing is said that the facts do not say. An Excludes1 note is a warning with an exception, and
no note is no promise; whether anything will be paid is never said.
"""

from collections.abc import Sequence

from assistant.evidence import Draft, Notebook
from assistant.facts import Code, CodeFacts, NoteKind, PairFacts, PairNote
from assistant.systems import NAMES

_EXCLUDES = (NoteKind.EXCLUDES1, NoteKind.EXCLUDES2)
_EXAMPLES = 3
_EXCEPTION = "I.A.12.a"
"""Paragraph of the guidelines on when an Excludes1 note may be passed over."""


def what_is(codes: Sequence[CodeFacts]) -> Draft:
    """What each of *codes* is: title, whether it can be reported, where it stands."""
    book = Notebook()
    for facts in codes:
        code = facts.code
        title = _title(book, facts)
        book.say(f"{code.code} is “{code.title}” in {NAMES[code.system]}.", [title])
        standing, text = _standing(book, facts)
        book.say(text, [standing])
        stands = _say_place(book, facts, title)
        if facts.description:
            cited = book.note(facts.description.text, facts.description.source, code.href)
            book.say(facts.description.text, [cited, *stands])
    return book.draft()


def is_billable(codes: Sequence[CodeFacts]) -> Draft:
    """Whether each of *codes* can be reported, and what to do where it cannot."""
    book = Notebook()
    for facts in codes:
        code = facts.code
        standing, text = _standing(book, facts)
        if code.billable:
            book.say(f"Yes: {text}", [standing])
            book.say(
                f"{code.code}, “{code.title}”, is complete as it stands; whether anything is paid "
                "for it is another question.",
                [_title(book, facts), standing],
            )
        else:
            book.say(f"No: {text}", [standing])
            _what_to_do(book, facts, standing, text)
    return book.draft()


def together(pair: PairFacts) -> Draft:
    """What notes say of two codes together."""
    book = Notebook()
    first, second = pair.first.code, pair.second.code
    if first.code == second.code:
        title = _title(book, pair.first)
        book.say(
            f"Both are the same code, {first.code}, “{first.title}”, so there is no pair to "
            "look at.",
            [title],
        )
        return book.draft()
    for above, below in ((pair.first, pair.second), (pair.second, pair.first)):
        if any(place.label == above.code.code for place in below.places):
            _say_heading(book, above, below)
            return book.draft()
    noted = [
        (note, book.note(_as_written(note), note.source, _href(pair, note))) for note in pair.notes
    ]
    excludes = [entry for entry in noted if entry[0].kind in _EXCLUDES]
    companions = [entry for entry in noted if entry[0].kind not in _EXCLUDES]
    both = f"{first.code} and {second.code}"
    cites = [cited for _, cited in noted]
    if excludes:
        _say_excludes(book, pair, both, excludes)
    else:
        searched = _searched(book, pair)
        cites.append(searched)
        book.say(
            f"The {pair.release.name} release lists no excludes note between {both}.", [searched]
        )
    for note, cited in companions:
        book.say(f"{_told(note)} {_sequence(note)}", [cited])
    for facts in (pair.first, pair.second):
        if not facts.code.billable:
            standing, text = _standing(book, facts)
            book.say(text, [standing])
    if not any(note.kind is NoteKind.EXCLUDES1 for note in pair.notes):
        book.say("That is not a statement that a payer will accept both.", cites)
    return book.draft()


def _title(book: Notebook, facts: CodeFacts) -> str:
    code = facts.code
    return book.note(f"{code.code} {code.title}", facts.source, code.href)


def _standing(book: Notebook, facts: CodeFacts) -> tuple[str, str]:
    """Evidence and words on whether the code can be reported."""
    code, release = facts.code, facts.release
    if facts.standing:
        return (
            book.note(facts.standing.text, facts.standing.source, code.href),
            facts.standing.text,
        )
    text = (
        f"{code.code} is {'' if code.billable else 'not '}billable in the {release.name} release, "
        f"which applies from {release.effective} to {release.expires}."
    )
    return book.note(text, facts.source, code.href), text


def _say_place(book: Notebook, facts: CodeFacts, title: str) -> list[str]:
    """Say where the code stands, unless its description does; answers evidence for that."""
    if not facts.places:
        return []
    cited = _place(book, facts)
    steps = [place for place in facts.places if place.kind != "subcategory"]
    nearest = steps[-1].label
    if facts.description and f"({nearest})" in facts.description.text:
        return [cited]
    told = ", ".join(f"{place.kind} {place.label} ({place.title})" for place in reversed(steps))
    book.say(f"{facts.code.code} stands in {told}.", [title, cited])
    return []


def _place(book: Notebook, facts: CodeFacts) -> str:
    steps = [f"{place.kind} {place.label} {place.title}" for place in facts.places]
    text = f"{facts.code.code} stands under: {'; '.join(steps)}"
    return book.note(text, facts.source, facts.code.href)


def _say_heading(book: Notebook, above: CodeFacts, below: CodeFacts) -> None:
    standing, text = _standing(book, above)
    book.say(
        f"{above.code.code} is a heading that {below.code.code} stands under, so the two are not "
        "a pair to report.",
        [_place(book, below), standing],
    )
    book.say(text, [standing])


def _what_to_do(book: Notebook, facts: CodeFacts, standing: str, text: str) -> None:
    shown = facts.more_specific[:_EXAMPLES]
    cites = [standing, *(_listed_code(book, facts, code) for code in shown)]
    such = f", such as {_alternatives([code.code for code in shown])}" if shown else ""
    if "7th character" in text:
        advice = f"Complete it with the 7th character that the record supports{such}."
    else:
        advice = f"Report a more specific code that the record supports{such}."
    book.say(advice, cites)


def _listed_code(book: Notebook, facts: CodeFacts, code: Code) -> str:
    return book.note(f"{code.code} {code.title}", facts.source, code.href)


def _alternatives(codes: Sequence[str]) -> str:
    if len(codes) == 1:
        return codes[0]
    return f"{', '.join(codes[:-1])} or {codes[-1]}"


def _as_written(note: PairNote) -> str:
    """A note as evidence: where it is written and what for, then its own words."""
    condition = f" (condition: {note.condition})" if note.condition else ""
    return (
        f"{note.kind}, at {note.place}, for {note.holds_for}, naming {note.names}{condition}: "
        f"{note.text}"
    )


def _told(note: PairNote) -> str:
    article = "An" if note.kind in _EXCLUDES else "A"
    where = note.place
    if note.place != note.holds_for:
        where = f"{note.place}, which holds for {note.holds_for},"
    condition = f" (condition: {note.condition})" if note.condition else ""
    return f"{article} {note.kind} note at {where} names {note.names}: “{note.text}”{condition}."


def _href(pair: PairFacts, note: PairNote) -> str:
    """The page that shows a note: that of the code it holds for."""
    first, second = pair.first.code, pair.second.code
    return first.href if first.code == note.holds_for else second.href


def _searched(book: Notebook, pair: PairFacts) -> str:
    first, second, release = pair.first.code, pair.second.code, pair.release
    text = (
        f"Searched for notes that hold for {first.code} and name {second.code}, and the reverse, "
        f"own and inherited: no excludes note in the {release.name} release."
    )
    return book.note(text, pair.first.source, first.href)


def _say_excludes(
    book: Notebook, pair: PairFacts, both: str, excludes: list[tuple[PairNote, str]]
) -> None:
    warnings = [cited for note, cited in excludes if note.kind is NoteKind.EXCLUDES1]
    permits = [cited for note, cited in excludes if note.kind is NoteKind.EXCLUDES2]
    if warnings:
        meaning = pair.meaning(NoteKind.EXCLUDES1)
        cites = [*warnings, *_meaning(book, pair, NoteKind.EXCLUDES1)]
        guideline = f" (guideline {_EXCEPTION})" if meaning and _EXCEPTION in meaning.text else ""
        book.say(f"{both} are normally not coded together: an Excludes1 note warns of it.", cites)
        book.say(
            "There is an exception: both may be reported when the two conditions are unrelated to "
            f"each other{guideline}; where the record does not make that clear, ask the provider.",
            cites,
        )
    else:
        cites = [*permits, *_meaning(book, pair, NoteKind.EXCLUDES2)]
        book.say(
            f"{both} may be reported together when the record documents both conditions: an "
            "Excludes2 note says that one is not part of the other.",
            cites,
        )
    for note, cited in excludes:
        book.say(_told(note), [cited])
    if warnings and permits:
        book.say(
            "What an Excludes2 note names may be reported as well when the record documents both.",
            [*permits, *_meaning(book, pair, NoteKind.EXCLUDES2)],
        )


def _meaning(book: Notebook, pair: PairFacts, kind: NoteKind) -> list[str]:
    fact = pair.meaning(kind)
    return [book.note(fact.text, fact.source, pair.first.code.href)] if fact else []


def _sequence(note: PairNote) -> str:
    match note.kind:
        case NoteKind.CODE_FIRST:
            rule = f"{note.names} is sequenced before {note.holds_for}"
        case NoteKind.USE_ADDITIONAL:
            rule = f"{note.holds_for} is sequenced before {note.names}, which is added"
        case _:
            rule = (
                f"{note.names} may be needed beside {note.holds_for}; which comes first depends "
                "on the encounter"
            )
    return f"Where it applies, {rule}."
