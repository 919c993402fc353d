"""A nursery of servers: a process that has imported everything and forks, for each order, a child that runs `parley up`.

What runs in the child is the product as it is; only where a point is ordered, a function of the product is wrapped from here, so that the child kills
itself there. A child is up in a fraction of the time that a fresh interpreter takes, which is what makes hundreds of kills affordable.
"""

import functools
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from parley import main
from parley.commands import up
from parley.kernel import process, timers
from parley.kernel.projection import Projection
from parley.kernel.sql_batch import Batch, Memory

Wrapping = Callable[[str], None]


def _die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _before_commit(fact: str) -> None:
    """The rows are written, the transaction is not committed."""
    write = Batch.write

    @functools.wraps(write)
    def wrapped(self: Batch) -> None:
        write(self)
        if any(fact in one.type for one in self.facts):
            _die()

    Batch.write = wrapped  # type: ignore[method-assign]


def _before_the_answer(fact: str) -> None:
    """The transaction is on disk, nobody has been told."""
    take_in = Memory.take_in

    @functools.wraps(take_in)
    def wrapped(self: Memory, batch: Batch) -> None:
        if any(fact in one.type for one in batch.facts):
            _die()
        take_in(self, batch)

    Memory.take_in = wrapped  # type: ignore[method-assign]


def _in_a_view(view: str) -> None:
    """The rows of a view are changed, its transaction is not committed."""
    store = Projection._store

    @functools.wraps(store)
    def wrapped(self: Projection, connection: Any, progress: Any, position: int) -> None:
        store(self, connection, progress, position)
        if self.view.name == view and progress:
            _die()

    Projection._store = wrapped  # type: ignore[method-assign]


def _before_a_ring(_: str) -> None:
    """Something is due, and has not been rung for."""
    timers._rung = _die  # type: ignore[assignment]


def _after_a_ring(_: str) -> None:
    """It was rung, and what followed is recorded."""
    rung = timers._rung

    @functools.wraps(rung)
    async def wrapped(*said: Any) -> None:
        await rung(*said)
        _die()

    timers._rung = wrapped


POINTS: dict[str, Wrapping] = {
    "before commit": _before_commit,
    "after commit": _before_the_answer,
    "in view": _in_a_view,
    "before ring": _before_a_ring,
    "after ring": _after_a_ring,
}


def _live(order: dict[str, Any]) -> None:
    """Be the server that was ordered, until something ends it."""
    folder = Path(order["folder"])
    said = os.open(folder / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(said, 1)
    os.dup2(said, 2)
    os.chdir(folder)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    name, _, of = order["point"].partition(":")
    if name:
        POINTS[name](of)
    sys.argv = ["parley", "up", "--data", str(folder), "--port", "0"]
    main.cli()


def _nurse() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever ends is forgotten by the system; nothing waits for them here
    main.parts()
    assert up
    assert process
    for line in sys.stdin:
        child = os.fork()
        if not child:
            try:
                _live(json.loads(line))
            except SystemExit as ended:
                os.write(2, f"{ended.code}\n".encode() if isinstance(ended.code, str) else b"")
            except BaseException:  # noqa: BLE001  (what a fresh interpreter would print)
                os.write(2, traceback.format_exc().encode())
            finally:
                os._exit(1)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _nurse()
