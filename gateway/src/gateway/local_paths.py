"""Where a form may lead afterwards: paths of this site and nowhere else."""

from urllib.parse import quote, urlencode

_LONGEST = 2_000
# What may stand in an address as it is; a percent sign begins an escape that is kept.
_SAFE = "/?&=:;,@!$'()*+-._~%#"


def local_path(text: str) -> str:
    """*text* when it is a path of this site, as a header may carry it; ``/`` for anything else.

    Browsers read ``//host`` and ``/\\host`` as other sites, and drop tabs and line breaks first.
    """
    return quote(text, safe=_SAFE) if is_local(text) else "/"


def is_local(text: str) -> bool:
    """Whether *text* is a path of this site, to whichever browser."""
    if text[:1] != "/" or text[1:2] in ("/", "\\"):
        return False
    return text.isprintable() and len(text) <= _LONGEST


def with_next(next_path: str) -> str:
    """The query ``?next=…`` that carries *next_path* along; empty for none."""
    return f"?{urlencode({'next': next_path}, safe='/')}" if next_path else ""
