"""One trace leads from a request through record, relay, Kafka and Faust to what observers receive."""

import asyncio
import time

import httpx
import pytest
from infra.native.cluster import Cluster

from faults.crowd import Crowd
from scaled.collector import Collector, Span

pytestmark = pytest.mark.real

TRACE = "5d" * 16
CANARY = "Canary words that nobody may log"


async def test_a_trace_leads_from_the_request_to_the_observers_stream(cluster: Cluster, collector: Collector) -> None:
    headers = {"traceparent": f"00-{TRACE}-{'1f' * 8}-01"}
    async with Crowd(cluster.address, 4, "traced") as crowd:
        await crowd.gather_people(cluster.invite("fifth"), lanes=1)
        at = "/api/v1/negotiations/traced0"
        lane = "/api/v1/public/negotiations/traced0/stream"
        code = await asyncio.to_thread(cluster.invite, "sixth")
        house = (await crowd.told(None, "POST", "/api/v1/negotiations/house/sign-in", "sixth", json={"code": code})).json()["token"]
        # A reader on each instance: only the one whose instance took the fact from Kafka, or was told of it, shows that it was delivered.
        readers = [asyncio.create_task(read(f"{cluster.at(name)}{lane}")) for name in cluster.instances("observers")]
        await asyncio.sleep(1)
        chair = {"Authorization": f"Bearer {house}"} | headers
        async with httpx.AsyncClient(base_url=cluster.address, timeout=30) as http:
            closed = await http.put(f"{at}/phases/principles", json={"closes_at": "2099-01-01T00:00:00+00:00"}, headers=chair)
        assert closed.status_code == 201, closed.text
        await crowd.told(crowd.people[0], "POST", f"{at}/principles", "canary", json={"text": CANARY, "theme": "policy"}, headers=headers)
        spans = await asyncio.to_thread(spans_of, collector)
        for reader in readers:
            reader.cancel()
    by_id = {span.id: span for span in spans}
    (delivered,) = {span.name for span in spans if span.service == "parley-observers" and span.name.startswith("deliver")}
    assert delivered == "deliver public entry"
    last = next(span for span in spans if span.name == delivered)
    chain = [last]
    while chain[-1].parent in by_id:
        chain.append(by_id[chain[-1].parent])
    assert [(span.service, span.name) for span in reversed(chain)] == [
        ("parley-gateway", "PUT /api/v1/negotiations/{negotiation}/phases/{phase}"),
        ("parley-delegations", "command negotiation"),
        ("parley-delegations", "send parley.public"),
        ("parley-observers", "process parley.public"),
        ("parley-observers", "deliver public entry"),
    ]
    assert {"send parley.delegations", "process parley.delegations"} <= {span.name for span in spans}
    gateway, command, send, *_ = reversed(chain)
    assert gateway.parent == "1f" * 8
    assert gateway.attributes["http.response.status_code"] == "201"
    assert gateway.began < command.began < command.events["recorded"] < command.ended < gateway.ended
    assert send.attributes["messaging.system"] == "kafka"
    # An offset is known only once Kafka has acknowledged.
    assert int(send.attributes["messaging.kafka.offset"]) >= 0


async def test_lag_and_delay_are_measured_and_no_text_is_exported(collector: Collector) -> None:
    wanted = {
        "parley.commands",
        "parley.command.duration",
        "parley.relay.lag",
        "parley.relay.published",
        "parley.intake.delay",
        "parley.intake.lag",
        "parley.parked",
    }
    until = time.monotonic() + 90
    while not wanted <= collector.metrics and time.monotonic() < until:
        await asyncio.to_thread(time.sleep, 1)
    assert wanted <= collector.metrics
    assert CANARY.encode() not in collector.bytes


async def read(address: str) -> None:
    async with httpx.AsyncClient(timeout=60) as http, http.stream("GET", address, headers={"Accept": "text/event-stream"}) as stream:
        async for _ in stream.aiter_lines():
            pass


def spans_of(collector: Collector) -> list[Span]:
    """The spans of our trace, once the last of them has come."""
    until = time.monotonic() + 40
    while time.monotonic() < until:
        spans = [span for span in collector.spans if span.trace == TRACE]
        if any(span.name.startswith("deliver") for span in spans) and any(span.name == "process parley.public" for span in spans):
            time.sleep(6)  # what comes before it may be exported after it
            return [span for span in collector.spans if span.trace == TRACE]
        time.sleep(0.5)
    raise AssertionError(f"the trace did not get there: {sorted({span.name for span in collector.spans if span.trace == TRACE})}")
