"""A look into the file of a server that does not run: what is recorded, and whether each view is what its facts make of it."""

import sqlite3
from pathlib import Path

from parley.commands.rebuild import hash_of_view
from parley.kernel.database import Database
from parley.kernel.log import Recorded
from parley.kernel.projection import Projection
from parley.kernel.sql_reader import SqlReader
from parley.main import parts

CHUNK = 1_000


def recorded(folder: Path) -> list[Recorded]:
    """Everything that stands in the record."""
    database = Database(f"sqlite:///{folder / 'parley.db'}")
    reader, facts = SqlReader(database), list[Recorded]()
    while more := reader.read(facts[-1].position if facts else 0, CHUNK):
        facts += more
    database.close()
    return facts


def views_that_differ(folder: Path, record: list[Recorded]) -> list[str]:
    """The views that, brought up to the end, are not what comes out of folding all facts anew. The file's views are anew afterwards."""
    database = Database(f"sqlite:///{folder / 'parley.db'}")
    differ = []
    for part in parts():
        projection = Projection(database, part.view())
        stopped, found = projection.stopped, _folded(database, projection, record)
        projection.rebuild()
        if stopped or found != _folded(database, projection, record):
            differ.append(f"the view of {part.catalogue.service} is not what its facts make of it")
    database.close()
    return differ


def _folded(database: Database, projection: Projection, record: list[Recorded]) -> str:
    while projection.position < len(record):
        projection.apply(record[projection.position : projection.position + CHUNK])
    return hash_of_view(database, projection)


def unsound(folder: Path) -> list[str]:
    """What SQLite itself has to say against the file."""
    with sqlite3.connect(folder / "parley.db") as connection:
        said = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
    connection.close()
    return [] if said == ["ok"] else said
