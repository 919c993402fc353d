"""From a command through the record, the relay, Kafka, Faust and the view to an observer's stream, beside Kafka's own figures on the same broker in the same run.

`make bench` runs it. EndToEndLatency is Kafka's own tool: a producer and a consumer, one message at a time. How fast messages are taken in is held against
kafka-python, which reads the same topic and does nothing with it.
"""

import asyncio
import json
import re
import tempfile
import time
from pathlib import Path
from statistics import median

import httpx
from infra.native.cluster import Cluster

from parley.kernel.kafka_topics import topic_of

COMMANDS, PRINCIPLES, BYTES = 200, 3_000, 500
OPENING = {"negotiation": "path", "title": "Path", "zone": "Europe/Prague", "themes": ["policy"]}
AT = "/api/v1/negotiations/path"


def quantile(taken: list[float], part: float) -> float:
    """In milliseconds."""
    return round(sorted(taken)[min(len(taken) - 1, int(len(taken) * part))] * 1_000, 1)


async def path(cluster: Cluster, code: str) -> tuple[dict[str, object], str]:
    """Announce one deadline after the other; when each was answered, and when an observer had it."""
    async with httpx.AsyncClient(base_url=cluster.address, timeout=60) as http:
        token = (await http.post("/api/v1/negotiations/house/sign-in", json={"code": code})).json()["token"]
        http.headers["Authorization"] = f"Bearer {token}"
        (await http.post("/api/v1/negotiations", json=OPENING)).raise_for_status()
        (await http.get("/api/v1/public/negotiations/path", headers={"Parley-Cut": "delegations.public=1"})).raise_for_status()
        came: asyncio.Queue[str] = asyncio.Queue()

        async def observe() -> None:
            async with http.stream("GET", "/api/v1/public/negotiations/path/stream", timeout=None) as stream:
                async for line in stream.aiter_lines():
                    if line.startswith("data:") and "closes_at" in line:
                        came.put_nowait(json.loads(line[5:])["body"]["closes_at"])

        observing = asyncio.create_task(observe())
        answered, seen = [], []
        for n in range(COMMANDS):
            closes_at = f"2099-01-01T{n // 60:02}:{n % 60:02}:00+00:00"
            began = time.perf_counter()
            (await http.put(f"{AT}/phases/principles", json={"closes_at": closes_at})).raise_for_status()
            answered.append(time.perf_counter() - began)
            while not (await asyncio.wait_for(came.get(), 30)).startswith(closes_at[:16]):
                pass
            seen.append(time.perf_counter() - began)
        observing.cancel()
    said: dict[str, object] = {
        name: {"p50_ms": quantile(taken[20:], 0.5), "p99_ms": quantile(taken[20:], 0.99)} for name, taken in (("201", answered), ("seen", seen))
    }
    return said, token


def of_kafka_itself(cluster: Cluster) -> dict[str, float]:
    """EndToEndLatency with messages of our size, acknowledged by all."""
    cluster.kafka.tool("org.apache.kafka.tools.TopicCommand", "--bootstrap-server", cluster.kafka.bootstrap, "--create", "--topic", "measured", "--partitions", "1", tools=True)  # fmt: skip
    said = cluster.kafka.tool("org.apache.kafka.tools.EndToEndLatency", cluster.kafka.bootstrap, "measured", "2000", "all", str(BYTES), tools=True)
    found = re.search(r"50th = (\d+), 99th = (\d+)", said)
    assert found, said
    return {"p50_ms": float(found[1]), "p99_ms": float(found[2])}


async def fill(cluster: Cluster, token: str) -> None:
    """Bring in principles, which only the delegations service works for."""
    async with httpx.AsyncClient(base_url=cluster.at("delegations-1"), timeout=60, headers={"Authorization": f"Bearer {token}"}) as http:
        (await http.post(f"{AT}/delegations", json={"delegation": "CZ", "name": "Czechia"})).raise_for_status()
        waiting = iter(range(PRINCIPLES))

        async def work() -> None:
            for n in waiting:
                body = {"delegation": "CZ", "text": f"{n}. " + "Networks are kept open. " * 12, "theme": "policy", "source": f"s-{n}"}
                (await http.post(f"{AT}/principles/import", json=body)).raise_for_status()

        await asyncio.gather(*(work() for _ in range(16)))


def taken_in(cluster: Cluster) -> float:
    """Facts a second from the start of the summaries service's reading to its end."""

    def has() -> int:
        with cluster.postgres.connect() as connection:
            found = connection.execute("SELECT seq FROM summaries.progress WHERE lane = 'path' AND source = 'delegations'").fetchone()
        return int(str(found[0])) if found else 0

    before = has()
    cluster.start("summaries-1")
    while (first := has()) == before:
        time.sleep(0.01)
    began = time.perf_counter()
    while has() < PRINCIPLES + first - 200:
        time.sleep(0.01)
    return (has() - first) / (time.perf_counter() - began)


def only_read(cluster: Cluster) -> float:
    """Messages a second of the same topic, read by kafka-python from its beginning."""
    from kafka import KafkaConsumer

    rates = []
    for _ in range(5):
        consumer = KafkaConsumer(topic_of("delegations"), bootstrap_servers=cluster.kafka.bootstrap, auto_offset_reset="earliest", consumer_timeout_ms=2_000)
        next(consumer)
        began, count = time.perf_counter(), 0
        for _ in consumer:
            count += 1
            last = time.perf_counter()
        rates.append(count / (last - began))
        consumer.close()
    return median(rates)


def main() -> None:
    """Print one line for each comparison."""
    with tempfile.TemporaryDirectory(prefix="parley-bench-", ignore_cleanup_errors=True) as folder:
        cluster = Cluster(Path(folder), services=("delegations", "summaries", "observers", "drafts", "gateway"))
        try:
            cluster.up()
            ours, token = asyncio.run(path(cluster, cluster.invite()))
            kafka = of_kafka_itself(cluster)
            print(json.dumps({"path": ours, "kafka alone": kafka}), flush=True)
            cluster.started.stop("summaries-1")
            asyncio.run(fill(cluster, token))
            in_view, read = taken_in(cluster), only_read(cluster)
            print(json.dumps({"taken into the view": round(in_view), "only read": round(read), "ratio": round(in_view / read, 2)}))
        finally:
            cluster.down()


if __name__ == "__main__":
    main()
