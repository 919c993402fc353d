"""A stranger at the interface: Schemathesis makes requests from the interface's own description, as every role; nothing breaks, and every answer is described."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, Response
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, response_headers_conformance, response_schema_conformance, status_code_conformance

from hostile.stage import Stage, stage_in
from parley.kernel.openapi import PARAMETERS
from parley.main import parts
from schemas_written import openapi

pytestmark = pytest.mark.deep

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance, response_headers_conformance]
PEOPLE = ("chair", "secretariat", "jp-head", "no-head", "rapporteur", "watcher", "jp-member", "public")
DESCRIBED_CUT = PARAMETERS["Cut"]["example"]
WELL, BADLY = 3, 2  # requests of each kind for each operation
ENDLESS = {"observers_stream_public_record"}  # its answer has no end; tests of its own read it
LAST = {"/api/v1/negotiations/{negotiation}/close"}  # the last: afterwards there is nothing left to do


class House:
    """The stage on a loop of its own, for a test that is not asynchronous."""

    def __init__(self, folder: Path) -> None:
        self.loop = asyncio.new_event_loop()
        self.open = AsyncExitStack()
        self.stage: Stage = self.loop.run_until_complete(self.open.enter_async_context(stage_in(folder, marking="public")))
        self.known: dict[str, Any] = self.loop.run_until_complete(self._prepared())

    async def _prepared(self) -> dict[str, Any]:
        """What the variables of paths stand for, so that requests reach what is deep inside."""
        stage = self.stage
        made = {**await stage.person(), **await stage.group(), **await stage.principle(), **await stage.amendment("ruled"), **await stage.asked()}
        at = f"/documents/{made['document']}"
        await stage.done("chair", f"{at}/edits", {"clause": "p2", "old": "Sharing is voluntary.", "new": "Sharing is voluntary;", "reason": "A mark."})
        await stage.done("chair", f"{at}/versions", {"supersedes": 0}, seen=at)
        await stage.done("chair", f"{at}/versions/0/release")
        issued = await stage.reissued()
        await stage.done("jp-head", f"/summaries/{issued['summary']}/versions/1/statements", {"says": "As we read it.", "kind": "reservation"})
        return {
            "negotiation": "prague", "document": made["document"], "amendment": "A1", "principle": made["principle"], "summary": made["summary"], "sentence": "s1",
            "theme": "t1", "version": 1, "request": "r1", "edit": "E1", "person": made["person"], "group": made["group"], "delegation": "SK", "office": "rapporteur",
            "phase": "positions", "form": "md", "shelf": "summaries", "name": "1", "clause": "p1", "objection": "o1", "issued": issued["summary"], "statement": 1, "reissue": 1,
        }  # fmt: skip

    def answered(self, case: Case, who: str) -> Response:
        """The answer to a case as one person."""
        kwargs = case.as_transport_kwargs(base_url="http://test")
        kwargs.pop("cookies", None)
        headers = {name: value for name, value in dict(kwargs.pop("headers", {})).items() if name.lower() != "authorization"}
        if headers.get("Parley-Cut") == DESCRIBED_CUT:
            del headers["Parley-Cut"]  # it is of the future here: each such request would be waited for
        if who != "public":
            headers["Authorization"] = f"Bearer {self.stage.tokens[who]}"
        content = kwargs.pop("data", None)
        request = self.stage.meeting.client.request(
            kwargs["method"], kwargs["url"], headers=headers, params=kwargs.get("params"), content=content, json=kwargs.get("json")
        )
        return Response.from_httpx(self.loop.run_until_complete(request), verify=False)

    def close(self) -> None:
        self.loop.run_until_complete(self.open.aclose())
        self.loop.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    yield built
    built.close()


def test_nothing_breaks_and_every_answer_is_one_that_is_described(house: House) -> None:
    description = schemathesis.openapi.from_dict(openapi(parts()))
    operations = [found.ok() for found in description.get_all_operations()]
    operations = [one for one in operations if one.definition.raw["operationId"] not in ENDLESS]
    people, statuses, wrong = cycle(PEOPLE), Counter[int](), []

    def tried(case: Case) -> None:
        who = next(people)
        response = house.answered(case, who)
        statuses[response.status_code] += 1
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as failures:
            wrong.append(f"{case.method} {case.path} as {who}: {response.status_code} {failures.exceptions} {response.text[:200]}")

    for operation in sorted(operations, key=lambda one: one.path in LAST):
        known = {one.name: house.known[one.name] for one in operation.path_parameters}
        if "summary" in known and "version" in known:
            known["summary"] = house.known["issued"]
        for mode, examples in ((GenerationMode.POSITIVE, WELL), (GenerationMode.NEGATIVE, BADLY)):
            few = settings(max_examples=examples, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), deadline=None)
            with suppress(Unsatisfiable):  # an operation that takes nothing cannot be asked badly
                few(given(case=operation.as_strategy(generation_mode=mode, path_parameters=known or None))(tried))()
    assert not wrong, f"{statuses}\n" + "\n".join(wrong[:30])
    assert statuses.total() > 500
    assert {200, 201, 400, 401, 403, 404, 409, 412, 422, 428} <= set(statuses), "requests came through"
