"""Migrations: bring the record's tables to the form that this release expects."""

from collections.abc import Callable
from importlib.resources import files
from typing import Any

from sqlalchemy import Connection, inspect, text

from parley.kernel.database import Database

HEAD = "0001"
"""The revision that this release expects; a test holds it against the scripts."""

SCRIPTS = str(files("parley.kernel") / "alembic")


class NewerRelease(Exception):  # noqa: N818  (a state of the record, not an error of the program)
    """The record was written by a newer release, and its tables are in a form that this one does not know."""

    def __init__(self) -> None:
        super().__init__("This record was written by a newer release of Parley; start that release, or a later one.")


def nothing(_: Connection) -> None:
    """Nothing has to hold."""


def upgrade(database: Database, holds: Callable[[Connection], None] = nothing) -> None:
    """Make or migrate the tables of the record; does nothing where they are right already.

    All of it is one transaction, in which `holds` is called at the end: what raises there, or in a migration, leaves the record as it was. Of several
    processes that start at once one migrates, and the others find it done.

    Raises:
        NewerRelease: the record was written by a newer release.
    """
    database.create_schema()
    if revision(database) == HEAD:
        return
    from alembic import command  # noqa: PLC0415  (only a first start or a new release pays for the import)
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", SCRIPTS.replace("%", "%%"))
    with database.record() as connection:
        if not database.is_sqlite:  # SQLite lets one writer in
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"migration of {database.schema}"})
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise NewerRelease from error
        holds(connection)


def revision(database: Database) -> str | None:
    """The revision in which the tables stand, or None where there are none."""
    with database.reading() as connection:
        reading: Any = inspect(connection)
        if not reading.has_table("alembic_version", schema=database.schema):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
