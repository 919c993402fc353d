"""A record in memory for tests of views: the real rules decide, and facts are numbered as the record numbers them."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from parley.kernel.database import Database
from parley.kernel.decider import Decider, Refused
from parley.kernel.log import Recorded
from parley.kernel.projection import Projection
from parley.kernel.view import View
from parley.kernel.view_tables import KNOWN, PROGRESS

START = datetime(2019, 5, 2, 8, 0, tzinfo=UTC)


class Recording:
    """Facts of one or several services, in order. The clock goes on by a second with each command."""

    def __init__(self) -> None:
        self.facts: list[Recorded] = []
        self.now = START
        self._states: dict[str, tuple[int, Any]] = {}
        self._heads: dict[tuple[str, str], tuple[int, int]] = {}

    def state(self, decider: Decider[Any, Any, Any], identity: str) -> Any:
        return self._states.get(decider.stream(identity), (0, decider.initial))[1]

    def submit(self, decider: Decider[Any, Any, Any], identity: str, lane: str, command: Callable[[datetime], Any]) -> str | None:
        """Record what follows from a command; the rule that refused it, if one did."""
        self.now += timedelta(seconds=1)
        stream = decider.stream(identity)
        version, state = self._states.get(stream, (0, decider.initial))
        try:
            decided = decider.decide(state, command(self.now))
        except Refused as refused:
            return refused.rule
        for fact in decided:
            version, state = version + 1, decider.evolve(state, fact)
            self._record(decider, stream, version, lane, fact)
        self._states[stream] = (version, state)
        return None

    def _record(self, decider: Decider[Any, Any, Any], stream: str, version: int, lane: str, fact: msgspec.Struct) -> None:
        service, public = decider.catalogue.service, type(fact) in decider.catalogue.public
        seq, public_seq = self._heads.get((service, lane), (0, 0))
        self._heads[service, lane] = (seq + 1, public_seq + public)
        self.facts.append(
            Recorded(
                position=len(self.facts) + 1, service=service, stream=stream, version=version, lane=lane, seq=seq + 1,
                public_seq=public_seq + 1 if public else None, type=decider.catalogue.name(type(fact)), body=msgspec.json.encode(fact, order="deterministic"),
                by=b"{}", at=self.now, hash=b"",
            )
        )  # fmt: skip


def everything(database: Database, view: View) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of a view, with what it knows and how far it is: what must be the same however it came there."""
    tables: list[Any] = [*(table.__table__ for table in view.tables), KNOWN, PROGRESS]  # type: ignore[attr-defined]
    with database.reading() as connection:
        return {table.name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr) for table in tables}


def kept_live(folder: Path, view: Callable[[], View], facts: Sequence[Recorded], chunks: Sequence[int]) -> dict[str, list[tuple[Any, ...]]]:
    """The view fed in chunks of these sizes, each chunk twice, on a database that is opened anew before every third chunk."""
    opened = partial(Database, f"sqlite:///{folder / 'live.db'}")
    database = opened()
    projection = Projection(database, view())
    done, turn = 0, 0
    while done < len(facts):
        size = chunks[turn % len(chunks)]
        if turn % 3 == 2:
            database.close()
            database = opened()
            projection = Projection(database, view())
        projection.apply(facts[done : done + size])
        projection.apply(facts[max(0, done - 2) : done + size])  # what arrives twice has one effect
        done, turn = done + size, turn + 1
    rows = everything(database, projection.view)
    database.close()
    return rows


def rebuilt(folder: Path, view: Callable[[], View], facts: Sequence[Recorded]) -> dict[str, list[tuple[Any, ...]]]:
    """The view fed with all facts at once, on a fresh database."""
    database = Database(f"sqlite:///{folder / 'rebuilt.db'}")
    projection = Projection(database, view())
    projection.apply(facts)
    rows = everything(database, projection.view)
    database.close()
    return rows
