"""What the characters of a code mean, read off the descriptions of all codes of a table.

Descriptions are composed by rules, so that a reading rule can tell which words belong to which
character. A reading counts only when the whole table proves it: every code with the character
has the same words in that place, and no other character has them. What is not proven so is left
out; it is never guessed.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from lookup.icd10pcs.axes import LENGTH, TABLE_LENGTH

NONE: Final = "None"
"""The meaning of Z where no description of the table says anything in its place."""

# A few descriptions end in "Open" and "Percutaneous" alone.
_APPROACH: Final = (
    r"(?:Open|Percutaneous Endoscopic|Percutaneous|External)(?: Approach)?|"
    r"Via Natural or Artificial Opening(?: Endoscopic)?"
)
_BY: Final = rf"(?:, (?P<p5>{_APPROACH}))?"
_GROUP: Final = r"(?P<p7>New Technology Group \d+)"
_TIMES: Final = "Single|Multiple"
_LASTING: Final = (
    r"Single|Multiple|Intraoperative|Intermittent, Less than 6 Hours Per Day|"
    r"Prolonged Intermittent, 6-18 hours Per Day|Continuous, Greater than 18 hours Per Day|"
    r"Intermittent|Continuous|[\w-]+(?: than)?(?: \d+)? Consecutive Hours"
)
_GIVEN_BY: Final = (
    r"Autologous|Nonautologous|Allogeneic Related|Allogeneic Unrelated|Allogeneic Unspecified"
)

# Tables by a pattern of their three characters, then how their descriptions read. A group pN is
# the words of the Nth character; p46 and p67 are those of two that stand side by side.
_RULES: Final = [
    (re.compile(table), [re.compile(reading) for reading in readings])
    for table, readings in (
        ("2Y0", [r"Change (?P<p4>.+) (?P<p6>Packing Material)"]),
        ("2Y5", [r"Removal of (?P<p4>.+) (?P<p6>Packing Material)"]),
        ("2W0", [r"Change (?P<p6>.+) (?:on|in|of) (?P<p4>.+)"]),
        ("2W5", [r"Removal of (?P<p6>.+) (?:on|in|of) (?P<p4>.+)"]),
        ("2..", [r"\w+ of (?P<p4>.+?)(?: using (?P<p6>.+))?"]),
        ("302", [rf"Transfusion of (?P<p67>.+?) into (?P<p4>.+?){_BY}"]),
        ("3E0", [rf"Introduction of (?P<p67>.+?),? into (?P<p4>.+?){_BY}"]),
        (
            "3.1",
            [rf"Irrigation of (?P<p4>.+?) using (?P<p6>[^,]+){_BY}(?:, (?P<p7>Diagnostic))?"],
        ),
        (
            "4..",
            [
                r"(?:Measurement|Monitoring) of (?P<p46>(?:Products of Conception, )?[^,]+?)"
                r"(?: using (?P<p7>[^,]+))?"
                rf"(?:, (?P<p7a>(?!{_APPROACH})[^,]+))?{_BY}"
            ],
        ),
        (
            "5A.",
            [
                r"(?:Assistance with |Performance of |Restoration of )?"
                r"(?P<p4>Cardiac|Respiratory|Biliary|Urinary) "
                r"(?P<p6>Output|Oxygenation|Filtration|Ventilation|Pacing|Rhythm)"
                r"(?: using (?P<p7>[^,]+))?"
                rf"(?:, (?P<p5>{_LASTING})(?=,|$))?(?:, (?P<p7a>.+))?",
                rf"Extracorporeal (?P<p7>Hyperbaric) (?P<p6>Oxygenation), (?P<p5>{_LASTING})",
                r"Extracorporeal (?P<p6>Oxygenation), (?P<p7>Membrane, (?:Central|Peripheral "
                r"Veno-arterial|Peripheral Veno-venous))(?:, (?P<p5>Intraoperative))?",
            ],
        ),
        ("6A5", [rf"Pheresis of (?P<p7>.+), (?P<p5>{_TIMES})"]),
        (
            "6A7",
            [
                rf"Ultrasound Therapy of (?P<p7>.+), (?P<p5>{_TIMES})",
                rf"Ultrasound Therapy, (?P<p4>.+), (?P<p5>{_TIMES})",
            ],
        ),
        ("6AB", [rf"Perfusion of (?P<p4>.+) (?P<p6>Donor Organ), (?P<p5>{_TIMES})"]),
        (
            "6..",
            [rf"[A-Z][\w ]*?(?: of (?P<p4>[^,]+)|, (?P<p4a>[^,]+))?, (?P<p5>{_TIMES})"],
        ),
        ("7..", [r"Osteopathic Treatment of (?P<p4>.+) using (?P<p6>.+)"]),
        ("8C0", [r"(?P<p6>Collection) of (?P<p7>.+) from Indwelling Device in (?P<p4>.+)"]),
        (
            "8E0",
            [
                r"(?P<p6>(?:Robotic Assisted|Fluorescence Guided|Computer Assisted) Procedure|"
                r"Near Infrared Spectroscopy) of (?P<p4>.+?)(?: using (?P<p7>[^,]+))?"
                rf"(?:, (?P<p7a>With [\w ]+))?{_BY}",
                r"(?P<p6>Therapeutic Massage)(?: of (?P<p7>Prostate|Rectum))?",
                r"(?P<p7>Suture Removal) from (?P<p4>.+)",
                r"(?P<p7>Examination|Piercing) of (?P<p4>.+)",
                r"(?P<p6>Acupuncture)(?: using (?P<p7>Anesthesia))?",
                r"(?P<p7>Breast Milk|Sperm) (?P<p6>Collection)",
                r"(?P<p7>In Vitro Fertilization|Yoga Therapy|Meditation|Isolation)",
            ],
        ),
        ("9..", [r"Chiropractic Manipulation of (?P<p4>[^,]+), (?P<p6>.+)"]),
        (
            "B..",
            [
                r"(?:Plain Radiography|Fluoroscopy|Computerized Tomography \(CT Scan\)|"
                r"Magnetic Resonance Imaging \(MRI\)|Ultrasonography|Other Imaging) of "
                r"(?P<p4>.+?)(?: using (?P<p5>[^,]+))?"
                r"(?:, (?P<p6>Unenhanced and Enhanced|Indocyanine Green Dye))?"
                r"(?:, (?:(?P<p6a>Laser) )?"
                r"(?P<p7>Intraoperative|Guidance|Densitometry|Intravascular|Transesophageal))?"
            ],
        ),
        ("C..", [r"[\w() -]+? of (?P<p4>.+?)(?: using (?P<p5>.+))?"]),
        (
            "D.0",
            [r"Beam Radiation of (?P<p4>.+?) using (?P<p5>.+?)(?:, (?P<p7>Intraoperative))?"],
        ),
        (
            "D.1",
            [
                r"(?P<p5>(?:High|Low) Dose Rate \((?:HDR|LDR)\)) Brachytherapy of (?P<p4>.+?) "
                r"using (?P<p6>.+?)(?:, (?P<p7>Unidirectional Source))?"
            ],
        ),
        ("D.2", [r"(?P<p5>Stereotactic .+? Radiosurgery) of (?P<p4>.+)"]),
        (
            "D.Y",
            [
                r"(?P<p5>Isotope Administration) to (?P<p4>.+?) using (?P<p6>.+)",
                r"(?P<p5>.+?) of (?P<p4>.+)",
            ],
        ),
        (
            "F..",
            [
                r"Caregiver Training in (?P<p5>.+?)(?: using (?P<p6>.+))?",
                r"(?P<p5>.+?) (?:Assessment|Treatment|Device Fitting)(?: of (?P<p4>.+?))?"
                r"(?: using (?P<p6>.+))?",
            ],
        ),
        (
            "GZ.",
            [
                r"[^,]+, (?P<p4>.+)",
                r"(?P<p4>.+) Counseling",
                r"(?P<p4>Other) Electroconvulsive Therapy",
                r"[^,]+",
            ],
        ),
        ("HZ.", [r"[^,]+, (?P<p4>.+)", r"[^,]+"]),
        (
            "X..",
            [
                r"(?:Introduction|Transfusion|Insertion) of (?P<p6>.+) into (?P<p4>.+?)"
                rf"{_BY}, {_GROUP}",
                rf"Supplement (?P<p4>.+?) with (?P<p6>.+?){_BY}, {_GROUP}",
                r"(?:Replacement|Fusion|Reposition|Destruction|Restriction|Dilation|Irrigation|"
                r"Inspection|Extirpation of Matter from)(?: of)? (?P<p4>.+?) (?:using|with) "
                rf"(?P<p6>.+?){_BY}, {_GROUP}",
                rf"(?P<p6>Cerebral Embolic Filtration, .+?) (?:in|from) (?P<p4>.+?){_BY}, {_GROUP}",
                rf"Extracorporeal Introduction of (?P<p6>.+?)(?: to (?P<p4>.+?))?, {_GROUP}",
                r"(?P<p6>Computer-assisted Transcranial Magnetic Stimulation) of (?P<p4>.+?), "
                rf"{_GROUP}",
                rf".+?{_BY}, {_GROUP}",
            ],
        ),
    )
]


@dataclass(frozen=True, slots=True)
class Value:
    """The meaning of *character* at *position* in *context*.

    That is a table, "3E0", or a table and the other of the last two characters, "3E0/V".
    """

    context: str
    position: int
    character: str
    label: str


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the description of *code* says for each position that could be read."""

    code: str
    words: Mapping[int, str]
    pair: tuple[int, int, str] | None
    """Words that belong to two positions together."""


