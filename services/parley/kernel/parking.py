"""Parking: a fact that cannot be applied stops its lane in that view and nothing else, until somebody has looked and replays it.

What is parked stands in the service's own database; the dead-letter topic tells others of it, by id and reason. Neither holds any of the fact's content.
The facts behind it wait where they are safe: in the record of the service that they are of.
"""

import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, delete, select
from sqlalchemy.dialects import postgresql
from sqlmodel import Field, SQLModel

from parley.kernel.clock import system_clock, to_milliseconds
from parley.kernel.database import Database
from parley.kernel.kafka_topics import DEAD_LETTERS, Kafka

logger = logging.getLogger(__name__)

BELIEVED_SECONDS = 1.0
MISSING = "missing"
"""The reason of a lane in which a fact did not come and could not be fetched; it is tried again without anybody's hand."""


class ParkedRow(SQLModel, table=True):
    """A lane of a source that stands still in a view, and the first fact that stands there."""

    __tablename__ = "parked"

    view: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    lane: str = Field(primary_key=True)
    fact: str
    reason: str
    place: str  # topic, partition and offset
    at: int = Field(sa_column=Column(BigInteger, nullable=False))


PARKED = ParkedRow.__table__  # type: ignore[attr-defined]  # SQLModel adds the table at run time


@dataclass(frozen=True)
class Parked:
    """A lane that stands still."""

    source: str
    lane: str
    fact: str
    reason: str
    place: str


class Parking:
    """What is parked in one view, and the way to the dead letters."""

    def __init__(self, database: Database, view: str, kafka: Kafka) -> None:
        self._database = database
        self._view = view
        self._kafka = kafka
        self._producer: Any = None
        self._nothing_until = 0.0
        with database.views() as connection:
            PARKED.create(connection, checkfirst=True)

    def lanes(self) -> dict[tuple[str, str], Parked]:
        """Everything that is parked, by source and lane."""
        with self._database.reading() as connection:
            rows = connection.execute(select(PARKED).where(PARKED.c.view == self._view)).all()
        return {(row.source, row.lane): Parked(row.source, row.lane, row.fact, row.reason, row.place) for row in rows}

    def lanes_of_late(self) -> dict[tuple[str, str], Parked]:
        """The same, but that nothing was parked is believed for a second: who takes a fact of a lane that another process has just parked finds a gap there."""
        if time.monotonic() < self._nothing_until:
            return {}
        lanes = self.lanes()
        self._nothing_until = 0.0 if lanes else time.monotonic() + BELIEVED_SECONDS
        return lanes

    def park(self, parked: Parked) -> None:
        """Stop a lane, and say so."""
        self._nothing_until = 0.0
        row = {
            "view": self._view, "source": parked.source, "lane": parked.lane, "fact": parked.fact, "reason": parked.reason, "place": parked.place,
            "at": to_milliseconds(system_clock()),
        }  # fmt: skip
        with self._database.views() as connection:
            new = connection.execute(postgresql.insert(PARKED).values(row).on_conflict_do_nothing()).rowcount
        if new and parked.reason != MISSING:
            logger.error("%s parked %s of %s in %s: %s", self._view, parked.fact, parked.source, parked.lane, parked.reason)
            self._tell(parked)

    def release(self, source: str, lane: str) -> None:
        """The lane goes on."""
        with self._database.views() as connection:
            connection.execute(delete(PARKED).where(PARKED.c.view == self._view, PARKED.c.source == source, PARKED.c.lane == lane))

    def close(self) -> None:
        """Give the connection to Kafka back."""
        if self._producer is not None:
            self._producer.close(timeout=5)

    def _tell(self, parked: Parked) -> None:
        from kafka import KafkaProducer  # noqa: PLC0415  (only the scaled-out mode pays for Kafka)
        from kafka.errors import KafkaError  # noqa: PLC0415

        said = {"id": parked.fact, "reason": parked.reason, "view": self._view, "source": parked.source, "place": parked.place}
        try:
            if self._producer is None:
                self._producer = KafkaProducer(
                    **self._kafka.client(), client_id=f"parley-dead-letters-{self._view}", max_block_ms=5_000, delivery_timeout_ms=30_000
                )
            headers = [(name, value.encode()) for name, value in said.items()]
            self._producer.send(DEAD_LETTERS, key=parked.lane.encode(), value=b"", headers=headers).get(timeout=30)
        except KafkaError as fault:  # the row stands, and is what counts
            logger.warning("the dead letter for %s could not be sent: %s", parked.fact, type(fault).__name__)


def without(facts: Iterable[Any], lanes: Iterable[tuple[str, str]]) -> Sequence[Any]:
    """The facts that are in none of the lanes."""
    away = set(lanes)
    return [fact for fact in facts if (fact.service, fact.lane) not in away]
