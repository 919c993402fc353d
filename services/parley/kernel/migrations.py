"""Migrations: bring the record's tables to the form that this release expects."""

from importlib.resources import files
from typing import Any

from sqlalchemy import inspect, text

from parley.kernel.database import Database

HEAD = "0001"
"""The revision that this release expects; a test holds it against the scripts."""


def upgrade(database: Database) -> None:
    """Make or migrate the tables of the record; does nothing where they are right already.

    Raises:
        RuntimeError: the record was written by a newer release.
    """
    database.create_schema()
    if revision(database) == HEAD:
        return
    from alembic import command  # noqa: PLC0415  (only a first start or a new release pays for the import)
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(files("parley.kernel") / "alembic"))
    with database.record() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise RuntimeError("This record was written by a newer release of Parley; start that release, or a later one.") from error


def revision(database: Database) -> str | None:
    """The revision in which the tables stand, or None where there are none."""
    with database.reading() as connection:
        reading: Any = inspect(connection)
        if not reading.has_table("alembic_version", schema=database.schema):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
