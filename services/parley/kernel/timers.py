"""Timers: what is to happen at a time is a row; a timer only appends the closing fact.

The rules decide, by the record's own time, whether the moment has come. So a late, early or doubled ring changes nothing, and a restart loses nothing.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from parley.kernel.clock import from_milliseconds, to_milliseconds
from parley.kernel.database import Database
from parley.kernel.view_tables import DUE

LOOK_SECONDS = 0.2

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Due:
    """Something whose time has come: the row's key, the lane, the identity of the thing, and the time that was set."""

    key: str
    lane: str
    identity: str
    at: datetime


def set_timer(connection: Connection, view: str, due: Due) -> None:
    """Set, or set anew, what is to happen; called by a view's fold."""
    upsert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = {"view": view, "key": due.key, "lane": due.lane, "identity": due.identity, "at": to_milliseconds(due.at)}
    connection.execute(upsert(DUE).values(row).on_conflict_do_update(index_elements=["view", "key"], set_={"at": row["at"]}))


def clear_timer(connection: Connection, view: str, key: str) -> None:
    """Take away what has happened or will not happen; called by a view's fold."""
    connection.execute(delete(DUE).where(DUE.c.view == view, DUE.c.key == key))


def due_by(database: Database, view: str, now: datetime, limit: int = 100) -> list[Due]:
    """What is due at `now`, the earliest first."""
    wanted = select(DUE).where(DUE.c.view == view, DUE.c.at <= to_milliseconds(now)).order_by(DUE.c.at, DUE.c.key).limit(limit)
    with database.reading() as connection:
        return [Due(row.key, row.lane, row.identity, from_milliseconds(row.at)) for row in connection.execute(wanted)]


async def keep_time(database: Database, view: str, clock: Callable[[], datetime], ring: Callable[[Due], Awaitable[None]]) -> None:
    """Ring for everything that is due, until cancelled; once it has ended it uses the database no more. A ring that fails is tried again at the next look."""
    while True:
        try:
            for due in await _looked(database, view, clock()):
                await _rung(view, due, ring)
        except DBAPIError as error:  # the database is away; what is due stays due
            logger.warning("%s cannot see what is due: %s", view, type(error).__name__)
        await asyncio.sleep(LOOK_SECONDS)


async def _looked(database: Database, view: str, now: datetime) -> list[Due]:
    # A thread cannot be cancelled. One that was left behind would hold its connection while the database is closed, and the record would not end in one file.
    looking = asyncio.ensure_future(asyncio.to_thread(due_by, database, view, now))
    try:
        return await asyncio.shield(looking)
    except asyncio.CancelledError:
        await asyncio.wait([looking])
        raise


async def _rung(view: str, due: Due, ring: Callable[[Due], Awaitable[None]]) -> None:
    try:
        await ring(due)
    except Exception as error:  # noqa: BLE001  (one ring that fails must not keep the others from ringing)
        logger.warning("%s could not ring for %s: %s", view, due.key, type(error).__name__)
