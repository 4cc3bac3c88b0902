"""A person at a terminal sees what arrives; a log is not filled with it."""

import io

from lookup.fetch.progress import FetchProgress, amount


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_amounts_are_for_people() -> None:
    assert [amount(size) for size in (999, 1500, 12_340_000, 1_234_500_000)] == [
        "999 bytes",
        "1.5 kB",
        "12.3 MB",
        "1,234.5 MB",
    ]


def test_it_is_plain_lines_where_nobody_watches() -> None:
    out = io.StringIO()
    progress = FetchProgress(2, out)
    progress.file("a.zip")
    progress.arrived(5, 10)
    progress.tell("a.zip: fetched")
    progress.file("b.zip")
    progress.finish("done")
    lines = out.getvalue().splitlines()
    assert lines[:3] == ["[1/2] a.zip", "a.zip: fetched", "[2/2] b.zip"]
    assert lines[3].startswith("done (")
    assert "\x1b" not in out.getvalue()


def test_it_rewrites_one_line_on_a_terminal() -> None:
    out = Terminal()
    progress = FetchProgress(1, out)
    progress.file("a.zip")
    progress.arrived(10, 10)
    assert out.getvalue().endswith("\r\x1b[K" + "█" * 24 + " [1/1] a.zip 10 bytes of 10 bytes")
    assert "\n" not in out.getvalue()
    progress.tell("a.zip: fetched")
    assert out.getvalue().endswith("\r\x1b[Ka.zip: fetched\n")


def test_a_terminal_is_not_written_to_for_every_piece() -> None:
    out = Terminal()
    progress = FetchProgress(1, out)
    progress.file("a.zip")
    for received in range(100_000):
        progress.arrived(received, 100_000)
    assert out.getvalue().count("\r") < 1000


def test_more_than_was_said_does_not_break_the_bar() -> None:
    out = Terminal()
    FetchProgress(1, out).arrived(20, 10)
    assert "█" * 25 not in out.getvalue()
