"""The database's three doors, and the migrations that bring a record to the form of this release."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from kernel.postgres import fresh_schema
from parley.kernel import migrations
from parley.kernel.database import Database

VERSIONS = Path(migrations.__file__).parent / "alembic/versions"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'record.db'}")
    else:
        url = request.getfixturevalue("postgres")
        database = Database(url, fresh_schema(url))
    yield database
    database.close()


def test_a_record_in_a_folder_that_is_not_there_yet_makes_the_folder(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new' / 'deep' / 'record.db'}")
    migrations.upgrade(database)
    database.close()
    assert (tmp_path / "new/deep/record.db").exists()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_record_in_memory_is_refused_because_its_readers_would_not_see_it(url: str) -> None:
    with pytest.raises(ValueError, match="needs a file"):
        Database(url)


def test_what_only_reads_cannot_write(database: Database) -> None:
    migrations.upgrade(database)
    with database.reading() as connection, pytest.raises(DBAPIError, match=r"read-?only"):
        connection.execute(text("DELETE FROM fact"))
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM fact")).scalar() == 0


def test_a_reader_sees_one_state_however_much_is_written_meanwhile(database: Database) -> None:
    migrations.upgrade(database)
    count = text("SELECT count(*) FROM receipt")
    with database.reading() as connection:
        assert connection.execute(count).scalar() == 0
        with database.record() as other:
            other.execute(text("INSERT INTO receipt (scope, key, fingerprint, receipt) VALUES ('s', 'k', 'f', '')"))
        assert connection.execute(count).scalar() == 0
    with database.reading() as connection:
        assert connection.execute(count).scalar() == 1


@pytest.mark.parametrize("door", ["record", "views"])
def test_a_transaction_that_fails_leaves_nothing(database: Database, door: str) -> None:
    migrations.upgrade(database)

    def fail() -> None:
        with getattr(database, door)() as connection:
            connection.execute(text("INSERT INTO receipt (scope, key, fingerprint, receipt) VALUES ('s', 'k', 'f', '')"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM receipt")).scalar() == 0


# -- migrations ---------------------------------------------------------------------------------------------------------------------------------------------


def test_the_expected_revision_is_that_of_the_newest_script() -> None:
    scripts = sorted(file.name.partition("_")[0] for file in VERSIONS.glob("[0-9]*.py"))
    assert scripts == [f"{number:04}" for number in range(1, len(scripts) + 1)]
    assert scripts[-1] == migrations.HEAD


def test_a_record_is_made_from_nothing_and_stays_as_it_is(database: Database) -> None:
    assert migrations.revision(database) is None
    for _ in range(2):
        migrations.upgrade(database)
        assert migrations.revision(database) == migrations.HEAD
    with database.reading() as connection:
        assert {"fact", "head", "receipt", "alembic_version"} <= set(inspect(connection).get_table_names(schema=database.schema))
        assert connection.execute(text("SELECT count(*) FROM head")).scalar() == 1


def test_a_record_of_a_newer_release_is_refused_and_left_alone(database: Database) -> None:
    migrations.upgrade(database)
    with database.record() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(migrations.NewerRelease, match="newer release"):
        migrations.upgrade(database)
    assert migrations.revision(database) == "9999"


def test_the_tables_are_those_that_the_program_speaks_of(database: Database) -> None:
    from parley.kernel.record_tables import FactRow, HeadRow, ReceiptRow

    migrations.upgrade(database)
    for row in (FactRow, HeadRow, ReceiptRow):
        table = row.__table__  # type: ignore[attr-defined]
        with database.reading() as connection:
            columns = {column["name"]: column["nullable"] for column in inspect(connection).get_columns(table.name, schema=database.schema)}
            unique = {one["name"] for one in inspect(connection).get_unique_constraints(table.name, schema=database.schema)}
        assert columns == {column.name: column.nullable for column in table.columns}
        assert unique == {one.name for one in table.constraints if one.__visit_name__ == "unique_constraint"}
