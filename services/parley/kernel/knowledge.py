"""Knowledge: small states under keys, which a view folds from facts and holds in memory: what every service knows of callers, for one."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from parley.kernel.log import Recorded
from parley.kernel.view_tables import KNOWN

Known = TypeVar("Known")
KEPT = 50_000


def _storing(upsert: Any) -> Any:
    return upsert.on_conflict_do_update(index_elements=["view", "kind", "key"], set_={"body": upsert.excluded.body})


_STORE = {"sqlite": _storing(sqlite.insert(KNOWN)), "postgresql": _storing(postgresql.insert(KNOWN))}


@dataclass
class Knowledge(Generic[Known]):
    """Small states under keys, folded from facts and held in memory once they were asked for.

    Args:
        kind: what is known, as in `standing`.
        form: the type of the state, a msgspec Struct.
        initial: the state of a key of which nothing is recorded.
        key_of: the key that a fact speaks of, or None if it says nothing of this kind.
        evolve: the state after a fact; the same object if nothing changed.
    """

    kind: str
    form: type[Known]
    initial: Known
    key_of: Callable[[Recorded], str | None]
    evolve: Callable[[Known, Recorded], Known]
    _kept: dict[str, Known] = field(default_factory=dict)
    _changed: dict[str, Known] = field(default_factory=dict)
    _forgotten: int = 0

    def read(self, connection: Connection, view: str, key: str) -> Known:
        """What is known under a key, as the connection sees it."""
        row = connection.execute(select(KNOWN.c.body).where(KNOWN.c.view == view, KNOWN.c.kind == self.kind, KNOWN.c.key == key)).scalar()
        return self.initial if row is None else msgspec.json.decode(row, type=self.form)

    def kept(self, key: str) -> Known | None:
        """What is held in memory under a key."""
        return self._kept.get(key)

    @property
    def forgotten(self) -> int:
        """How often everything was forgotten; what was read before the last time must not be kept."""
        return self._forgotten

    def keep(self, key: str, known: Known, forgotten: int) -> Known:
        """Hold in memory what was read after `forgotten` times of forgetting, unless something newer is held already."""
        return self._kept.setdefault(key, known) if forgotten == self._forgotten else known

    def fold(self, connection: Connection, view: str, fact: Recorded, *, shared: bool) -> None:
        """Take one fact in; it counts for readers once the transaction has ended (`settle`). A shared view may have changed under what is held here."""
        key = self.key_of(fact)
        if key is None:
            return
        before = self._changed.get(key) or (None if shared else self._kept.get(key)) or self.read(connection, view, key)
        after = self.evolve(before, fact)
        if after is not before:
            self._changed[key] = after

    def store(self, connection: Connection, view: str) -> None:
        """Write what the facts of this transaction have changed: once for all of them, because a roster of a thousand changes one state a thousand times."""
        rows = [
            {"view": view, "kind": self.kind, "key": key, "body": msgspec.json.encode(known, order="deterministic")} for key, known in self._changed.items()
        ]
        if rows:
            connection.execute(_STORE[connection.dialect.name], rows)

    def settle(self) -> None:
        """The transaction has ended well: what it changed is known."""
        if len(self._kept) > KEPT:
            self._kept.clear()
        self._kept.update(self._changed)
        self._changed.clear()

    def renew(self) -> None:
        """Others have changed what is known: read it anew when it is asked for."""
        self._forgotten += 1
        self._kept.clear()

    def forget(self) -> None:
        """The transaction was undone, or the view begins anew."""
        self._forgotten += 1
        self._changed.clear()
        self._kept.clear()


def of_lane(kind: str, initial: Any, source: str, words: Collection[str], after: Callable[[Any, str, dict[str, Any], int], Any]) -> Knowledge[Any]:
    """A state by lane, from the facts with these words; `after` gets the state, the fact's own word (`NegotiationOpened`), its body, and its `seq`."""

    def key_of(fact: Recorded) -> str | None:
        return fact.lane if fact.service == source and word_of(fact) in words else None

    def evolve(state: Any, fact: Recorded) -> Any:
        return after(state, word_of(fact), msgspec.json.decode(fact.body), fact.seq)

    return Knowledge(kind, type(initial), initial, key_of, evolve)


def of_field(kind: str, initial: Any, source: str, words: Collection[str], field: str, after: Callable[[Any, str, str, dict[str, Any]], Any]) -> Knowledge[Any]:
    """A state by the value of a body's `field` (a token's hash); `after` gets the state, the fact's word, its lane and its body."""

    def key_of(fact: Recorded) -> str | None:
        return str(msgspec.json.decode(fact.body)[field]) if fact.service == source and word_of(fact) in words else None

    def evolve(state: Any, fact: Recorded) -> Any:
        return after(state, word_of(fact), fact.lane, msgspec.json.decode(fact.body))

    return Knowledge(kind, type(initial), initial, key_of, evolve)


def word_of(fact: Recorded) -> str:
    """The fact's own word: `AmendmentProposed` of `parley.drafts.AmendmentProposed.v1`."""
    return fact.type.split(".")[2]
