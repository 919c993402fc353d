"""A view at work: it takes facts in, knows how far it has come, and lets callers wait for it.

A view stores its position in the transaction that stores its rows. So a fact that arrives twice has one effect, and a view that is thrown away comes back.
"""

import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import InterfaceError, OperationalError

from parley.kernel import shared_views
from parley.kernel.database import Database
from parley.kernel.log import Recorded
from parley.kernel.rows import gathering
from parley.kernel.view import View
from parley.kernel.view_tables import DUE, KNOWN, PROGRESS, VIEWS
from parley.kernel.waiters import Waiters

TRACES = 1_000
PUBLIC = ".public"  # after a service's name: its facts as everybody sees them, numbered on their own
_REACHED = sqlite.insert(PROGRESS)
_NOTE_PROGRESS = _REACHED.on_conflict_do_update(index_elements=["view", "source", "lane"], set_={"seq": _REACHED.excluded.seq})
_NOTE_POSITION = VIEWS.update().where(VIEWS.c.name == bindparam("view")).values(position=bindparam("reached"))


class Gap(Exception):  # noqa: N818  (a state of delivery; the carrier waits, then fetches what is missing)
    """A fact arrived before one that stands in front of it."""


class ViewStopped(Exception):  # noqa: N818
    """The view could not apply a fact and stands still before it; it never skips."""


