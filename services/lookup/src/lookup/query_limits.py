"""How much may be asked at once."""

from typing import Final

LONGEST_QUERY: Final = 500
"""Characters of a search."""
LONGEST_TYPED: Final = 200
"""Characters of what is to be completed."""
LONGEST_NOTE: Final = 20_000
"""Characters of a case note."""
