"""Words that say whether a finding is there, after the manner of NegEx and ConText."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from lookup.case_note.finding import Mark
from lookup.case_note.words import Word


class Cue(Enum):
    """What a cue does, and how far it reaches."""

    NO = auto()
    """What follows in the sentence is negated."""
    NO_NEXT = auto()
    """The next finding is negated, and what it is joined to."""
    NOT_BEFORE = auto()
    """What stands right before is negated."""
    MAYBE = auto()
    """What follows in the sentence is uncertain."""
    MAYBE_NEXT = auto()
    """The next finding is uncertain, and what it is joined to."""
    MAYBE_BEFORE = auto()
    """What stands right before is uncertain."""
    MAYBE_AROUND = auto()
    """What stands right before and right after is uncertain: "versus"."""
    WAS = auto()
    """What follows in the sentence is history."""
    WAS_NEXT = auto()
    """The next finding is history, and what it is joined to."""
    WAS_BEFORE = auto()
    """What stands right before is history."""
    FAMILY = auto()
    """What follows in the sentence is a relative's."""
    FAMILY_BEFORE = auto()
    """What stands right before is a relative's."""
    IS = auto()
    """What follows is there, whatever was said before."""
    IS_NOW = auto()
    """The same, and under any heading."""
    ENDS = auto()
    """Ends how far cues reach."""
    IGNORED = auto()
    """What follows in the sentence is no finding at all: "return if"."""
    IGNORED_BEFORE = auto()
    """What stands right before is no finding at all: "prophylaxis"."""
    NOTHING = auto()
    """Looks like a cue or a finding and is none: "no change"."""


