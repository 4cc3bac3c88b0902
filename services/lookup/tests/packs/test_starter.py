"""The starter pack: forty texts, each written for its own code."""

import re
from collections import Counter

from lookup.packs.pack_text import PackText, Status
from lookup.packs.published import starter

_SENTENCE_END = re.compile(r"(?<=[.:;?!])\s+")
_WORD = re.compile(r"[\w']+")
_BRITISH = re.compile(
    r"\b\w*(?:aemi|oedem|oesoph|haem|colour|tumour|labour|centre|fibre|litre|anaesth|paediat|"
    r"diarrhoea|behaviour|neighbour|programme|catheteris|hospitalis|licence)\w*",
    re.IGNORECASE,
)


def prose(text: PackText) -> str:
    return " ".join(text.paragraphs)


def test_it_is_forty_published_texts_across_the_three_sets() -> None:
    pack = starter()
    assert pack.faults == ()
    assert Counter(text.system for text in pack.texts) == {
        "icd-10-cm": 16,
        "icd-10-pcs": 10,
        "hcpcs": 14,
    }
    assert {text.status for text in pack.texts} == {Status.PUBLISHED}
    assert {text.author for text in pack.texts} == {"Coding Ahead editors"}


def test_each_file_is_named_for_its_code() -> None:
    for text in starter().texts:
        named = f"{text.system}-{text.code.lower().replace('.', '-')}.md"
        assert text.file == f"starter/{named}"


def test_each_is_of_a_length_that_is_read() -> None:
    lengths = {text.code: len(prose(text).split()) for text in starter().texts}
    assert {code: words for code, words in lengths.items() if not 60 <= words <= 160} == {}


def test_no_sentence_is_written_twice_and_no_two_texts_begin_alike() -> None:
    texts = starter().texts
    sentences = Counter(s for text in texts for s in _SENTENCE_END.split(prose(text)))
    assert [sentence for sentence, times in sentences.items() if times > 1] == []
    openings = Counter(tuple(_WORD.findall(prose(text))[:3]) for text in texts)
    assert [opening for opening, times in openings.items() if times > 1] == []


def test_no_phrase_runs_through_the_pack() -> None:
    """A run of six words that recurs shows a template."""
    used: dict[tuple[str, ...], set[str]] = {}
    for text in starter().texts:
        words = _WORD.findall(prose(text).casefold())
        for start in range(len(words) - 5):
            used.setdefault(tuple(words[start : start + 6]), set()).add(text.code)
    assert {" ".join(run): codes for run, codes in used.items() if len(codes) > 1} == {}


def test_spelling_is_that_of_the_united_states() -> None:
    assert [word for text in starter().texts for word in _BRITISH.findall(prose(text))] == []


def test_no_word_is_doubled() -> None:
    doubled = re.compile(r"\b(\w+)\s+\1\b", re.IGNORECASE)
    assert [text.file for text in starter().texts if doubled.search(prose(text))] == []


def test_no_text_about_a_drug_or_supply_names_an_amount() -> None:
    """The short official texts state none, so none may be claimed."""
    amount = re.compile(r"\d[\d,.]*\s?(?:mg|mcg|ml|milli|micro|units?|strips|grams?)\b")
    texts = [text for text in starter().texts if text.system == "hcpcs"]
    assert [text.code for text in texts if amount.search(prose(text))] == []


def test_nothing_is_promised_or_advised() -> None:
    promise = re.compile(
        r"\b(?:will (?:pay|cover|be paid|be covered)|is covered|are covered|covered by|is payable|"
        r"reimburs\w+|you should|ask your|talk to your|consult)\b",
        re.IGNORECASE,
    )
    assert [text.code for text in starter().texts if promise.search(prose(text))] == []
