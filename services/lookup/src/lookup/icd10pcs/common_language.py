"""Composes the Common Language Description from what the seven characters mean.

Every sentence restates a meaning or a definition of the classification; where a meaning is not
loaded, it says which character that is.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from lookup.icd10pcs.axes import TABLE_LENGTH, is_approach, ordinal
from lookup.icd10pcs.facts import Axis
from lookup.icd10pcs.in_words import in_sentence, lowered, with_article
from lookup.icd10pcs.plain_words import APPROACHES, FUNCTIONS, OPERATIONS, QUALIFIERS, TIMES

_CAPITALS: Final = re.compile(r"\b[A-Z]{2,}\b")
_TOUCHES_A_DEVICE: Final = {"02": "exchanged", "0P": "taken out", "0W": "put right"} | {
    "12": "exchanged",
    "1P": "taken out",
}
_PUTS_A_DEVICE: Final = frozenset("179GHLQRSUV")
"""Root operations of section 0 after which a device may stay."""
_CORONARY_BYPASS: Final = "Blood is led along a new route to {part}"
_SAID: Final = {
    "20": {6: "What is changed is {}."},
    "25": {6: "What is taken off is {}."},
    "2": {6: "What is used is {}."},
    "31": {6: "What it is rinsed with is {}."},
    "3": {6: "What is given is {}."},
    "7": {6: "The technique is {}."},
    "8": {6: "The method is {}."},
    "9": {6: "The technique is {}."},
    "B": {5: "What is used so that it shows up better is {}."},
    "C": {5: "The radioactive substance is {}."},
    "D0": {5: "The beam is made of {}."},
    "D1": {5: "It is given as {} brachytherapy.", 6: "The radioactive source is {}."},
    "D": {5: "The technique is {}.", 6: "The radioactive source is {}."},
    "F": {
        4: "The part of the body is {}.",
        5: "What it is about is {}.",
        6: "What is used is {}.",
    },
    "G": {4: "Its kind is {}."},
    "H": {4: "Its kind is {}."},
    "X": {6: "What is used is {}."},
}
"""What the words of a character are called, by section and operation or by section alone."""
_PARTS: Final = {
    "Cardiac": "the heart",
    "Arterial": "the arteries",
    "Venous": "the veins",
    "Olfactory": "the sense of smell",
    "Visual": "the sense of sight",
    "Auditory": "the sense of hearing",
}
_ADJECTIVES: Final = (
    *("Circulatory", "Respiratory", "Urinary", "Biliary", "Gastrointestinal", "Musculoskeletal"),
    *("Lymphatic", "Nervous", "Endocrine", "Reproductive", "Integumentary"),
)


def compose(axes: Sequence[Axis]) -> list[str]:
    """Paragraphs of whole sentences: what is done, how it is reached, what else is said."""
    paragraphs = [
        " ".join((_what_is_done(axes), *_named(axes[TABLE_LENGTH - 1]))),
        " ".join((*_approach(axes), *_rest(axes), *_unknown(axes))),
    ]
    return [text for text in paragraphs if text]


def _what_is_done(axes: Sequence[Axis]) -> str:
    section, operation, part = axes[0].character, axes[TABLE_LENGTH - 1], axes[TABLE_LENGTH]
    key, what = section + operation.character, axes[5].label
    if key in FUNCTIONS and what:
        text = FUNCTIONS[key].format(part=_part(part), what=lowered(what))
    elif _is_coronary_bypass(axes):
        text = _CORONARY_BYPASS.format(part=_part(part))
    elif key in OPERATIONS:
        text = OPERATIONS[key].format(part=_part(part))
    else:
        system = axes[1].label or f"body system {axes[1].character}"
        text = (
            f"This is a procedure of the section {axes[0].label} ({system}) on {_part(part)}; what "
            f"the third character, {operation.character}, says is done there is not loaded"
        )
    return f"{text[0].upper()}{text[1:]}."


def _is_coronary_bypass(axes: Sequence[Axis]) -> bool:
    table = "".join(axis.character for axis in axes[:TABLE_LENGTH])
    return table == "021" and (axes[TABLE_LENGTH].label or "").startswith("Coronary Artery")


def _part(part: Axis) -> str:
    if part.label is None:
        return f"the {part.name.lower()} that character {part.character} stands for"
    if part.says_nothing:
        return "the body as a whole"
    if part.section in "34568":
        if part.label in _PARTS:
            return _PARTS[part.label]
        if part.label.split(" ")[-1] in _ADJECTIVES:
            return f"the {lowered(part.label)} system"
    return with_article(part.label)


def _named(operation: Axis) -> Iterator[str]:
    if operation.label is None:
        return
    kind, of = operation.name.lower(), operation.definition
    if of is None or not of.definition:
        yield f"ICD-10-PCS calls this {kind} {operation.label}."
        return
    said = f"{of.definition[0].lower()}{of.definition[1:]}"
    yield f"ICD-10-PCS calls this {kind} {operation.label} and defines it as “{said}”."
    # Remarks that name a value in capitals are about coding, not about what is done.
    if of.explanation and not any(
        word.isupper() and len(word) > 1 for word in of.explanation.split()
    ):
        yield f"It adds: “{of.explanation.rstrip('.')}”."
    if of.examples:
        yield f"Examples are {of.examples[0].lower()}{of.examples[1:].rstrip('.')}."


def _approach(axes: Sequence[Axis]) -> Iterator[str]:
    for axis in axes[TABLE_LENGTH + 1 :]:
        if is_approach(axis.section, axis.position) and axis.label is not None:
            yield f"The approach is {_way_in(axis.label)}. {APPROACHES[axis.character]}."


def _way_in(label: str) -> str:
    """The approach as what a sentence says that it is."""
    words = lowered(label).replace("via natural", "through a natural")
    return words.replace("opening endoscopic", "opening, endoscopic")


def _rest(axes: Sequence[Axis]) -> Iterator[str]:
    section, operation = axes[0].character, axes[TABLE_LENGTH - 1].character
    said = {**_SAID.get(section, {}), **_SAID.get(section + operation, {})}
    for axis in axes[TABLE_LENGTH:]:
        if axis.label is None or is_approach(section, axis.position):
            continue
        if axis.name == "Device" and section in "01":
            yield from _device(section + operation, axis)
        elif axis.says_nothing:
            continue
        elif axis.position in said:
            # Neutron capture is what is done with a beam, not what it is made of.
            sentence = "The technique is {}." if axis.label == "Neutron Capture" else None
            yield (sentence or said[axis.position]).format(in_sentence(axis.label))
        elif axis.name == "Duration":
            yield _duration(axis.label)
        elif axis.position > TABLE_LENGTH + 1 and axis.name == "Qualifier":
            yield _qualifier(axes, axis)


def _device(operation: str, device: Axis) -> Iterator[str]:
    assert device.label is not None
    words = in_sentence(device.label)
    if done := _TOUCHES_A_DEVICE.get(operation):
        if not device.says_nothing:
            yield f"The device that is {done} is classified as {words}."
    elif not device.says_nothing:
        yield f"What stays in or on the body afterwards is classified as {words}."
    elif operation[0] == "0" and operation[1] in _PUTS_A_DEVICE:
        yield "No device stays in the body afterwards."


def _duration(label: str) -> str:
    if label in TIMES:
        return f"{TIMES[label]}."
    if label.endswith("Consecutive Hours"):
        return f"It goes on for {lowered(label).replace('greater than', 'more than')}."
    return f"How it is done over time: {lowered(label)}."


def _qualifier(axes: Sequence[Axis], qualifier: Axis) -> str:
    section, operation = axes[0].character, axes[TABLE_LENGTH - 1].character
    label = qualifier.label
    assert label is not None
    if label in QUALIFIERS:
        return f"{QUALIFIERS[label]}."
    if label == "Diagnostic":
        how = ": what is taken is examined, as a biopsy" if section == "0" else ""
        return f"It is done to find out what is wrong{how}."
    if _is_coronary_bypass(axes):
        return f"The blood comes from there: {in_sentence(label)}."
    if section + operation == "01":
        return f"The new route leads to there: {in_sentence(label)}."
    if section == "X" and label.startswith("New Technology Group"):
        return f"The code came with group {label.rpartition(' ')[2]} of new technologies."
    return f"What is said further: {in_sentence(label)}."


def _unknown(axes: Sequence[Axis]) -> Iterator[str]:
    for axis in axes[TABLE_LENGTH + 1 :]:
        if axis.label is None:
            yield (
                f"What the {ordinal(axis.position).lower()} character, {axis.character}, says of "
                f"the {axis.name.lower()} is not loaded."
            )
