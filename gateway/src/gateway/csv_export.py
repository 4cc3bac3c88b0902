"""Tables as CSV files that spreadsheets open well and never run."""

import csv
import io
from collections.abc import Iterable, Sequence

from fastapi.responses import Response

from gateway.responses import UNCACHED

_MEDIA_TYPE = "text/csv; charset=utf-8; header=present"
_BYTE_ORDER_MARK = "\ufeff"
"""Without it spreadsheets take UTF-8 for an older encoding."""
_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cell(text: str) -> str:
    """*text* as a spreadsheet shows it: what would begin a formula follows an apostrophe."""
    return f"'{text}" if text.startswith(_BEGINS_FORMULA) else text


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The file's text as RFC 4180 has it, its first line the *columns*."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([cell(value) for value in row] for row in rows)
    return text.getvalue()


def download(name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Response:
    """The answer that saves the table as the file *name*, which is plain ASCII."""
    headers = {**UNCACHED, "Content-Disposition": f'attachment; filename="{name}"'}
    body = (_BYTE_ORDER_MARK + table(columns, rows)).encode("utf-8", "replace")
    return Response(body, media_type=_MEDIA_TYPE, headers=headers)
