"""The log: the values that go into the record and come out of it, and what every record promises."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import msgspec
from uuid_utils import uuid4

from parley.kernel.decider import Decider


class Recorded(msgspec.Struct, frozen=True, gc=False):
    """One fact as it stands in the record.

    `lane` is what is totally ordered (a negotiation); `seq` counts the facts of one service in it, 1, 2, 3 without gap; `public_seq` counts only those
    that everybody may read. `position` orders the whole record. `hash` chains the facts of a service in a lane: SHA-256 over the hash before and this one.
    `by` is the author's standing when the fact was accepted, as JSON. `at` is the record's own time.
    """

    position: int
    service: str
    stream: str
    version: int
    lane: str
    seq: int
    public_seq: int | None
    type: str
    body: bytes
    by: bytes
    at: datetime
    hash: bytes
    trace: str | None = None

    @property
    def id(self) -> str:
        """The fact's name for ever, the same wherever it is delivered."""
        return f"{self.service}:{self.lane}:{self.seq}"


class Receipt(msgspec.Struct, frozen=True):
    """What the author of a command keeps: where its facts stand, under which hash, and the record's time."""

    service: str
    lane: str
    stream: str
    version: int
    seq: int
    hash: str
    at: datetime
    facts: tuple[str, ...]


class Look(Protocol):
    """How a command in the making sees the state of another thing in the same record, in the same transaction."""

    def __call__(self, decider: Decider[Any, Any, Any], identity: str, /) -> Any:
        """The state of that thing now; the initial state where nothing is recorded of it."""
        ...


@dataclass(frozen=True)
class Request:
    """A command on its way to the record.

    `command` is made inside the appending transaction, from the record's time and a look at neighbouring things; so what it says of time and standing is
    exact. `key` is the idempotency key within `scope` (one caller); `fingerprint` is the hash of what was asked under that key. `expected` is the stream's
    version that the caller has seen, where it says so.
    """

    decider: Decider[Any, Any, Any]
    identity: str
    lane: str
    command: Callable[[datetime, Look], Any]
    by: bytes = b"{}"
    scope: str = ""
    key: str = field(default_factory=lambda: uuid4().hex)
    fingerprint: str = ""
    expected: int | None = None
    trace: str | None = None


class Stale(Exception):  # noqa: N818  (an answer of the record, not an error of the program)
    """The thing has changed since the caller saw it; `current` is its version now, `since` the facts that came after."""

    def __init__(self, current: int, since: Sequence[Recorded]) -> None:
        super().__init__(f"version is now {current}")
        self.current = current
        self.since = since


class KeyReused(Exception):  # noqa: N818
    """The idempotency key was used before for something else."""


class KeyInFlight(Exception):  # noqa: N818
    """A request with this idempotency key is being worked on."""


class StoreFull(Exception):  # noqa: N818
    """The record cannot grow: the disk is full. Nothing was recorded."""


class StoreFailed(Exception):  # noqa: N818
    """The record could not be written or read. Whether the last batch stands is found out by its idempotency keys."""


class Log(Protocol):
    """What every record promises; the contract tests say it precisely."""

    async def handle(self, request: Request) -> Receipt:
        """Decide and append in one transaction; when this returns, the facts are on disk.

        Raises:
            Refused: a rule said no; nothing was recorded.
            Stale: `expected` is not the version of the stream.
            KeyReused: the key stands for another request.
            KeyInFlight: the same request is being worked on.
            StoreFull: the disk is full.
            StoreFailed: the store did not answer; the request may be sent again with its key.
        """
        ...

    def read(self, after: int, limit: int) -> list[Recorded]:
        """The next facts after a position, in the order of their commits; nothing may appear behind what was read once."""
        ...

    def stream(self, name: str, after: int = 0) -> list[Recorded]:
        """The facts of one stream after a version, in order."""
        ...

    def state(self, decider: Decider[Any, Any, Any], identity: str) -> tuple[int, Any]:
        """The version of a thing and its state, folded from its facts; 0 and the initial state where nothing is recorded of it."""
        ...

    def subscribe(self, wake: Callable[[], None]) -> None:
        """Call `wake` after each commit of this process, from the record's own thread."""
        ...
