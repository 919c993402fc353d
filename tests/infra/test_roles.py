"""Each service's role in a real PostgreSQL, as `services.sql` makes it: it has its own schema, and nothing of another's."""

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from infra.native.kafka import free_ports
from infra.native.postgres import ROLES, Postgres
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import ProgrammingError

from parley.kernel import migrations
from parley.kernel.database import Database

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with TemporaryDirectory(prefix="parley-roles-", ignore_cleanup_errors=True) as folder:
        server = Postgres(Path(folder), free_ports(1)[0])
        server.up()
        for role in ROLES:
            database = Database(server.url(role), role)
            migrations.upgrade(database)
            database.close()
        yield server
        server.down()


@pytest.fixture
def engines(server: Postgres) -> Iterator[dict[str, Engine]]:
    engines = {role: create_engine(server.url(role)) for role in ROLES}
    yield engines
    for engine in engines.values():
        engine.dispose()


def refused(engine: Engine, statement: str) -> bool:
    with engine.connect() as connection:
        try:
            connection.execute(text(statement))
        except ProgrammingError as error:
            return getattr(error.orig, "sqlstate", "") == "42501"
    return False


@pytest.mark.parametrize(("role", "other"), list(permutations(ROLES, 2)))
def test_a_role_reads_writes_and_makes_nothing_in_the_schema_of_another(engines: dict[str, Engine], role: str, other: str) -> None:
    with engines[other].connect() as connection:
        tables = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = :name"), {"name": other}).all()
        assert "fact" in tables
    for table in tables:
        for statement in (f'SELECT 1 FROM "{other}"."{table}"', f'DELETE FROM "{other}"."{table}"', f'DROP TABLE "{other}"."{table}"'):
            assert refused(engines[role], statement), statement
    assert refused(engines[role], f"CREATE TABLE {other}.mine (a int)")
    assert refused(engines[role], f"SET ROLE {other}")


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_its_own_schema_and_no_place_that_is_shared(engines: dict[str, Engine], role: str) -> None:
    with engines[role].connect() as connection:
        assert connection.scalar(text(f"SELECT count(*) FROM {role}.fact")) == 0
        said = "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        assert connection.scalar(text(said)) is False
    assert refused(engines[role], "CREATE TABLE public.shared (a int)")
    assert refused(engines[role], "CREATE SCHEMA shared")
