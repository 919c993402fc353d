"""The checkers find what they are there for."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from faults import kept
from faults.kept import Seen
from parley.kernel.chains import START_HASH, chain
from parley.kernel.log import Recorded

AT = datetime(2019, 5, 2, 8, 0, tzinfo=UTC)


def record_of(*bodies: bytes, kind: str = "parley.delegations.PrincipleSubmitted.v1") -> list[Recorded]:
    facts, before = [], START_HASH
    for n, body in enumerate(bodies, start=1):
        fact = Recorded(n, "delegations", f"principle/{n}", 1, "prague", n, None, kind, body, b"{}", AT, b"")
        before = chain(before, fact)
        facts.append(msgspec.structs.replace(fact, hash=before))
    return facts


RECORD = record_of(b'{"text":"one <a>"}', b'{"text":"two <b>"}')


def seen(number: int, **more: Any) -> Seen:
    receipt = {"facts": [RECORD[number - 1].id], "hash": RECORD[number - 1].hash.hex()} | more
    return Seen(f"key-{number}", [(503, {}), (201, {"receipt": receipt})], "<a>" if number == 1 else "<b>")


HISTORY = [seen(1), seen(2)]


def test_nothing_is_wrong_where_everything_was_kept() -> None:
    assert kept.everything_wrong(HISTORY, RECORD) == []


@pytest.mark.parametrize(
    ("history", "record", "said"),
    [
        ([Seen("key-1", [(503, {})])], RECORD, "never accepted"),
        ([Seen("key-1", [(201, {"receipt": {"facts": [], "hash": "1"}}), (201, {"receipt": {"facts": [], "hash": "2"}})])], RECORD, "differ"),
        (HISTORY, RECORD[:1], "not recorded"),
        (HISTORY, RECORD[:1], "recorded 0 times"),
        ([seen(1), seen(2, hash="00")], RECORD, "another delegations:prague:2"),
        (HISTORY, record_of(*(one.body for one in RECORD), RECORD[1].body), "recorded 2 times"),
        ([], RECORD[1:], "stands at 2"),
        ([], [RECORD[0], msgspec.structs.replace(RECORD[1], body=b'{"text":"two <c>"}')], "does not follow"),
        ([], record_of(b"{}", b"{}", kind="parley.summaries.VersionReleased.v1"), "release is recorded 2 times"),
    ],
)
def test_what_is_wrong_is_found(history: list[Seen], record: list[Recorded], said: str) -> None:
    assert any(said in one for one in kept.everything_wrong(history, record))
