"""The span of a fact that is sent to Kafka lasts until Kafka has acknowledged it, and names what goes wrong by its type alone."""

import json
from types import SimpleNamespace
from typing import Any

from kafka.future import Future

from hostile.conftest import Told
from house import START
from parley.kernel.log import Recorded
from parley.kernel.telemetry import Sending, sending

CANARY = "canary-text-that-nobody-may-log"
FACT = Recorded(1, "drafts", "s", 1, "prague", 1, 1, "Said", CANARY.encode(), b"{}", START, b"", trace=f"00-{'5d' * 16}-{'1f' * 8}-01")


def sent(future: Any) -> Sending:
    on_its_way = sending("parley.public", FACT)
    on_its_way.until(future)
    return on_its_way


def test_it_ends_with_the_acknowledgement_and_says_where_the_message_stands(told: Told) -> None:
    future = Future()
    on_its_way = sent(future)
    assert not told.spans
    future.success(SimpleNamespace(offset=7))
    span = json.loads(told.spans)
    assert span["attributes"]["messaging.kafka.offset"] == 7
    assert span["parent_id"] == f"0x{'1f' * 8}"
    assert on_its_way.fact.trace is not None
    assert span["context"]["span_id"].removeprefix("0x") in on_its_way.fact.trace


def test_it_ends_with_the_type_of_what_failed(told: Told) -> None:
    future = Future()
    sent(future)
    future.failure(ValueError(CANARY))
    span = json.loads(told.spans)
    assert span["attributes"]["error.type"] == "ValueError"
    assert span["status"]["status_code"] == "ERROR"
    assert CANARY not in told.spans
