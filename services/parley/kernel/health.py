"""Health: whether a process lives, and whether it can do its work; for supervisors, load balancers and people."""

import time
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from parley.kernel.projection import Projection
from parley.kernel.sql_reader import SqlReader

PATIENCE = 1.0  # seconds

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


def follows(projection: Projection, log: SqlReader, patience: float = PATIENCE) -> tuple[bool, str]:
    """Whether a view comes within `patience` seconds to where the record ends when it is asked: facts that were just recorded are no lag. Blocking."""
    end, until = log.position(), time.monotonic() + patience
    while not projection.stopped and projection.position < end and time.monotonic() < until:
        time.sleep(0.01)
    if projection.stopped:
        return False, projection.stopped
    behind = end - projection.position
    return behind <= 0, f"at position {projection.position}" + (f", {behind} facts behind the record" if behind > 0 else "")


def _looked(check: Check) -> tuple[bool, Any]:
    try:
        return check()
    except Exception as fault:  # noqa: BLE001  (whatever breaks a check is what it has to say)
        return False, type(fault).__name__
