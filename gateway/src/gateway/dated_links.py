"""Links of a page seen as of a date of service: they keep the date, wherever they lead.

A page is rendered once for all days of a release, so its links are found once too, and a day is
put into them whenever the page is shown.
"""

import re
from datetime import date

from gateway.addresses import SYSTEMS

# An address of a code or a place of the hierarchy that asks for no day. Text cannot look like
# one: its quotation marks are escaped.
_LINK = re.compile(rf'href="(/(?:{"|".join(SYSTEMS)})(?:/[^"?#]*)?)"'.encode())
_DAY = b"<!--day-->"


def opened(html: bytes) -> bytes:
    """*html* whose links have a place for a day."""
    return _LINK.sub(rb'href="\1?on=' + _DAY + b'"', html)


def filled(html: bytes, day: date) -> bytes:
    """What :func:`opened` made, for *day*."""
    return html.replace(_DAY, day.isoformat().encode())
