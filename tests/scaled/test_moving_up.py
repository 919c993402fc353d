"""An embedded record moves to PostgreSQL as it is: the same facts, numbers and hashes, and from there the same views."""

from pathlib import Path

import pytest
from sqlalchemy import text

from delegations.meeting import meeting_of
from house import house
from kernel.postgres import fresh_schema
from parley.commands.move import move, move_service
from parley.commands.rebuild import hash_of_view
from parley.delegations.part import PART as DELEGATIONS
from parley.drafts.part import PART as DRAFTS
from parley.kernel import migrations
from parley.kernel.database import Database
from parley.kernel.projection import Projection
from parley.kernel.settings import Settings
from parley.kernel.sql_reader import SqlReader

pytestmark = pytest.mark.real

CLAUSES = [{"id": "p1", "text": "Parties should share information on threats.", "number": "1"}]


@pytest.fixture
async def embedded(tmp_path: Path) -> Database:
    async with house(tmp_path, [DELEGATIONS, DRAFTS]) as (process, client):
        meeting = await meeting_of(process, client)
        for n in range(30):
            assert (await meeting.tell("jp-head", "/principles", {"text": f"Principle {n}.", "theme": "policy"})).status_code == 201
        assert (await meeting.tell("chair", "/documents", {"document": "zero", "title": "Zero", "clauses": CLAUSES})).status_code == 201
    return Database(f"sqlite:///{tmp_path / 'parley.db'}")


async def test_facts_hashes_receipts_and_views_are_the_same_after_the_move(embedded: Database, postgres: str) -> None:
    before = [fact for fact in SqlReader(embedded).read(0, 10_000) if fact.service == "delegations"]
    schema = fresh_schema(postgres)
    moved = move_service(embedded, Database(postgres, schema), "delegations")
    target = Database(postgres, schema)
    after = SqlReader(target).read(0, 10_000)
    assert moved.facts == len(before) == len(after)
    assert [fact.position for fact in after] == list(range(1, len(after) + 1))
    assert [(fact.id, fact.hash, fact.body, fact.at, fact.public_seq) for fact in after] == [(f.id, f.hash, f.body, f.at, f.public_seq) for f in before]
    assert moved.receipts > 30
    rebuilt = Projection(target, DELEGATIONS.view())
    rebuilt.apply(after)
    assert hash_of_view(target, rebuilt) == hash_of_view(embedded, rebuilt)
    target.close()
    embedded.close()


async def test_a_move_that_was_broken_off_goes_on_and_one_that_was_done_changes_nothing(embedded: Database, postgres: str) -> None:
    schema = fresh_schema(postgres)
    whole = move_service(embedded, Database(postgres, schema), "delegations")
    target = Database(postgres, schema)
    with target.record() as connection:
        connection.execute(text("DELETE FROM fact WHERE position > 20"))
    assert move_service(embedded, Database(postgres, schema), "delegations") == whole
    assert move_service(embedded, Database(postgres, schema), "delegations") == whole
    assert SqlReader(target).position() == whole.facts == len(SqlReader(target).read(0, 10_000))
    target.close()
    embedded.close()


async def test_a_record_that_was_tampered_with_is_not_moved(embedded: Database, postgres: str) -> None:
    with embedded.record() as connection:
        connection.execute(text("UPDATE fact SET stream = stream || 'x' WHERE position = 40"))
    with pytest.raises(ValueError, match="does not follow"):
        move_service(embedded, Database(postgres, fresh_schema(postgres)), "delegations")
    embedded.close()


async def test_a_record_is_not_moved_into_another_one(embedded: Database, postgres: str, tmp_path: Path) -> None:
    async with house(tmp_path / "other", [DELEGATIONS]) as (process, client):
        await meeting_of(process, client)
    schema = fresh_schema(postgres)
    there = move_service(Database(f"sqlite:///{tmp_path / 'other' / 'parley.db'}"), Database(postgres, schema), "delegations")
    with pytest.raises(ValueError, match="holds another record"):
        move_service(embedded, Database(postgres, schema), "delegations")
    target = Database(postgres, schema)
    assert SqlReader(target).position() == there.facts
    target.close()
    embedded.close()


async def test_what_cannot_be_moved_into_is_said_in_a_sentence(embedded: Database, postgres: str, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(database=str(embedded.url))
    assert move(settings, "postgresql+psycopg://nobody:x5-secret@127.0.0.1:1/postgres", [DELEGATIONS], as_json=False) == 1
    said = capsys.readouterr().out
    assert "Nothing more was moved: the database does not let us (OperationalError)" in said
    assert "x5-secret" not in said
    schema = fresh_schema(postgres)
    newer = Database(postgres, schema)
    migrations.upgrade(newer)
    with newer.record() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(migrations.NewerRelease, match="newer release"):
        move_service(embedded, newer, "delegations")
    embedded.close()
