"""What an operator sees of a running Parley: one span a command, its trace in the log, metrics, and whether it is ready."""

import json
import re
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from socket import socket

import httpx
import pytest

from commands.running import stopped_within, up
from scaled.collector import Collector

pytestmark = pytest.mark.real

OPENING = {"negotiation": "vienna", "title": "A meeting", "themes": ["policy"], "marking": "public"}


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.close()


def traced(n: int) -> str:
    """The trace of the n-th command."""
    return f"{n + 1:032x}"


def test_each_command_is_one_span_whose_trace_stands_in_its_log_line_and_metrics_are_sent(tmp_path: Path, collector: Collector) -> None:
    with up(tmp_path, PARLEY_OTLP_ENDPOINT=collector.address, PARLEY_LOG_LEVEL="info", OTEL_METRIC_EXPORT_INTERVAL="500") as (process, address, said):
        code = re.findall(r"[0-9a-f]{64}", said)[0]
        with httpx.Client(base_url=address, timeout=20) as http:
            token = http.post(
                "/api/v1/negotiations/house/sign-in", json={"code": code}, headers={"Idempotency-Key": "in", "traceparent": f"00-{traced(0)}-{'1f' * 8}-01"}
            ).json()["token"]
            http.headers["Authorization"] = f"Bearer {token}"
            sent = [
                ("", OPENING, 201),
                ("", OPENING, 201),
                ("/vienna/delegations", {"delegation": "CZ", "name": "Czechia"}, 201),
                ("", OPENING | {"title": "Other"}, 409),
            ]
            for n, (path, body, status) in enumerate(sent, start=1):
                key = "open" if body == OPENING else f"key-{n}"  # the second is the first once more
                answered = http.post(f"/api/v1/negotiations{path}", json=body, headers={"Idempotency-Key": key, "traceparent": f"00-{traced(n)}-{'1f' * 8}-01"})
                assert answered.status_code == status, answered.text
            assert http.get("/api/v1/negotiations/vienna").status_code == 200  # a question is no command
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=10)
        assert process.stderr is not None
        lines = [json.loads(line) for line in process.stderr.read().splitlines()]
    wanted = [traced(n) for n in range(5)]
    spans = [span for span in collector.spans if span.name.startswith("command ")]
    counted = Counter(span.trace for span in spans)
    assert {trace: counted[trace] for trace in wanted} == dict.fromkeys(wanted, 1)
    assert len(spans) == len(wanted) + 1, "the invitation that `parley up` makes is a command too"
    told = Counter(line["trace_id"] for line in lines if ": a command on " in line["event"])
    assert told == counted
    assert [line["event"].rpartition(" was ")[2] for line in lines if line.get("trace_id") == traced(4)] == ["already-open"]
    assert {"parley.commands", "parley.command.duration"} <= collector.metrics


def test_without_a_collector_nothing_is_told_of_what_goes_well(tmp_path: Path) -> None:
    with up(tmp_path) as (process, address, said):
        code = re.findall(r"[0-9a-f]{64}", said)[0]
        assert httpx.post(f"{address}/api/v1/negotiations/house/sign-in", json={"code": code}).status_code == 201
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=10)
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_a_collector_that_hangs_holds_the_end_up_for_a_second_at_most(tmp_path: Path) -> None:
    with closing(socket()) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with up(tmp_path, PARLEY_OTLP_ENDPOINT=f"http://127.0.0.1:{silent.getsockname()[1]}") as (process, _, _):
            assert stopped_within(process, 5) < 5
