"""A small view for tests of the kernel: what each counter stands at, and the last number that was raised by."""

from typing import Any

import msgspec
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from kernel.counting import CATALOGUE, COUNTERS, Announced, Raise, Raised
from parley.kernel.knowledge import of_lane
from parley.kernel.log import Recorded
from parley.kernel.view import View
from recording import Recording

_decode = CATALOGUE.decoder()


class TallyRow(SQLModel, table=True):
    """How often a counter was raised, and to what."""

    __tablename__ = "counters_tally"

    counter: str = Field(primary_key=True)
    times: int
    total: int


TALLY: Any = TallyRow.__table__  # type: ignore[attr-defined]


class Biggest(msgspec.Struct, frozen=True):
    """The biggest step in a lane so far."""

    by: int = 0


def biggest_after(biggest: Biggest, word: str, body: dict[str, Any], seq: int) -> Biggest:
    return Biggest(body["by"]) if body["by"] > biggest.by else biggest


def fold(connection: Connection, fact: Recorded) -> None:
    """Take one fact in; 13 is a number that this view cannot bear."""
    match _decode(fact.type, fact.body):
        case Raised(by=13):
            raise ValueError("the word of a delegation")
        case Raised(by=by):
            insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
            raised = insert(TALLY).values(counter=fact.stream, times=1, total=by)
            more = {"times": TALLY.c.times + 1, "total": TALLY.c.total + by}
            connection.execute(raised.on_conflict_do_update(index_elements=["counter"], set_=more))
        case Announced():
            return


def tally(form: int = 1, *, public_only: bool = False, name: str = "counters") -> View:
    """A fresh view of this kind."""
    knowledge = (of_lane("biggest", Biggest(), "counters", frozenset({"Raised"}), biggest_after),)
    return View(name, form=form, sources=frozenset({"counters"}), tables=(TallyRow,), fold=fold, knowledge=knowledge, public_only=public_only)


def raised(*steps: int, lane: str = "lane", counter: str = "c", record: Recording | None = None, aloud: bool = False) -> list[Recorded]:
    """The facts of a counter that was raised by these steps."""
    record = record or Recording()
    for by in steps:
        assert record.submit(COUNTERS, counter, lane, lambda at, by=by: Raise(by, at, aloud)) is None
    return record.facts
