"""Every short description of every quarter is spelled out to the end, in plain words."""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from lookup.content import BlockKind, Page
from lookup.documents import AliasField, SearchDocument
from lookup.facts import Code
from lookup.hcpcs.abbreviations import known_words
from lookup.hcpcs.common_language import compose
from lookup.hcpcs.expansion import expand
from lookup.hcpcs.headings import block_of, heading_of
from lookup.hcpcs.particular_words import PARTICULAR
from lookup.store import Store
from services.lookup.tests.icd10cm.sections.reading import section

KNOWN = Path(__file__).with_name("known_words.txt")
_WORD = re.compile(r"[a-z]+")
_DOUBLED = re.compile(r"\b([a-z]{3,}) \1\b")
_MOST_UNKNOWN = 90


@pytest.fixture(scope="module")
def texts(store: Store) -> list[tuple[str, str]]:
    """Every code with every short description that it had."""
    found = store.catalog.execute(
        "SELECT DISTINCT code, title FROM codes WHERE system = 'hcpcs' ORDER BY code, title"
    ).fetchall()
    assert len(found) > 8_500
    return found


def code_of(store: Store, code: str) -> Code:
    return store.stretches("hcpcs", code)[-1]


def test_none_is_empty_broken_or_has_doubled_words(texts: list[tuple[str, str]]) -> None:
    for code, text in texts:
        spelled = expand(code, text)
        assert spelled, code
        assert spelled[0] == spelled[0].upper(), (code, spelled)
        assert "  " not in spelled, (code, spelled)
        assert not re.search(r"[,;:/&-]$", spelled), (code, spelled)
        assert spelled.count("(") == spelled.count(")"), (code, spelled)
        assert not _DOUBLED.search(spelled.lower()), (code, spelled)


def test_few_words_are_left_that_nobody_knows(texts: list[tuple[str, str]]) -> None:
    known = known_words() | set(KNOWN.read_text(encoding="ascii").split())
    unknown: Counter[str] = Counter()
    codes = set()
    for code, text in texts:
        for word in _WORD.findall(expand(code, text).lower()):
            if len(word) > 1 and word not in known:
                unknown[word] += 1
                codes.add(code)
    assert len(codes) <= _MOST_UNKNOWN, unknown.most_common()


def test_no_number_is_added_or_lost(texts: list[tuple[str, str]]) -> None:
    idioms = re.compile(
        r"\bh[20]0\b|\bh2o\b|\bo2\b|\b02\b|\bcm2\b|\bb/4\b|\b2-?d(?= t)|\b3-?d\b|mgs04|\bals ?\d"
    )
    for code, text in texts:
        spelled = expand(code, text).lower()
        before = Counter(re.findall(r"\d+", idioms.sub("", text.lower())))
        after = Counter(re.findall(r"\d+", re.sub(r"life support level \d|pd-l1", "", spelled)))
        assert after == before, (code, text, spelled)


def test_a_page_says_that_its_text_is_composed_and_from_what(page: Callable[..., Page]) -> None:
    last = section(page("E0601"), "common_language").blocks[-1]
    assert last.kind is BlockKind.NOTICE
    assert last.text == (
        "Composed from the short description in the HCPCS Level II April 2026 release, with its "
        "abbreviations spelled out."
    )
    assert last.source_id == "ioce-2026-04"


def test_a_page_s_text_is_never_the_official_line(store: Store) -> None:
    seen: set[str] = set()
    rows = store.catalog.execute(
        "SELECT code FROM codes WHERE system = 'hcpcs' GROUP BY code ORDER BY code"
    ).fetchall()
    for (key,) in rows:
        code = code_of(store, key)
        paragraphs = compose(code, heading_of(key) or block_of(key))
        first = paragraphs[0]
        assert len(paragraphs) == 2
        assert first.casefold() != code.title.casefold()
        assert first not in seen
        seen.add(first)
        for text in paragraphs:
            assert text.endswith((".", "…")), text
            assert ".." not in text, text
            assert text.count("“") == text.count("”"), text


