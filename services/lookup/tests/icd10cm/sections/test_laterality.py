"""The side a title names."""

import pytest

from lookup.icd10cm.facts import Node, NodeKind
from lookup.icd10cm.laterality import other_sides, sides_named


@pytest.mark.parametrize(
    ("title", "sides"),
    [
        ("Unilateral primary osteoarthritis, right knee", ("right",)),
        ("Bilateral primary osteoarthritis of knee", ("bilateral",)),
        ("Low vision right eye category 1, blindness left eye category 4", ("right", "left")),
        ("Blindness, right eye, right cause", ("right",)),
        ("Blindness, both eyes", ("both eyes",)),
        ("Rheumatic disorders of both mitral and aortic valves", ()),
        ("Unspecified fall", ()),
        ("Bright light exposure", ()),
    ],
)
def test_sides_are_read_as_whole_words(title: str, sides: tuple[str, ...]) -> None:
    assert sides_named(title) == sides


def code(title: str) -> Node:
    return Node(1, None, 1, NodeKind.SUBCATEGORY, "K01.0", "", title, title, True, None, "small")


@pytest.mark.parametrize(
    ("title", "other", "side"),
    [
        ("Burn of right hand", "Burn of left hand", "left"),
        ("Burn of right hand", "Burn of unspecified hand", "unspecified"),
        ("Burn of unspecified hand", "Burn of left hand", "left"),
        ("Iritis, right eye", "Iritis, bilateral", "bilateral"),
        ("Iritis, bilateral", "Iritis, unspecified eye", "unspecified"),
        ("Burn of bilateral hands", "Burn of right hand", "right"),
    ],
)
def test_the_same_title_but_for_the_side_is_another_side(title: str, other: str, side: str) -> None:
    assert [found.name for found in other_sides(code(title), [code(other)])] == [side]


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("Burn of right hand", "Burn of left foot"),
        ("Pain in right hand", "Pain in left finger"),
        ("Iritis, right eye", "Iritis, left ear"),
        ("Burn of right hand and left foot", "Burn of right hand and right foot"),
        ("Unspecified burn of hand", "Unspecified burn of foot"),
        ("Burn, unspecified", "Burn of right hand"),
    ],
)
def test_what_differs_in_more_than_the_side_is_not(title: str, other: str) -> None:
    assert other_sides(code(title), [code(other)]) == []
