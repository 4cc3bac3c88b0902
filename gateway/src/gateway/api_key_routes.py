"""What a key opens: the scope that each route of the API needs."""

from typing import Final

from gateway.code_pages import Target
from gateway.nlm_tables import PATHS

ANY: Final = ""
"""Any key will do."""

SCOPES: Final = {
    "codes:read": "read code pages and what releases changed",
    "search:read": "search codes, complete what is typed and have case notes read",
    "claims:check": "check claims",
    "assistant:ask": "ask CasePilot",
}
"""What each scope lets a program do, as a phrase that follows "may"."""

ROUTES: Final = {
    ("GET", "/api/v1/codes/{system}/{code}"): "codes:read",
    ("GET", "/api/v1/changes/{system}"): "codes:read",
    ("GET", "/api/v1/search"): "search:read",
    ("GET", "/api/v1/suggest"): "search:read",
    **{("GET", path): "search:read" for path in PATHS},
    ("POST", "/api/v1/case-notes"): "search:read",
    ("POST", "/api/v1/claim-checks"): "claims:check",
    ("POST", "/api/v1/assistant/questions"): "assistant:ask",
    ("GET", "/api/v1/allowance"): ANY,
    ("POST", "/api/v1/licences/cpt/acceptances"): ANY,
    ("GET", "/api/openapi.json"): ANY,
}
"""By method and path, as the API's description writes them. A key opens nothing else."""

_CHANGES: Final = "/api/v1/changes/"


def scope_needed(method: str, path: str, target: Target | None) -> str | None:
    """The scope that a request needs; None where no key opens it.

    *target* is the code page it asks for, if it is one. HEAD is as GET.
    """
    method = "GET" if method == "HEAD" else method
    if target is not None:
        pattern = "/api/v1/codes/{system}/{code}" if target.is_api else path
    elif path.startswith(_CHANGES) and "/" not in path[len(_CHANGES) :]:
        pattern = "/api/v1/changes/{system}"
    else:
        pattern = path
    return ROUTES.get((method, pattern))