def read_values(descriptions: Mapping[str, str]) -> tuple[list[Value], list[str]]:
    """What *descriptions* prove, code to description; and the codes that no rule reads.

    Sections 0 and 1 are not read: their values are published with the codes.
    """
    values: list[Value] = []
    unread: list[str] = []
    codes = sorted(code for code in descriptions if code[0] not in "01")
    for table, of in groupby(codes, key=lambda code: code[:TABLE_LENGTH]):
        readings: list[_Reading] = []
        for code in of:
            reading = _read(code, descriptions[code])
            if reading is None:
                unread.append(code)
            else:
                readings.append(reading)
        values += _proven(table, readings)
    return values, unread


def _read(code: str, description: str) -> _Reading | None:
    table = code[:TABLE_LENGTH]
    readings = next(readings for pattern, readings in _RULES if pattern.fullmatch(table))
    match = next((found for rule in readings if (found := rule.fullmatch(description))), None)
    if match is None:
        return None
    words: dict[int, str] = {}
    pair: tuple[int, int, str] | None = None
    for group, text in match.groupdict().items():
        if text is None:
            continue
        if group in ("p46", "p67"):
            pair = (int(group[1]), int(group[2]), text)
        else:
            words[int(group[1])] = text.removesuffix(" Approach")
    if code[0] == "B" and code[4] == "Z" and 5 in words:
        # Without contrast, what is "used" is told by the next character.
        words[6] = words.pop(5)
    return _Reading(code, words, pair)


