"""What a command costs does not grow with what was recorded before: no statement on its way reads a table from end to end."""

import asyncio
import re
from pathlib import Path
from typing import Any

import sqlalchemy.event
from sqlalchemy import Engine

from delegations.meeting import meeting_of
from house import TestClock, house
from parley.delegations.part import PART as DELEGATIONS
from parley.drafts.part import PART as DRAFTS
from parley.kernel.process import Process
from parley.observers.part import PART as OBSERVERS
from parley.summaries.part import PART as SUMMARIES

PARTS = [DELEGATIONS, DRAFTS, SUMMARIES, OBSERVERS]


class Statements:
    """The statements that were run while it was on, with their values."""

    def __init__(self, process: Process) -> None:
        self.on = False
        self.seen: dict[str, Any] = {}
        for engine in (process.database._record, process.database._views, process.database._reading):
            sqlalchemy.event.listen(engine, "before_cursor_execute", self._note)

    def _note(self, _: Any, __: Any, statement: str, values: Any, ___: Any, many: bool) -> None:
        if self.on and statement.lstrip().split(maxsplit=1)[0] in {"SELECT", "INSERT", "UPDATE", "DELETE"}:
            self.seen[statement] = values[0] if many else values

    def scans(self, engine: Engine) -> dict[str, list[str]]:
        """Statements that go through a table row by row, with the tables."""
        found: dict[str, list[str]] = {}
        with engine.connect() as connection:
            for statement, values in self.seen.items():
                plan = [str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
                named = set(re.findall(r'(?:FROM|JOIN|UPDATE|INTO) "?(\w+)"?', statement))
                scanned = [match[1] for step in plan if (match := re.match(r"SCAN (\w+)$", step)) and match[1] in named]
                if scanned:
                    found[statement] = scanned
        return found


async def test_no_statement_of_a_command_reads_a_whole_table(tmp_path: Path) -> None:
    async with house(tmp_path, PARTS, TestClock()) as (process, client):
        statements = Statements(process)
        meeting = await meeting_of(process, client)
        clauses = [{"id": "p1", "kind": "operative", "text": "Networks are secure."}]
        await meeting.tell("chair", "/documents", {"document": "statement", "title": "Statement", "clauses": clauses})
        await meeting.tell("chair", "/documents/statement/window", {"closes_at": "2019-05-03T12:00:00Z"})
        statements.on = True
        principle = await meeting.tell("jp-head", "/principles", {"text": "Networks are secure.", "theme": "policy"})
        assert principle.status_code == 201, principle.text
        name, text_hash = principle.json()["principle"], (await meeting.ask("jp-head", f"/principles/{principle.json()['principle']}")).json()["text_hash"]
        position = await meeting.tell("no-head", f"/principles/{name}/positions", {"stance": "support", "text_hash": text_hash})
        assert position.status_code == 201, position.text
        wanted = {"base_version": 0, "operation": "replace", "clause": "p1", "old": "secure", "new": "open"}
        amendment = await meeting.tell("jp-head", "/documents/statement/amendments", wanted)
        assert amendment.status_code == 201, amendment.text
        together = (meeting.tell("jp-head", "/principles", {"text": f"Network {n} is secure.", "theme": "policy"}) for n in range(8))
        assert {answered.status_code for answered in await asyncio.gather(*together)} == {201}
        for projection in process.projections:
            assert projection.stopped is None
        process.follower.catch_up()
        statements.on = False
        assert len(statements.seen) > 20, "it is looked at what is run"
        assert statements.scans(process.database._reading) == {}
