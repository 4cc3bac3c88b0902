"""What is wrong with an index."""


class UnreadableIndex(Exception):  # noqa: N818 - says what it is
    """A search index is missing, damaged, of another schema or of another catalog."""
