"""The `eventsourcing` library as its documentation uses it, on SQLite: the peer of the replay benchmark."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import InfrastructureFactory, Tracking
from eventsourcing.projection import Projection
from eventsourcing.sqlite import SQLiteDatastore, SQLiteTrackingRecorder
from eventsourcing.utils import Environment


class Principle(Aggregate):
    """A principle: its text, its author, and what delegations say of it."""

    class Submitted(Aggregate.Created):
        """A principle was submitted."""

        negotiation: str
        text: str
        theme: str
        delegation: str

    class PositionTaken(Aggregate.Event):
        """A delegation said where it stands."""

        delegation: str
        stance: str

    @event(Submitted)
    def __init__(self, negotiation: str, text: str, theme: str, delegation: str) -> None:
        self.negotiation = negotiation
        self.text = text
        self.theme = theme
        self.delegation = delegation
        self.stances: dict[str, str] = {}

    @event(PositionTaken)
    def take_position(self, delegation: str, stance: str) -> None:
        """Say where a delegation stands."""
        self.stances[delegation] = stance


class Negotiation(Application[UUID]):
    """Principles of a negotiation."""

    def submit(self, count: int, words: str) -> None:
        """Submit that many principles, a hundred in one save."""
        for start in range(0, count, 100):
            self.save(*(Principle("prague", f"{n}. {words}", "policy", "D1") for n in range(start, min(start + 100, count))))

    def discuss(self, count: int, words: str) -> UUID:
        """A principle on which that many positions were taken by twenty delegations."""
        principle = Principle("prague", words, "policy", "D1")
        for n in range(count):
            principle.take_position(f"D{n % 20}", ("support", "oppose")[n // 20 % 2])
            if n % 1_000 == 999:
                self.save(principle)
        self.save(principle)
        return principle.id


class Readers(SQLiteTrackingRecorder):
    """What readers see: a table of principles and one of their texts, as in the view that it is compared with."""

    _statements: ClassVar = (
        "CREATE TABLE IF NOT EXISTS principle (principle TEXT PRIMARY KEY, negotiation TEXT, number INTEGER, delegation TEXT, theme TEXT, text TEXT)",
        "CREATE INDEX IF NOT EXISTS principle_number ON principle (negotiation, number)",
        "CREATE TABLE IF NOT EXISTS principle_text (principle TEXT, version INTEGER, text TEXT, PRIMARY KEY (principle, version))",
    )

    def __init__(self, datastore: SQLiteDatastore, **more: Any) -> None:
        super().__init__(datastore, **more)
        self.create_table_statements.extend(self._statements)

    def put(self, principle: Principle.Submitted, tracking: Tracking) -> None:
        """Put one principle in, with how far we are, in one transaction."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute("SELECT max(number) FROM principle WHERE negotiation = ?", (principle.negotiation,))
            number = (cursor.fetchone()[0] or 0) + 1
            name = str(principle.originator_id)
            row = (name, principle.negotiation, number, principle.delegation, principle.theme, principle.text)
            cursor.execute("INSERT INTO principle VALUES (?, ?, ?, ?, ?, ?)", row)
            cursor.execute("INSERT INTO principle_text VALUES (?, 1, ?)", (name, principle.text))

    def texts(self) -> list[str]:
        """The texts in the order of their numbers."""
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute("SELECT text FROM principle ORDER BY number")
            return [str(row[0]) for row in cursor.fetchall()]


class Reading(Projection[Readers]):
    """Keeps the readers' tables up with the negotiation."""

    name = "readers"

    @singledispatchmethod
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Take one event in."""

    @process_event.register
    def _(self, submitted: Principle.Submitted, tracking: Tracking) -> None:
        self.view.put(submitted, tracking)


def settings(folder: Path) -> dict[str, str]:
    """Events in one file, tables in another; the library's own defaults for SQLite otherwise (WAL, `synchronous=NORMAL`)."""
    return {
        "PERSISTENCE_MODULE": "eventsourcing.sqlite",
        "SQLITE_DBNAME": str(folder / "events.db"),
        "READERS_SQLITE_DBNAME": str(folder / "readers.db"),
    }


def projected(folder: Path, negotiation: Negotiation) -> list[str]:
    """Build the readers' tables anew from all events, read a thousand at a time (on SQLite the library has no subscription); the texts that they hold then."""
    (folder / "readers.db").unlink(missing_ok=True)
    factory = InfrastructureFactory[Readers].construct(env=Environment(Reading.name, settings(folder)))
    view = factory.tracking_recorder(Readers)
    reading, last = Reading(view=view), 0
    while notifications := negotiation.recorder.select_notifications(last + 1, 1_000):
        for notification in notifications:
            last = notification.id
            reading.process_event(negotiation.mapper.to_domain_event(notification), Tracking(negotiation.name, last))
    texts = view.texts()
    factory.close()
    return texts
