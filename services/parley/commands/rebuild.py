"""`parley rebuild`: views are thrown away and folded anew; what comes out has the same hash every time."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import select

from parley.commands.progress import bar
from parley.kernel import migrations
from parley.kernel.database import Database
from parley.kernel.follow import CHUNK
from parley.kernel.process import Part
from parley.kernel.projection import Projection, ViewStopped
from parley.kernel.settings import Settings
from parley.kernel.sql_reader import SqlReader
from parley.kernel.view_tables import KNOWN


def rebuild(settings: Settings, parts: Sequence[Part], *, as_json: bool) -> int:
    """Rebuild every view and print the hash of each; 1 if one of them stops."""
    database = Database(settings.database_url)
    try:
        migrations.upgrade(database)
    except migrations.NewerRelease as newer:
        print(json.dumps({"error": "newer release"}) if as_json else newer)
        return 1
    reader = SqlReader(database)
    end, hashes, stopped = reader.position(), {}, []
    for part in parts:
        projection = Projection(database, part.view())
        projection.rebuild()
        try:
            with bar() as progress:
                task = progress.add_task(f"folding {part.catalogue.service}", total=end)
                while facts := reader.read(projection.position, CHUNK):
                    projection.apply(facts)
                    progress.update(task, completed=projection.position)
        except ViewStopped as stop:
            stopped.append(str(stop))
        hashes[part.catalogue.service] = hash_of_view(database, projection)
    database.close()
    if as_json:
        print(json.dumps({"facts": end, "views": hashes, "stopped": stopped}))
    else:
        for service, digest in hashes.items():
            print(f"{service:12} {digest}")
        print("\n".join(stopped) or f"All views are folded from {end} facts.")
    return 1 if stopped else 0


def hash_of_view(database: Database, projection: Projection) -> str:
    """SHA-256 over all rows of a view and all that it knows, in the order of their keys."""
    digest = hashlib.sha256()
    with database.reading() as connection:
        for table in sorted((one.__table__ for one in projection.view.tables), key=lambda one: str(one.name)):  # type: ignore[attr-defined]
            for row in connection.execute(select(table).order_by(*table.primary_key.columns)):
                digest.update(_bytes([str(table.name), *row]))
        known = select(KNOWN).where(KNOWN.c.view == projection.view.name).order_by(KNOWN.c.kind, KNOWN.c.key)
        for row in connection.execute(known):
            digest.update(_bytes(list(row)))
    return digest.hexdigest()


def _bytes(values: list[Any]) -> bytes:
    return msgspec.json.encode(values)
