"""Which codes NLM's contract finds: beginnings of words, and the conditions of ``q``."""

import pytest

from codingahead.lookup.v1 import lookup_pb2
from gateway.nlm_query import parse_query
from gateway.nlm_words import holds, is_explained, typed

FIELDS = {"code": "S52.521A", "name": "Torus fracture of lower end of right radius, Ménière's"}


@pytest.mark.parametrize(
    ("text", "searched", "found"),
    [
        ("fract rad", ("code", "name"), True),
        ("RADIUS torus", ("code", "name"), True),
        ("meniere", ("code", "name"), True),
        ("adius", ("code", "name"), False),
        ("fracture femur", ("code", "name"), False),
        ("s52.52", ("code", "name"), True),
        ("S52521", ("code",), True),
        ("52", ("code", "name"), False),
        ("fracture", ("code",), False),
        ("S52", ("name",), False),
        ("S52 fracture", ("code", "name"), True),
        ("... fracture", ("code", "name"), True),
    ],
)
def test_each_word_begins_the_code_or_a_word(
    text: str, searched: tuple[str, ...], found: bool
) -> None:
    assert holds(typed(text), FIELDS, searched) is found


def infarction(*marks: tuple[int, int]) -> list[lookup_pb2.Highlight]:
    marked = [lookup_pb2.Mark(start=start, end=end) for start, end in marks]
    return [lookup_pb2.Highlight(field="title", text="Myocardial infarction", marks=marked)]


def test_a_word_may_be_understood_otherwise_but_not_left_out() -> None:
    fields = {"code": "I21.9", "name": "Myocardial infarction"}
    searched = ("code", "name")
    understood = infarction((0, 10), (11, 21))
    assert is_explained(typed("heart attack"), fields, searched, understood)
    assert not is_explained(typed("infarct zebra"), fields, searched, infarction((11, 21)))
    assert not is_explained(typed("heart attack"), fields, searched, infarction((0, 10)))


def test_another_form_of_a_word_stands_for_no_other_word() -> None:
    title = "Diabetes with diabetic cataract, type II"
    marks = [lookup_pb2.Mark(start=a, end=b) for a, b in ((0, 8), (14, 22), (38, 40))]
    found = [lookup_pb2.Highlight(field="title", text=title, marks=marks)]
    searched = ("code", "name")
    assert is_explained(typed("diabetes cataract"), {"name": title}, searched, found)
    assert not is_explained(typed("diabetes zebra"), {"name": title}, searched, found)


def test_a_text_that_was_found_counts_as_well() -> None:
    found = [lookup_pb2.Highlight(field="inclusion_term", text="Broken wrist")]
    assert is_explained(typed("broken torus"), FIELDS, ("code", "name"), found)


@pytest.mark.parametrize(
    ("condition", "holding"),
    [
        ("radius", True),
        ("rad", False),
        ("rad*", True),
        ("r?dius", True),
        ("name:radius", True),
        ("code:radius", False),
        ("code:s52.5*", True),
        ("code:S52*A", True),
        ("display:radius", False),
        ('"lower end"', True),
        ('"end lower"', False),
        ("radius femur", False),
        ("radius OR femur", True),
        ("radius AND NOT femur", True),
        ("radius -torus", False),
        ("+radius +torus", True),
        ("(femur OR radius) AND right", True),
        ("radius && !femur", True),
        ("femur || radius", True),
        ("[a]*", False),
        ("*", True),
    ],
)
def test_conditions(condition: str, holding: bool) -> None:
    if condition.startswith("["):
        with pytest.raises(ValueError, match="not read here"):
            parse_query(condition)
    else:
        assert parse_query(condition).holds(FIELDS) is holding


@pytest.mark.parametrize(
    "condition",
    ["(radius", "radius)", '"radius', "radius OR", "NOT", "name:", "x~2", "x^2", "/x/", "a:(b)"],
)
def test_what_cannot_be_read_is_said(condition: str) -> None:
    with pytest.raises(ValueError, match=r"^q: "):
        parse_query(condition)


def test_the_words_that_find_codes_leave_out_what_is_denied() -> None:
    assert parse_query("code:E11* -retinopathy kidney*").words == ("E11", "kidney")


def test_nesting_and_wildcards_cannot_be_made_to_last() -> None:
    with pytest.raises(ValueError, match="nested"):
        parse_query("(" * 249 + "a" + ")" * 249)
    # Tried in every possible way, this would not end.
    assert not parse_query("*a" * 249 + "b").holds({"name": "a" * 5_000})
