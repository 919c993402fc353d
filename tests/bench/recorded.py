"""What is on the record after a benchmark: speed must not be bought with what is missing or wrong."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from parley.commands.rebuild import hash_of_view
from parley.kernel.chains import Chains
from parley.kernel.database import Database
from parley.kernel.projection import Projection
from parley.kernel.sql_reader import SqlReader
from parley.main import parts

CHUNK = 1_000


def hold_against_the_record(folder: Path, answers: Iterable[bytes]) -> int:
    """Every answer's facts are on the record, its chains hold, and views built anew are what the server showed; how many facts there are."""
    database = Database(f"sqlite:///{folder / 'parley.db'}")
    reader, chains, found, after = SqlReader(database), Chains(), set[str](), 0
    while facts := reader.read(after, CHUNK):
        for fact in facts:
            chains.follow(fact)
            found.add(fact.id)
        after = facts[-1].position
    assert chains.broken == []
    promised = {name for answer in answers for name in msgspec.json.decode(answer)["receipt"]["facts"]}
    assert promised
    assert promised <= found, "what was accepted is on the record"
    for part in parts():
        projection = Projection(database, part.view())
        live = hash_of_view(database, projection)
        rebuild(projection, reader)
        assert hash_of_view(database, projection) == live, f"the view of {part.catalogue.service} is the same when it is built anew"
    database.close()
    return len(found)


def rebuild(projection: Projection, reader: SqlReader) -> None:
    """Fold a view anew, as `parley rebuild` does."""
    projection.rebuild()
    while facts := reader.read(projection.position, CHUNK):
        projection.apply(facts)