class Projection:
    """A view at work in a database: applies facts, knows its progress, lets callers wait for it.

    On PostgreSQL several processes may keep one view. Whoever applies facts of a lane holds that lane until its transaction has ended, and reads there how
    far the view has come; all others are told (`shared_views.Neighbours`).
    """

    def __init__(self, database: Database, view: View) -> None:
        self.database = database
        self.view = view
        self.position = 0
        self.stopped: str | None = None
        self._progress: dict[tuple[str, str], int] = {}
        self._waiters = Waiters(self._has)
        self._wakes: list[Callable[[], None]] = []
        self._guard = threading.Lock()
        self._turn = threading.Lock()  # facts come by messages and by a look at the record, and what a transaction has learnt is nobody else's yet
        self._traces: deque[tuple[str, str]] = deque(maxlen=TRACES)
        self.teller = secrets.token_hex(8)
        self._shared = not database.is_sqlite
        self._tables: list[Any] = [table.__table__ for table in view.tables]  # type: ignore[attr-defined]  # as above
        self._open()

    # -- taking facts in -------------------------------------------------------------------------------------------------------------------------------

    def apply(self, facts: Sequence[Recorded]) -> None:
        """Take facts in, in order, in one transaction; those that were taken in before have no effect.

        Raises:
            Gap: a fact is missing before one of these; nothing was applied.
            ViewStopped: a fact could not be applied; those before it are, and the view stands still.
        """
        if self.stopped:
            raise ViewStopped(self.stopped)
        done, fault = self.attempt(facts)
        if fault is None:
            return
        if isinstance(fault, Gap):
            raise fault
        self.attempt(facts[:done])
        # The type of the fault alone: its message may hold a submission's text.
        self._stop(f"{self.view.name} stopped before {facts[done].id} ({facts[done].type}): {type(fault).__name__}")
        raise ViewStopped(self.stopped) from fault

    def attempt(self, facts: Sequence[Recorded]) -> tuple[int, Exception | None]:
        """Apply all of the facts and return how many, or none and return where and why it broke. A store that does not answer raises."""
        with self._turn:
            done, fault = self._attempt(facts, gathering)
            if fault is None or isinstance(fault, Gap):
                return done, fault
            return self._attempt(facts, _at_once)  # a row that is refused among others does not say of which fact it was

    def _attempt(self, facts: Sequence[Recorded], writing: Callable[[Connection], AbstractContextManager[None]]) -> tuple[int, Exception | None]:
        progress: dict[tuple[str, str], int] = {}
        position, done, behind = self.position, 0, False
        try:
            with self.database.views() as connection:
                if self._shared:
                    progress = shared_views.held(connection, self.database, self.view.name, self._lanes(facts))
                    behind = any(seq > self._progress.get(name, 0) for name, seq in progress.items())
                began = dict(progress)
                with writing(connection):
                    for fact in facts:
                        if self._is_next(fact, progress):
                            self._fold(connection, fact)
                        position = max(position, fact.position)
                        done += 1
                for knowledge in self.view.knowledge:
                    knowledge.store(connection, self.view.name)
                self._store(connection, {name: seq for name, seq in progress.items() if seq != began.get(name)}, position)
        except Exception as fault:
            for knowledge in self.view.knowledge:
                knowledge.forget()
            if _is_away(fault):
                raise  # the carrier tries again
            return done, fault
        for knowledge in self.view.knowledge:
            if behind:
                knowledge.renew()
            knowledge.settle()
        with self._guard:
            self.position = position
            self._progress.update(progress)
            self._traces.extend((fact.lane, fact.trace) for fact in facts if fact.trace)
        self._tell()
        return done, None

    def traces(self, lane: str) -> list[str]:
        """The traces of the facts of a lane that were applied since this was asked last; for who carries on in them."""
        with self._guard:
            found = [trace for one, trace in self._traces if one == lane]
            if found:
                self._traces = deque(((one, trace) for one, trace in self._traces if one != lane), maxlen=TRACES)
        return found

    def hear(self, progress: Mapping[tuple[str, str], int]) -> None:
        """Another process has brought the shared view this far."""
        news = {name: seq for name, seq in progress.items() if seq > self._progress.get(name, 0)}
        if not news:
            return
        for knowledge in self.view.knowledge:  # before the progress: whoever is told that we are there must find what is there
            knowledge.renew()
        with self._guard:
            self._progress.update({name: seq for name, seq in news.items() if seq > self._progress.get(name, 0)})
        self._tell()

    def _fold(self, connection: Connection, fact: Recorded) -> None:
        for knowledge in self.view.knowledge:
            knowledge.fold(connection, self.view.name, fact, shared=self._shared)
        self.view.fold(connection, fact)

    def _lanes(self, facts: Sequence[Recorded]) -> list[str]:
        return sorted({fact.lane for fact in facts if fact.service in self.view.sources})

    def _is_next(self, fact: Recorded, progress: dict[tuple[str, str], int]) -> bool:
        if fact.service not in self.view.sources:
            return False
        if self.view.public_only:
            return fact.public_seq is not None and self._advance((fact.service + PUBLIC, fact.lane), fact.public_seq, progress)
        if not self._advance((fact.service, fact.lane), fact.seq, progress):
            return False
        if fact.public_seq is not None:
            # Noted besides, so that a caller who made something public can wait for it where only that is known.
            progress[fact.service + PUBLIC, fact.lane] = fact.public_seq
        return True

    def _advance(self, name: tuple[str, str], seq: int, progress: dict[tuple[str, str], int]) -> bool:
        last = progress.get(name, 0 if self._shared else self._progress.get(name, 0))
        if seq <= last:
            return False
        if seq != last + 1:
            raise Gap(f"{name[0]} in {name[1]}: {last} is followed by {seq}")
        progress[name] = seq
        return True

    def _store(self, connection: Connection, progress: dict[tuple[str, str], int], position: int) -> None:
        if self._shared and progress:
            shared_views.note(connection, self.database, self.view.name, self.teller, progress, position)
            return
        rows = [{"view": self.view.name, "source": source, "lane": lane, "seq": seq} for (source, lane), seq in progress.items()]
        if rows:
            connection.execute(_NOTE_PROGRESS, rows)
        if position != self.position:
            connection.execute(_NOTE_POSITION, {"view": self.view.name, "reached": position})

    def _stop(self, why: str) -> None:
        self.stopped = why
        with self.database.views() as connection:
            connection.execute(VIEWS.update().where(VIEWS.c.name == self.view.name).values(stopped=why))
        self._tell()

    # -- waiting for it --------------------------------------------------------------------------------------------------------------------------------

    def progress(self, source: str, lane: str) -> int:
        """The last `seq` of a service in a lane that readers of this view see; of `drafts.public`, the last public one."""
        return self._progress.get((source, lane), 0)

    def cut(self, lane: str) -> dict[str, int]:
        """How far readers of this view see in a lane, by service and audience."""
        named = {source + PUBLIC: self.progress(source + PUBLIC, lane) for source in sorted(self.view.sources)}
        public = {name: seq for name, seq in named.items() if seq or self.view.public_only}
        return public if self.view.public_only else {**{source: self.progress(source, lane) for source in sorted(self.view.sources)}, **public}

    def subscribe(self, wake: Callable[[], None]) -> None:
        """Call `wake` each time readers may see more, from whichever thread brought it."""
        self._wakes.append(wake)

    async def reached(self, lane: str, cut: Mapping[str, int], seconds: float = 2.0) -> None:
        """Return once the view reflects at least `cut` (a `seq` per service) in a lane.

        Raises:
            TimeoutError: it did not get there in time.
            ViewStopped: it stands still and will not get there.
        """
        if self._has(lane, cut):
            return
        waiter = self._waiters.add(lane, cut)
        if self.stopped or self._has(lane, cut):  # it may have got there since we looked
            self._tell()
        await self._waiters.wait(waiter, seconds)

    def _has(self, lane: str, cut: Mapping[str, int]) -> bool:
        names = {source + PUBLIC for source in self.view.sources} if self.view.public_only else self.view.sources
        return all(self._progress.get((source, lane), 0) >= seq for source, seq in cut.items() if source in names)

    def _tell(self) -> None:
        for wake in self._wakes:
            wake()
        self._waiters.release(ViewStopped(self.stopped) if self.stopped else None)

    # -- beginning and beginning anew ------------------------------------------------------------------------------------------------------------------

    def rebuild(self) -> None:
        """Throw the view away; the facts will bring it back."""
        with self.database.views() as connection:
            for table in reversed(self._tables):
                table.drop(connection, checkfirst=True)
            for table in self._tables:
                table.create(connection, checkfirst=True)
            connection.execute(delete(PROGRESS).where(PROGRESS.c.view == self.view.name))
            connection.execute(delete(KNOWN).where(KNOWN.c.view == self.view.name))
            connection.execute(delete(DUE).where(DUE.c.view == self.view.name))
            built = connection.scalar(select(VIEWS.c.built).where(VIEWS.c.name == self.view.name)) or 0
            connection.execute(delete(VIEWS).where(VIEWS.c.name == self.view.name))
            connection.execute(VIEWS.insert().values(name=self.view.name, form=self.view.form, built=built + 1, position=0, stopped=None))
        for knowledge in self.view.knowledge:
            knowledge.forget()
        with self._guard:
            self.position, self.stopped, self._progress = 0, None, {}

    @property
    def built(self) -> int:
        """How often this view was built anew."""
        with self.database.reading() as connection:
            return connection.scalar(select(VIEWS.c.built).where(VIEWS.c.name == self.view.name)) or 0

    def _open(self) -> None:
        with self.database.views() as connection:
            for table in (VIEWS, PROGRESS, KNOWN, DUE):
                table.create(connection, checkfirst=True)
            row = connection.execute(select(VIEWS).where(VIEWS.c.name == self.view.name)).one_or_none()
        if row is None or row.form != self.view.form or row.stopped:
            # A stopped view begins anew as well: what stopped it may be mended in this release.
            self.rebuild()
        else:
            self.reload()

    def reload(self) -> None:
        """Go on from where the store says that the view is."""
        with self._guard:  # held while reading: what another thread applies meanwhile is noted after us, not under us
            with self.database.reading() as connection:
                position = connection.scalar(select(VIEWS.c.position).where(VIEWS.c.name == self.view.name)) or 0
                reached = connection.execute(select(PROGRESS).where(PROGRESS.c.view == self.view.name)).all()
            for knowledge in self.view.knowledge:
                knowledge.renew()
            self.position = position
            self._progress = {(one.source, one.lane): one.seq for one in reached}
        self._tell()


@contextmanager
def _at_once(_: Connection) -> Iterator[None]:
    yield


def _is_away(fault: Exception) -> bool:
    """Whether the database is away or busy, and the fact not wrong. SQLite says of a statement that names no such column that it is operational too."""
    return isinstance(fault, OperationalError | InterfaceError) and getattr(fault.orig, "sqlite_errorname", "") != "SQLITE_ERROR"
