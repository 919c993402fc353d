"""Health: whether a process lives, and whether it can do its work; for supervisors, load balancers and people."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

Check = Callable[[], tuple[bool, Any]]
"""Whether one thing is well, and what was seen. Blocking."""


def health_routes(checks: dict[str, Check]) -> APIRouter:
    """`/health/live` answers as long as the process does; `/health/ready` only if every check is well, and says what was seen."""
    router = APIRouter(prefix="/health", include_in_schema=False)

    @router.get("/live")
    async def live() -> Response:
        return JSONResponse({"alive": True})

    @router.get("/ready")
    def ready() -> Response:
        seen = {name: _looked(check) for name, check in checks.items()}
        well = all(one for one, _ in seen.values())
        return JSONResponse({"ready": well, **{name: what for name, (_, what) in seen.items()}}, 200 if well else 503)

    return router


def _looked(check: Check) -> tuple[bool, Any]:
    try:
        return check()
    except Exception as fault:  # noqa: BLE001  (whatever breaks a check is what it has to say)
        return False, type(fault).__name__
