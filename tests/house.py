"""A whole house for tests: all services in one process on a fresh SQLite file, spoken to over HTTP, with a clock that the test moves."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from parley.kernel.database import Database
from parley.kernel.process import Part, Process, application
from parley.kernel.signing import Key, Keys

START = datetime(2019, 5, 2, 8, 0, tzinfo=UTC)
KEYS = Keys((Key(seed="5e" * 32, begins=datetime(2019, 1, 1, tzinfo=UTC)),))
"""The keys with which tests sign: the same in every run."""


class TestClock:
    """A clock that stands still until it is moved."""

    __test__ = False

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@asynccontextmanager
async def house(
    folder: Path, parts: Sequence[Part], clock: TestClock | None = None, keys: Callable[[], Keys] = lambda: KEYS
) -> AsyncIterator[tuple[Process, httpx.AsyncClient]]:
    """The process and a client that speaks to it through its application, without a socket."""
    process = Process(Database(f"sqlite:///{folder / 'parley.db'}"), parts, clock, keys=keys)
    app = application(process, title="Parley", version="test")
    async with process, httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield process, client
