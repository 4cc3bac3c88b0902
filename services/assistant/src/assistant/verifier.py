"""The last look at a sentence before it is sent: it may say only what its evidence says.

Whoever wrote the sentence is not trusted: each code, each number and each claim of standing in
it must occur in the evidence it cites.
"""

import re
from collections.abc import Mapping

from assistant.evidence import Evidence, Sentence

_CODE = re.compile(
    r"(?<![A-Za-z0-9.])(?:[A-Z][0-9][0-9A-Z]|[A-Z]{2}[0-9])(?:\.[0-9A-Z]{1,4})?(?![0-9A-Za-z])"
    r"|(?<![A-Za-z0-9.])[A-Z][0-9]{4}(?![0-9A-Za-z])"
    r"|(?<![A-Za-z0-9.])(?=[0-9A-Z]*[0-9])[0-9A-HJ-NP-Z]{7}(?![0-9A-Za-z])"
)
_NUMBER = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|(?<![A-Za-z0-9])[0-9]+(?:[.,][0-9]+)*")
_CLAIM = re.compile(
    r"\b(?:is billable|not billable|cannot be reported|excludes ?[12]|code first|use additional"
    r"|code also|7th character)\b",
    re.IGNORECASE,
)
_YES, _NO = re.compile(r"Yes\b"), re.compile(r"No\b")
_BARRED = re.compile(r"\b(?:not billable|cannot be reported)\b")


def fault(sentence: Sentence, evidence: Mapping[str, Evidence]) -> str | None:
    """Why *sentence* must not be sent, given the *evidence* by id; None when it may."""
    if not sentence.citations:
        return "it cites nothing"
    unknown = [cited for cited in sentence.citations if cited not in evidence]
    if unknown:
        return f"it cites {', '.join(unknown)}, which is not evidence"
    cited = "\n".join(
        f"{evidence[cited].text}\n{evidence[cited].source}" for cited in sentence.citations
    )
    return (
        _unbacked("code", _CODE.findall(sentence.text), set(_CODE.findall(cited)))
        or _unbacked("number", _numbers(sentence.text), set(_numbers(cited)))
        or _unbacked("claim", _claims(sentence.text), set(_claims(cited)))
        or _contradiction(sentence.text, cited)
    )


def _numbers(text: str) -> list[str]:
    return _NUMBER.findall(_CODE.sub(" ", text))


def _claims(text: str) -> list[str]:
    return [" ".join(claim.lower().split()) for claim in _CLAIM.findall(text)]


def _unbacked(what: str, said: list[str], backed: set[str]) -> str | None:
    missing = [part for part in said if part not in backed]
    return f"its evidence does not hold the {what} {missing[0]}" if missing else None


def _contradiction(text: str, cited: str) -> str | None:
    barred = _BARRED.search(cited) is not None
    if barred and _YES.match(text):
        return "it says yes where its evidence says that the code cannot be reported"
    if not barred and _NO.match(text):
        return "it says no where its evidence does not say that the code cannot be reported"
    return None
