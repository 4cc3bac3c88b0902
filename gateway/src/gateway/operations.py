"""Liveness and readiness for load balancers and people on call."""

from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from servicekit.health import Readiness

_UNCACHED = {"Cache-Control": "no-store"}


def operations_router(readiness: Readiness, parts: Callable[[], dict[str, bool]]) -> APIRouter:
    """``/healthz`` and ``/readyz``.

    *parts* tells which peers answer now. They are reported but do not decide: without them the
    gateway still serves what it holds, which is more than an address that is taken away does.
    """
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def healthz() -> JSONResponse:
        """The process answers."""
        return JSONResponse({"status": "alive"}, headers=_UNCACHED)

    @router.get("/readyz")
    async def readyz() -> JSONResponse:
        """It should be sent work."""
        report = readiness.report() | {
            name: "up" if reachable else "away" for name, reachable in parts().items()
        }
        return JSONResponse(report, 200 if readiness.ready else 503, headers=_UNCACHED)

    return router