def _proven(table: str, readings: list[_Reading]) -> list[Value]:
    found: list[Value] = []
    parted = [one for one in readings if one.pair is not None and one.pair[:2] == (6, 7)]
    if parted:
        found += _substances(table, parted)
    sited = _parted(readings)
    for position in range(TABLE_LENGTH + 1, LENGTH + 1):
        if parted and position in (6, 7):
            continue
        said: dict[str, set[str]] = defaultdict(set)
        silent: dict[str, bool] = defaultdict(bool)
        for reading in readings:
            character = reading.code[position - 1]
            words = sited.get((position, character)) or reading.words.get(position)
            if words:
                said[character].add(words)
            else:
                silent[character] = True
        if table[0] == "X" and position == LENGTH - 1:
            found += _by_group(table, readings)
            continue
        found += _only(table, position, said)
        if silent["Z"] and "Z" not in said:
            found.append(Value(table, position, "Z", NONE))
    return found


def _by_group(table: str, readings: list[_Reading]) -> Iterable[Value]:
    """Sixth characters of section X: each group of new technology may give them out anew."""
    groups: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for reading in readings:
        if words := reading.words.get(LENGTH - 1):
            groups[reading.code[6]][reading.code[5]].add(words)
    for seventh, said in sorted(groups.items()):
        yield from _only(f"{table}/{seventh}", LENGTH - 1, said)


