"""The lines of a text file with their numbers, as its publisher counts them."""

from collections.abc import Iterator


def numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    """Each line with its number from 1, without its end (CR LF or LF).

    ``str.splitlines`` is no good here: it also splits at form feeds and other characters, after
    which the numbers are wrong.
    """
    lines = text.split("\n")
    if not lines[-1]:
        del lines[-1]
    for number, line in enumerate(lines, 1):
        yield number, line.removesuffix("\r")
