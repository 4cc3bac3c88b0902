"""Sets of rows say what sets of numbers say."""

from hypothesis import given
from hypothesis import strategies as st

from lookup.row_set import RowSet

MOST = 200
ROWS = st.frozensets(st.integers(0, MOST))


@given(ROWS, ROWS)
def test_rows_are_joined_and_listed_in_order(left: frozenset[int], right: frozenset[int]) -> None:
    one, other = RowSet.of(left, MOST), RowSet.of(right, MOST)
    assert list(one) == sorted(left)
    assert len(one) == len(left)
    assert [row for row in range(MOST + 1) if row in one] == sorted(left)
    assert list(one & other) == sorted(left & right)
    assert list(one | other) == sorted(left | right)