def _only(context: str, position: int, said: Mapping[str, set[str]]) -> Iterable[Value]:
    """Characters of which one thing only is said, which is said of no other."""
    single = {character: min(words) for character, words in said.items() if len(words) == 1}
    for character, words in sorted(single.items()):
        if sum(other == words for other in single.values()) == 1:
            yield Value(context, position, character, words)


def _parted(readings: list[_Reading]) -> dict[tuple[int, str], str]:
    """Parts of "Arterial Pressure": what codes of one fourth character have in common.

    The rest must then be the same for every code of one sixth character.
    """
    texts: dict[tuple[str, str], set[str]] = defaultdict(set)
    for reading in readings:
        if reading.pair is None or reading.pair[:2] != (4, 6):
            continue
        # What "Cardiac Stress" owes to the qualifier cannot be told from the other two.
        if reading.code[6] == "Z" or 7 in reading.words:
            texts[reading.code[3], reading.code[5]].add(reading.pair[2])
    single = {place: min(words).split(" ") for place, words in texts.items() if len(words) == 1}
    sites: dict[str, list[str]] = {}
    for fourth in sorted({fourth for fourth, _sixth in single}):
        among = [words for (of, _sixth), words in single.items() if of == fourth]
        if len(among) > 1:
            sites[fourth] = _common_start(among)
    said: dict[str, set[str]] = defaultdict(set)
    for (fourth, sixth), words in single.items():
        if sites.get(fourth):
            said[sixth].add(" ".join(words[len(sites[fourth]) :]))
    functions = {sixth: min(words) for sixth, words in said.items() if len(words) == 1}
    found: dict[tuple[int, str], str] = {
        (6, sixth): words for sixth, words in functions.items() if words
    }
    for fourth, site in sites.items():
        of = [(sixth, words) for (part, sixth), words in single.items() if part == fourth]
        if site and all(
            " ".join(words[len(site) :]) == functions.get(sixth, "") for sixth, words in of
        ):
            found[4, fourth] = " ".join(site)
    return found


def _common_start(texts: list[list[str]]) -> list[str]:
    start: list[str] = []
    for words in zip(*texts, strict=False):
        if len(set(words)) > 1:
            break
        start.append(words[0])
    return start


def _substances(table: str, readings: list[_Reading]) -> list[Value]:
    """Sixth and seventh character of section 3: the second is read in the light of the first.

    "Nonautologous Red Blood Cells" has whose cells they are before the substance; "Insulin"
    stands for a hormone of a kind, and what the kind is called belongs to both together.
    """
    texts: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for reading in readings:
        assert reading.pair is not None
        texts[reading.code[5]][reading.code[6]].add(reading.pair[2])
    substances: dict[str, set[str]] = defaultdict(set)
    givers: dict[str, set[str]] = defaultdict(set)
    found: list[Value] = []
    for sixth, by_seventh in sorted(texts.items()):
        single = {c: min(words) for c, words in by_seventh.items() if len(words) == 1}
        if len(single) < len(by_seventh):
            continue
        given = {c: re.fullmatch(rf"({_GIVEN_BY}) (.+)", words) for c, words in single.items()}
        if all(given.values()):
            for seventh, match in given.items():
                assert match is not None
                substances[sixth].add(match[2])
                givers[seventh].add(match[1])
            found += [
                Value(f"{table}/{sixth}", 7, seventh, match[1])
                for seventh, match in sorted(given.items())
                if match is not None
            ]
            continue
        for seventh, words in sorted(single.items()):
            if seventh == "Z":
                substances[sixth].add(words)
                found.append(Value(f"{table}/{sixth}", 7, "Z", NONE))
            else:
                found.append(Value(f"{table}/{sixth}", 7, seventh, words))
    found += _only(table, 6, substances)
    return found
