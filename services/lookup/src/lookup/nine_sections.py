"""The nine sections of a page: their order is the same for every code set."""

from collections.abc import Callable, Collection, Mapping

from lookup.content import Section

type Sections[F] = Mapping[str, Callable[[F], Section]]
"""What makes each section, by its key and in reading order, from facts *F* about a code."""


def compose[F](sections: Sections[F], facts: F, only: Collection[str]) -> tuple[Section, ...]:
    """The sections that *facts* make.

    *only* holds the keys of the sections wanted, all nine when it is empty. A key that is none
    of the nine adds nothing.
    """
    return tuple(section(facts) for key, section in sections.items() if not only or key in only)