_TABLE: Final = {
    Cue.NO: (
        *("no", "denies", "denied", "denying", "deny", "without", "w o", "never", "none"),
        *("no evidence of", "no evidence for", "no signs of", "no sign of", "no history of"),
        *("no h o", "no hx of", "no hx", "no known", "no known history of", "no prior"),
        *("no previous", "no family history of", "no fh of", "negative for", "neg for"),
        *("free of", "absence of", "lack of", "lacks", "rules out", "ruled out for", "without any"),
        *("without evidence of", "denies any", "does not have", "doesn't have", "did not have"),
        *("denies history of", "denies any history of", "does not", "did not", "doesn't", "nor"),
        *("no acute", "no new", "no obvious", "no significant", "no further", "no longer has"),
        *("not have", "no complaints of", "no indication of", "unremarkable for", "never had"),
        *("never developed", "no personal history of", "no past history of", "declines"),
        *("no current", "no active", "no recent", "no suspicion of", "no concern for"),
        *("no findings of", "no findings suggestive of", "no radiographic evidence of"),
        *("no definite", "no clinical evidence of", "no suggestion of", "cannot see"),
        *("has no", "had no", "have no", "with no", "and no", "but no", "not demonstrate"),
        *("resolved without", "no family history", "no evidence", "not consistent with"),
    ),
    Cue.NO_NEXT: ("not", "isn't", "wasn't"),
    Cue.NOT_BEFORE: (
        *("is ruled out", "was ruled out", "were ruled out", "are ruled out", "ruled out"),
        *("has been ruled out", "have been ruled out", "been ruled out", "is absent", "absent"),
        *("not seen", "not present", "not found", "not identified", "not noted", "not detected"),
        *("not appreciated", "not visualized", "is negative", "was negative", "were negative"),
        *("negative", "neg", "is excluded", "was excluded", "excluded", "denied", "not evident"),
        *("are absent", "none", "not demonstrated", "is unlikely", "unlikely", "was unlikely"),
        *("not suspected", "not likely", "less likely", "is less likely", "are unlikely"),
        *("is not present", "are not present", "was not seen", "were not seen", "is not seen"),
        *("was not found", "were not found", "is not likely", "doubtful", "is doubtful"),
    ),
    Cue.MAYBE: (
        *("rule out", "r o", "concern for", "concerning for", "suspicious for", "suspicion of"),
        *("suspicion for", "differential includes", "differential diagnosis includes"),
        *("differential diagnosis", "differential", "ddx", "cannot rule out", "can't rule out"),
        *("could not rule out", "cannot exclude", "can't exclude", "could represent"),
        *("may represent", "might represent", "may have", "might have", "could be", "may be"),
        *("might be", "evaluate for", "evaluation for", "evaluation of possible", "work up for"),
        *("workup for", "to exclude", "exclude", "to evaluate for", "worrisome for"),
        *("suggestive of", "consider", "considering", "not ruled out", "to rule out", "assess for"),
        *("evaluate for possible", "low suspicion for", "high suspicion for", "worried about"),
        *("suggests", "suggesting", "test for", "tested for", "screen for", "possibility of"),
        *("must rule out", "need to rule out", "needs to rule out", "unable to rule out"),
        *("cannot be excluded for", "concerned about", "concerned for", "raises concern for"),
    ),
    Cue.MAYBE_NEXT: (
        *("possible", "possibly", "probable", "probably", "suspected", "suspect", "likely"),
        *("questionable", "presumed", "presumptive", "apparent", "equivocal", "potential"),
        *("most likely", "very likely", "suspects", "poss", "prob", "query", "susp", "appears to"),
        *(
            "appears to be",
            "appears to have",
            "seems to have",
            "maybe",
            "perhaps",
            "compatible with",
        ),
        *("consistent with", "c w", "working diagnosis of"),
    ),
    Cue.MAYBE_BEFORE: (
        *("is possible", "is suspected", "suspected", "is likely", "likely", "possible"),
        *("cannot be excluded", "cannot be ruled out", "can't be ruled out", "is probable"),
        *("could not be excluded", "not excluded", "not ruled out", "is not ruled out"),
        *("is a possibility", "is questionable", "is considered", "was suspected"),
    ),
    Cue.MAYBE_AROUND: ("versus", "vs", "v s"),
    Cue.WAS: (
        *("history of", "h o", "hx of", "hx", "past history of", "past medical history of", "ho"),
        *("prior history of", "previous history of", "past medical history significant for"),
        *("past medical history includes", "medical history of", "medical history significant for"),
        *(
            "history significant for",
            "history notable for",
            "history includes",
            "remote history of",
        ),
        *("known history of", "pmh of", "pmh significant for", "pmhx of", "significant history of"),
        *("personal history of", "past medical history is significant for", "surgical history of"),
        *("past surgical history of", "medical history includes", "previously had", "pmh includes"),
        *("has a history of", "with a history of", "long history of", "history remarkable for"),
        *("pmh", "pmhx", "past medical history", "history positive for", "previously treated for"),
    ),
    Cue.WAS_NEXT: (
        *("s p", "status post", "prior", "previous", "previously", "old", "remote", "former"),
        *("recovered from", "past", "resolved", "treated for", "hospitalized for"),
    ),
    Cue.WAS_BEFORE: (
        *("in the past", "years ago", "has resolved", "resolved", "now resolved", "as a child"),
        *(
            "in childhood",
            "was treated",
            "is resolved",
            "in remote past",
            "history",
            "has since resolved",
        ),
    ),
    Cue.FAMILY: (
        *("family history of", "fh of", "fhx of", "family hx of", "family history significant for"),
        *("family history positive for", "family history includes", "family history notable for"),
        *("family history", "fhx", "fam hx", "family hx", "strong family history of"),
        *("mother", "father", "brother", "sister", "parents", "parent", "grandmother"),
        *("grandfather", "aunt", "uncle", "cousin", "sibling", "siblings", "brothers", "sisters"),
        *("maternal grandmother", "maternal grandfather", "paternal grandmother", "mom", "dad"),
        *("paternal grandfather", "maternal aunt", "paternal aunt", "maternal uncle"),
        *("paternal uncle", "grandparents", "relatives", "mother and father"),
        "positive family history of",
    ),
    Cue.FAMILY_BEFORE: (
        *("in mother", "in father", "in her mother", "in his mother", "in her father"),
        *("in his father", "in brother", "in sister", "in her sister", "in his brother"),
        *("in her brother", "in his sister", "in the family", "in a brother", "in a sister"),
        *("in grandmother", "in grandfather", "in maternal grandmother", "in maternal grandfather"),
        *("in paternal grandmother", "in paternal grandfather", "in aunt", "in maternal aunt"),
        *("in paternal aunt", "in uncle", "in parents", "in both parents", "in siblings"),
        *("in the mother", "in the father", "in maternal uncle", "in paternal uncle", "in mom"),
        *("in his parents", "in her parents", "runs in the family", "in her aunt", "in his uncle"),
    ),
    Cue.IS: (
        *("has", "positive for", "pos for", "notes", "reveals", "revealed", "shows", "showed"),
        *("significant for", "notable for", "demonstrates", "demonstrated", "remarkable for"),
        *("diagnosed with", "found to have", "admits to", "showing", "had"),
        *("developed", "evidence of", "noted to have", "remains"),
    ),
    Cue.IS_NOW: (
        *("presents with", "presented with", "presenting with", "presents for", "presents today"),
        *("complains of", "complaining of", "complaint of", "complaints of", "c o", "reports"),
        *("reporting", "endorses", "endorsing", "admitted with", "admitted for", "currently has"),
        *(
            "now has",
            "now with",
            "now presents with",
            "here for",
            "here with",
            "states",
            "reported",
        ),
        *("comes in with", "came in with", "arrives with", "seen for", "presents", "presented"),
        *("who presents with", "currently", "returns with", "follow up of"),
        *("follow up for", "f u for", "f u of", "being treated for", "returns for follow up of"),
        *("presents for follow up of", "here for follow up of", "presenting", "newly diagnosed"),
    ),
    Cue.ENDS: (
        *("but", "however", "although", "though", "yet", "except", "except for", "aside from"),
        *(
            "apart from",
            "other than",
            "nevertheless",
            "still",
            "besides",
            "who",
            "whereas",
            "while",
        ),
    ),
    Cue.IGNORED: (
        *(
            "if",
            "return for",
            "return if",
            "call if",
            "call for",
            "return to ed for",
            "return to er for",
        ),
        *("return precautions", "risk of", "risk for", "risks include", "risks of", "at risk for"),
        *("to prevent", "prevention of", "in case of", "watch for", "monitor for", "should she"),
        *(
            "should he",
            "risks including",
            "such as if",
            "unless",
            "return to the ed for",
            "educated on",
        ),
        *(
            "return with",
            "warned about",
            "precautions for",
            "prophylaxis for",
            "risks",
            "prophylaxis against",
        ),
        *(
            "return to ed with",
            "side effects include",
            "side effects including",
            "in order to avoid",
        ),
        *(
            "to avoid",
            "return to the er for",
            "signs and symptoms of",
            "counseled on",
            "vaccine for",
        ),
    ),
    Cue.IGNORED_BEFORE: (
        *("prophylaxis", "ppx", "precautions", "prevention", "vaccine", "vaccination", "risk"),
        *("clinic", "specialist", "protocol", "pathway", "panel", "education", "risk factors"),
        *("support group", "awareness", "vaccines", "medications", "medication", "team", "service"),
    ),
    Cue.NOTHING: (
        *("no change", "no changes", "no significant change", "no interval change", "not only"),
        *("no increase", "no decrease", "without difficulty", "without change", "gram negative"),
        *("no acute distress", "in no acute distress", "nad", "in no apparent distress"),
        *("no apparent distress", "no distress", "not sure", "not certain", "not necessarily"),
        *("no longer", "no doubt", "without problems", "without issue", "without issues"),
        *("no complaints", "no concerns", "no issues", "no improvement", "not improved"),
        *("not improving", "not responding", "no relief", "without relief", "no further workup"),
        *("not controlled", "not well controlled", "no problem", "no response", "not on file"),
        *("without incident", "no need", "no acute complaints", "no other complaints", "not cause"),
        *("no other symptoms", "no new complaints", "no acute findings", "no acute process"),
        *("if needed", "as needed", "if necessary", "if any", "if possible", "no cause of"),
        *("mother reports", "mother states", "mother says", "mother notes", "mother denies"),
        *(
            "per mother",
            "per father",
            "father reports",
            "father states",
            "mom reports",
            "mom states",
        ),
        *("parents report", "parents state", "dad reports", "accompanied by mother", "with mother"),
        *("accompanied by her mother", "accompanied by his mother", "brought in by mother"),
        *(
            "brought by mother",
            "brought by parents",
            "brought in by parents",
            "mother is concerned",
        ),
        *(
            "lives with mother",
            "lives with her mother",
            "lives with his mother",
            "lives with parents",
        ),
        *("lives with father", "lives with sister", "lives with brother", "lives with her parents"),
        *(
            "lives with his parents",
            "expectant mother",
            "mother of",
            "father of",
            "with his mother",
        ),
        *(
            "with her mother",
            "with parents",
            "with her parents",
            "with his parents",
            "no medications",
            "not intractable",
        ),
        *("well developed", "well nourished", "shows no change", "no interval", "not taking"),
        *("without complication", "no complications", "without complications", "treatment options"),
        *("unlikely to", "likely to", "less than", "no known drug", "year history", "day history"),
        *(
            "history and physical",
            "h and p",
            "history obtained",
            "history provided",
            "not tolerate",
        ),
        *("by mouth", "mother brought", "mom brought", "prior to", "no prior to", "gram positive"),
    ),
}
_BY_WORDS: Final[dict[tuple[str, ...], list[Cue]]] = {}
for _cue, _texts in _TABLE.items():
    for _text in _texts:
        _BY_WORDS.setdefault(tuple(_text.split()), []).append(_cue)
