"""The words questions are made of, and what each points to.

A misspelt word counts as the word it is nearest to: one edit (insert, delete, replace, swap
neighbours) is forgiven in short words, two in long ones.
"""

import re
from enum import Enum, auto
from functools import lru_cache


class Topic(Enum):
    """What a word points to."""

    ELSEWHERE = auto()
    """Something that is not answered: payment, modifiers, treatment, …"""
    TOGETHER = auto()
    VALID = auto()
    """Whether a code can be reported, as a property: "billable"."""
    REPORT = auto()
    """The same, as an act: "bill"."""
    MEANING = auto()
    WHAT = auto()
    PERMIT = auto()
    HOW = auto()
    THIS = auto()
    """What is in view."""
    FILLER = auto()


_WORDS = {
    Topic.ELSEWHERE: """
        pay pays paying paid payable payment payments reimburse reimburses reimbursed
        reimbursement price prices priced pricing cost costs fee fees rate rates charge charges
        deductible copay cover covers covered coverage lcd ncd denied denial denials appeal
        modifier modifiers drg drgs hcc hccs raf rvu rvus apc apcs mue mues ncci gem gems
        crosswalk crosswalks map maps mapped mapping convert equivalent icd9
        guideline guidelines history added revised deleted ended
        treat treats treated treating treatment treatments therapy cure medication medications
        medicine medicines drug drugs dosage dosages prescribe prescribed prescription
        symptom symptoms cause causes caused causing sign prognosis diagnose diagnosed
        test tests testing risk risks weight severity prevalence
        range ranges audit fraud upcode instead alternative alternatives
    """,
    Topic.TOGETHER: """
        together with both alongside along plus combination combine combined combining pair
        paired simultaneously concurrently conflict conflicts conflicting compatible coexist
        exclude excludes excluded excluding excludes1 excludes2 exclusion exclusive jointly
    """,
    Topic.VALID: """
        billable billability reportable valid validity invalid unbillable nonbillable codable
        codeable submittable usable complete incomplete specific active
    """,
    Topic.REPORT: """
        report reports reported reporting bill bills billed billing coded coding submit submits
        submitted submitting assign assigned
    """,
    Topic.MEANING: """
        mean means meaning meanings meant define defines defined definition describe describes
        described description explain explains explanation stand stands title titled named
        called represent represents representing signify denote denotes info information details
    """,
    Topic.WHAT: "what whats",
    Topic.PERMIT: """
        can may could should must allow allowed allowable okay ok possible permitted
        permissible appropriate legal
    """,
    Topic.HOW: "how when where who why which",
    Topic.THIS: "this it its that these current",
    Topic.FILLER: """
        a an the is are was were be been being am isnt arent do does did doesnt dont cant cannot
        not i you we us our me my your one they he she will would shall might
        of for in on at to from by as or and if so then than too also just only still now today
        about please pls plz thanks thank hi hello hey kindly tell show give say know want need
        like ask wondering check see look lookup find
        code codes category diagnosis diagnoses dx icd cm pcs cpt hcpcs number medical official
        claim claims encounter encounters visit visits same patient patients time day date
        service enough as-is itself alone own use used using go there any some
        disease condition disorder illness injury correct right
        plain simple english exactly really actually between
    """,
}
_TOPICS = {word: topic for topic, words in _WORDS.items() for word in words.split()}
_NUMBER = re.compile(r"[0-9]{1,4}")
# Words of two letters are too near to one another.
_SHORTEST_FORGIVEN = 3
_LONG = 7


@lru_cache(maxsize=4096)
def topic_of(word: str) -> Topic | None:
    """What *word*, in lower case without apostrophes, points to; None when it is strange."""
    if topic := _TOPICS.get(word):
        return topic
    if _NUMBER.fullmatch(word):
        return Topic.FILLER
    if not _SHORTEST_FORGIVEN <= len(word) <= 20:
        return None
    allowed = 2 if len(word) >= _LONG else 1
    nearest = min(
        ((edits(word, known, allowed), rank, known) for rank, known in enumerate(_TOPICS)
         if _comparable(word, known)),
        default=None,
    )  # fmt: skip
    if nearest is None or nearest[0] > allowed:
        return None
    return _TOPICS[nearest[2]]


def _comparable(word: str, known: str) -> bool:
    """Short words are compared only where they begin alike: "hat" is no "what"."""
    if len(known) < _SHORTEST_FORGIVEN - 1 or len(known) < len(word) - 2:
        return False
    return min(len(word), len(known)) > 4 or word[0] == known[0]


def edits(left: str, right: str, limit: int) -> int:
    """Edits between two words, *limit* + 1 at most."""
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    before_last: list[int] = []
    last = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        row = [i]
        for j, b in enumerate(right, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before_last[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
        before_last, last = last, row
    return min(last[-1], limit + 1)
