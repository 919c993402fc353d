"""The record of every release, with its data, is brought into today's form at opening, and into the form of a release to come; or it stays as it was."""

import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, inspect, select, text

from kernel.counting import raising
from kernel.postgres import fresh_schema
from parley.commands.export import export
from parley.commands.rebuild import rebuild
from parley.kernel import migrations
from parley.kernel.chains import Chains
from parley.kernel.database import Database
from parley.kernel.opening import RecordRefused, open_record
from parley.kernel.record_tables import FACTS, HEADS, RECEIPTS
from parley.kernel.settings import Settings
from parley.kernel.sql_log import SqlLog
from parley.kernel.sql_reader import SqlReader
from releases.played import RELEASED, Release

RECORD = (FACTS, HEADS, RECEIPTS)
TO_COME = '''"""A column that a later release may add, filled from what is there."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"


def upgrade() -> None:
    """Add it, and fill it."""
    op.add_column("fact", sa.Column("origin", sa.String))
    op.execute("UPDATE fact SET origin = service || ' ' || lane")
    {more}
'''


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def emptied(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """A place for one record, and a way to open it; on each of the two stores."""
    file, opened = tmp_path / "record.db", list[Database]()
    url = f"sqlite:///{file}" if request.param == "sqlite" else request.getfixturevalue("postgres")
    schema = None if request.param == "sqlite" else fresh_schema(url)

    def another() -> Database:
        opened.append(Database(url, schema))
        return opened[-1]

    yield another
    for database in opened:
        database.close()


@pytest.fixture(params=RELEASED, ids=lambda release: release.folder.name)
def kept(request: pytest.FixtureRequest, emptied: Callable[[], Database], tmp_path: Path) -> Callable[[], Database]:
    """The record of a release in its place, in the form that the release gave it."""
    release: Release = request.param
    database = emptied()
    if database.is_sqlite:
        release.restore(Path(str(database.url.database)))
        return emptied
    release.restore(tmp_path / "kept.db")
    with database.record() as connection, closing(sqlite3.connect(tmp_path / "kept.db")) as source:
        for statement in release.tables().split(";\n"):
            connection.execute(text(statement))
        connection.execute(text("DELETE FROM head"))
        for table in RECORD:
            rows = source.execute(f"SELECT * FROM {table.name}")
            names = [column[0] for column in rows.description]
            values = ", ".join(f":{name}" for name in names)
            connection.execute(text(f"INSERT INTO {table.name} VALUES ({values})"), [dict(zip(names, row, strict=True)) for row in rows])
    return emptied


def content(database: Database) -> list[tuple[Any, ...]]:
    """All that the three tables hold."""
    with database.reading() as connection:
        return [tuple(row) for table in RECORD for row in connection.execute(select(table).order_by(*table.primary_key.columns))]


def form(database: Database) -> dict[str, Any]:
    """Names, types and keys of the three tables, as the store tells them."""
    with database.reading() as connection:
        seen: Any = inspect(connection)
        return {
            table.name: (
                {(one["name"], str(one["type"]), one["nullable"]) for one in seen.get_columns(table.name, schema=database.schema)},
                seen.get_pk_constraint(table.name, schema=database.schema)["constrained_columns"],
                {one["name"] for one in seen.get_unique_constraints(table.name, schema=database.schema)},
            )
            for table in RECORD
        }


@pytest.fixture
def to_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let this release have one more migration than it has."""

    def planted(more: str = "") -> None:
        scripts, before = tmp_path / "alembic", migrations.HEAD
        shutil.copytree(migrations.SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
        (scripts / "versions/9000_origin.py").write_text(TO_COME.format(revision="9000", before=before, more=more))
        monkeypatch.setattr(migrations, "SCRIPTS", str(scripts))
        monkeypatch.setattr(migrations, "HEAD", "9000")

    return planted


def origins(database: Database) -> set[str | None]:
    with database.reading() as connection:
        return set(connection.execute(text("SELECT DISTINCT origin FROM fact")).scalars())


def test_a_record_of_a_release_comes_into_the_form_of_one_that_is_made_today(kept: Callable[[], Database], tmp_path: Path, request: Any) -> None:
    database = kept()
    before = content(database)
    open_record(database)
    assert migrations.revision(database) == migrations.HEAD
    assert content(database) == before
    fresh = Database(f"sqlite:///{tmp_path / 'fresh.db'}") if database.is_sqlite else Database(*_fresh(request))
    open_record(fresh)
    assert form(database) == form(fresh)
    fresh.close()


def _fresh(request: pytest.FixtureRequest) -> tuple[str, str]:
    url = request.getfixturevalue("postgres")
    return url, fresh_schema(url)


async def test_a_record_with_its_data_is_migrated_at_opening_and_goes_on(kept: Callable[[], Database], to_come: Callable[..., None]) -> None:
    database = kept()
    facts, before = SqlReader(database).read(0, 100_000), content(database)
    to_come()
    open_record(database)
    assert migrations.revision(database) == "9000"
    assert content(database) == before
    assert None not in origins(database)
    assert {name.partition(" ")[0] for name in origins(database) if name} == {fact.service for fact in facts}
    log = SqlLog(database)
    receipt = await log.handle(raising("c"))
    assert await log.handle(raising("c", key="again")) != receipt
    assert log.position() == len(facts) + 2
    log.close()
    chains = Chains()
    for fact in SqlReader(database).read(0, 100_000):
        chains.follow(fact)
    assert chains.broken == []


def test_a_migration_that_fails_leaves_the_record_as_it_was(kept: Callable[[], Database], to_come: Callable[..., None]) -> None:
    database = kept()
    before, known = content(database), form(database)
    to_come('op.execute("UPDATE fact SET nowhere = 1")')
    with pytest.raises(Exception, match="nowhere"):
        open_record(database)
    assert (content(database), form(database), migrations.revision(database)) == (before, known, "0001")


def test_of_several_that_start_at_once_one_migrates(kept: Callable[[], Database], to_come: Callable[..., None]) -> None:
    to_come('op.create_table("migrated", sa.Column("once", sa.Integer))')
    together, failed = threading.Barrier(4), list[BaseException]()
    databases = [kept() for _ in range(4)]

    def start(database: Database) -> None:
        try:
            together.wait()
            open_record(database)
        except BaseException as fault:  # noqa: BLE001  (whatever it is, it is told below)
            failed.append(fault)

    threads = [threading.Thread(target=start, args=[database]) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert {migrations.revision(database) for database in databases} == {"9000"}


def test_a_damaged_record_of_a_release_is_refused_and_not_migrated(tmp_path: Path, to_come: Callable[..., None]) -> None:
    RELEASED[0].restore(tmp_path / "record.db")
    with closing(sqlite3.connect(tmp_path / "record.db")) as other, other:
        other.execute("UPDATE fact SET stream = stream || 'x' WHERE position = 3")
    database = Database(f"sqlite:///{tmp_path / 'record.db'}")
    to_come()
    with pytest.raises(RecordRefused, match="its hash does not fit"):
        open_record(database)
    assert migrations.revision(database) == "0001"
    assert "origin" not in {name for name, _, _ in form(database)["fact"][0]}
    database.close()


def test_a_record_of_a_newer_release_is_refused_by_its_name(emptied: Callable[[], Database]) -> None:
    database = emptied()
    open_record(database)
    with database.record() as connection:
        _raise_revision(connection)
    with pytest.raises(RecordRefused, match=r"written by a newer release of Parley\. Start that release"):
        open_record(database)


def _raise_revision(connection: Connection) -> None:
    connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))


def test_commands_that_read_the_record_say_so_of_one_of_a_newer_release(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = Database(f"sqlite:///{tmp_path / 'parley.db'}")
    open_record(database)
    with database.record() as connection:
        _raise_revision(connection)
    database.close()
    settings = Settings(data=tmp_path)
    assert (rebuild(settings, [], as_json=False), export("prague", tmp_path / "out.jsonl", settings, as_json=False)) == (1, 1)
    assert capsys.readouterr().out.count("start that release, or a later one.") == 2