_BESIDE: Final = (["with"], ["by"], ["w"], ["per"], ["from"])
"""After these a relative is only there: "here with mom"."""
_LONGEST: Final = max(map(len, _BY_WORDS))


@dataclass(frozen=True, slots=True)
class Found:
    """A cue among the words of a sentence, from word *first* up to before *last*.

    It has several meanings where what it does depends on whether a finding stands before it.
    """

    meanings: tuple[Cue, ...]
    first: int
    last: int
    mark: Mark


def cues_in(words: Sequence[Word]) -> list[Found]:
    """The cues among *words*, the longest at each place, without overlap."""
    texts = [word.text for word in words]
    found: list[Found] = []
    place = 0
    while place < len(words):
        for length in range(min(_LONGEST, len(words) - place), 0, -1):
            meanings = _BY_WORDS.get(tuple(texts[place : place + length]))
            if meanings == [Cue.FAMILY] and length == 1 and texts[place - 1 : place] in _BESIDE:
                meanings = [Cue.NOTHING]
            if meanings and _together(words[place + 1 : place + length]):
                mark = Mark(words[place].start, words[place + length - 1].end)
                found.append(Found(tuple(meanings), place, place + length, mark))
                place += length
                break
        else:
            place += 1
    return found


def _together(words: Sequence[Word]) -> bool:
    return all(not set(word.before) & set(",:()[]") for word in words)