@pytest.mark.parametrize(
    ("code", "text", "spelled"),
    [
        ("E0601", "Cont airway pressure device", "Continuous airway pressure device"),
        ("A4311", "Catheter w/o bag 2-way latex", "Catheter without bag 2-way latex"),
        ("A4408", "Ext wear ost skn barr >4sq", "Extended wear ostomy skin barrier >4 square "
         "inches"),
        ("G9302", "Norsn incomp inf antibio", "No reason given incomplete infection antibiotic"),
        ("L3962", "Sewho erbs palsey design abd", "Shoulder-elbow-wrist-hand orthosis Erb's palsey "
         "design abdominal"),
        ("T2003", "N-et; encounter/trip", "Nonemergency transport; encounter/trip"),
        ("V2110", "Spherocylinder 4.25d/over 6d", "Spherocylinder 4.25 diopters/over 6 diopters"),
        ("J1980", "Inj., ravulizumab-cwvz 10 mg", "Injection, ravulizumab-cwvz 10 mg"),
        ("A4100", "Skin sub fda clrd as dev nos", "Skin substitute FDA cleared as device, not "
         "otherwise specified"),
    ],
)  # fmt: skip
def test_abbreviations_depend_on_the_group_of_codes(code: str, text: str, spelled: str) -> None:
    assert expand(code, text) == spelled


@pytest.mark.parametrize(
    ("code", "text", "spelled"),
    [
        ("A4438", "Adhesive clip ext ens contr",
         "Adhesive clip external electrical nerve stimulator controller"),
        ("C1750", "Cath, hemodialysis,long-term", "Catheter, hemodialysis, long-term"),
        ("C1771", "Rep dev, urinary, w/sling", "Repair device, urinary, with sling"),
        ("C8922", "Tte w or w/o fol w/cont, f/u", "Transthoracic echocardiogram with or without "
         "followed by with contrast, follow-up"),
        ("E0791", "Parenteral infusion pump sta", "Parenteral infusion pump stationary"),
        ("G8476", "Bp sys <140 and dias <90", "Blood pressure systolic <140 and diastolic <90"),
        ("M1481", "Pt in hosp/pal care who died", "Patient in hospice/palliative care who died"),
        ("G0040", "Pt phys/occ therapy", "Patient physical/occupational therapy"),
        ("J0561", "Penicillin g benzathine inj", "Penicillin G benzathine injection"),
        ("J0572", "Bupren/nal up to 3mg bupreno", "Buprenorphine/naloxone up to 3 mg "
         "buprenorphine"),
        ("J1162", "Digoxin immune fab (ovine)", "Digoxin immune Fab (ovine)"),
        ("J3301", "Triamcinolone acet inj nos", "Triamcinolone acetonide injection, not otherwise "
         "specified"),
        ("J7680", "Terbutaline sulf comp con", "Terbutaline sulfate compounded concentrated"),
        ("K0042", "Standard size ftplate rep ea", "Standard size footplate replacement each"),
        ("L2670", "Thorac cont paraspinal uprig", "Thoracic control paraspinal upright"),
        ("L3310", "Shoe lift elev heel/sole neo", "Shoe lift elevation heel/sole neoprene"),
        ("L7404", "Add ue prost a/e acrylic", "Addition upper extremity prosthesis above/elbow "
         "acrylic"),
        ("P9060", "Fr frz plasma donor retested", "Fresh frozen plasma donor retested"),
        ("Q0494", "Emr hd pmp elec/combo, rep", "Emergency hand pump electric/combination, "
         "replacement"),
        ("S2053", "Transplantation of small int", "Transplantation of small intestine"),
    ],
)  # fmt: skip
def test_a_word_that_means_something_else_here_is_not_taken_from_elsewhere(
    code: str, text: str, spelled: str
) -> None:
    assert expand(code, text) == spelled


def test_every_particular_word_stands_in_a_description(texts: list[tuple[str, str]]) -> None:
    for pattern, entries in PARTICULAR:
        said = " ".join(text for code, text in texts if re.match(pattern, code))
        words = set(_WORD.findall(said.lower().replace("f/u", "follow-up")))
        for entry in entries.split(";"):
            abbreviation = entry.strip().partition("=")[0]
            assert abbreviation in words, (pattern, abbreviation)


def test_the_spelled_out_text_can_be_searched(documents: list[SearchDocument]) -> None:
    (of,) = [document for document in documents if document.code == "E0601"]
    assert (of.title, of.chapter) == ("Cont airway pressure device", "E")
    texts = {alias.text for alias in of.aliases if alias.field is AliasField.EXPANDED}
    assert texts == {"Continuous airway pressure device"}


def test_documents_hold_every_stretch_of_every_code(
    documents: list[SearchDocument], store: Store
) -> None:
    (count,) = store.catalog.execute("SELECT count(*) FROM codes").fetchone()
    assert len(documents) == count
