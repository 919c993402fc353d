"""The follower: brings facts from the record to views in the same process, woken by each commit."""

import threading
from collections.abc import Sequence

from sqlalchemy.exc import DBAPIError

from parley.kernel.log import Log
from parley.kernel.projection import Gap, Projection, ViewStopped

CHUNK = 1_000
LOOK_AGAIN_SECONDS = 0.5  # another process may write to the same record; its commits do not wake us


class Follower:
    """One thread that keeps views up with a record. A view that stops does not stop the others."""

    def __init__(self, log: Log, projections: Sequence[Projection]) -> None:
        self._log = log
        self._projections = tuple(projections)
        self._woken = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="follower", daemon=True)
        log.subscribe(self._woken.set)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def catch_up(self) -> None:
        """Bring every view up to the end of the record."""
        for projection in self._projections:
            self._bring_up(projection)

    def close(self) -> None:
        """Stop after the chunk at hand."""
        self._closed = True
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while not self._closed:
            self._woken.wait(LOOK_AGAIN_SECONDS)
            self._woken.clear()
            try:
                self.catch_up()
            except DBAPIError:  # the database is away; the views go on from where they are once it is back
                continue

    def _bring_up(self, projection: Projection) -> None:
        while not projection.stopped and not self._closed:
            facts = self._log.read(projection.position, CHUNK)
            if not facts:
                return
            try:
                projection.apply(facts)
            except ViewStopped:  # it says by name where it stands; readiness and `doctor` show it
                return
            except Gap:  # the store lost what we remember (it was restored, or another process built the view anew): it says where to go on
                projection.reload()
                return
            if len(facts) < CHUNK:  # there was no more; the next commit wakes us
                return
