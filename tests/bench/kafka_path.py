"""From a command through the record, the relay, Kafka, Faust and the view to an observer's stream, beside Kafka's own figures on the same broker, turn by turn.

`make bench` runs it. EndToEndLatency is Kafka's own tool: a producer and a consumer, one message at a time; it tells whole milliseconds. How fast messages are
taken in is held against kafka-python's own performance tool. Where the time goes is measured by kafka_hops.py, apart, because tracing costs.
"""

import asyncio
import json
import os
import re
import secrets
import time
from dataclasses import dataclass
from functools import partial
from statistics import median

import httpx
import kafka_rates
from cluster_at_work import cluster_of
from infra.native.cluster import Cluster

# A short run, to see that it works: BENCH_TURNS=1 BENCH_COMMANDS=5 BENCH_PRINCIPLES=2000.
TURNS, COMMANDS, PRINCIPLES = (int(os.environ.get(f"BENCH_{name}", usual)) for name, usual in (("TURNS", 3), ("COMMANDS", 180), ("PRINCIPLES", 6_000)))
WARM, BYTES = 20, 500
SERVICES = ("delegations", "summaries", "observers", "drafts", "gateway")
OPENING = {"negotiation": "path", "title": "Path", "zone": "Europe/Prague", "themes": ["policy"]}
AT = "/api/v1/negotiations/path"


def quantile(taken: list[float], part: float) -> float:
    """In milliseconds."""
    return round(sorted(taken)[min(len(taken) - 1, int(len(taken) * part))] * 1_000, 1)


async def opened(cluster: Cluster, code: str) -> str:
    """Open the negotiation, and wait until the public may read it; the chair's token."""
    async with httpx.AsyncClient(base_url=cluster.address, timeout=60) as http:
        token = (await http.post("/api/v1/negotiations/house/sign-in", json={"code": code})).json()["token"]
        (await http.post("/api/v1/negotiations", json=OPENING, headers={"Authorization": f"Bearer {token}"})).raise_for_status()
        (await http.get("/api/v1/public/negotiations/path", headers={"Parley-Cut": "delegations.public=1"})).raise_for_status()
    return str(token)


@dataclass(frozen=True)
class Seen:
    """One command as its client saw it, in nanoseconds since 1970."""

    trace: str
    sent: int
    answered: int
    came: int


async def announced(cluster: Cluster, token: str, turn: int, *, traced: bool = False) -> list[Seen]:
    """Announce one deadline after the other; when each was sent and answered, and when an observer had it."""
    async with httpx.AsyncClient(base_url=cluster.address, timeout=60, headers={"Authorization": f"Bearer {token}"}) as http:
        came: asyncio.Queue[tuple[str, int]] = asyncio.Queue()

        async def observe() -> None:
            async with http.stream("GET", "/api/v1/public/negotiations/path/stream", timeout=None) as stream:
                async for line in stream.aiter_lines():
                    if line.startswith("data:") and "closes_at" in line:
                        came.put_nowait((json.loads(line[5:])["body"]["closes_at"], time.time_ns()))

        observing = asyncio.create_task(observe())
        seen = []
        for n in range(WARM + COMMANDS):
            closes_at = f"{2090 + turn}-01-01T{n // 60:02}:{n % 60:02}:00+00:00"
            trace = secrets.token_hex(16)
            more = {"traceparent": f"00-{trace}-{'1f' * 8}-01"} if traced else {}
            sent = time.time_ns()
            (await http.put(f"{AT}/phases/principles", json={"closes_at": closes_at}, headers=more)).raise_for_status()
            answered = time.time_ns()
            while (entry := await asyncio.wait_for(came.get(), 30))[0][:16] != closes_at[:16]:
                pass
            seen.append(Seen(trace, sent, answered, entry[1]))
        observing.cancel()
    return seen[WARM:]


def of_ours(seen: list[Seen]) -> dict[str, float]:
    """Quantiles of one turn of ours."""
    answered, came = [(one.answered - one.sent) / 1e9 for one in seen], [(one.came - one.sent) / 1e9 for one in seen]
    return {"201_p50_ms": quantile(answered, 0.5), "201_p99_ms": quantile(answered, 0.99), "p50_ms": quantile(came, 0.5), "p99_ms": quantile(came, 0.99)}


def of_kafka_itself(cluster: Cluster) -> dict[str, float]:
    """EndToEndLatency with messages of our size, acknowledged by all."""
    said = cluster.kafka.tool("org.apache.kafka.tools.EndToEndLatency", cluster.kafka.bootstrap, "measured", "2000", "all", str(BYTES), tools=True)
    found, middle = re.search(r"50th = (\d+), 99th = (\d+)", said), re.search(r"Avg latency: ([\d.]+)", said)
    assert found, said
    return {"p50_ms": float(found[1]), "p99_ms": float(found[2])} | ({"mean_ms": round(float(middle[1]), 2)} if middle else {})


def latency(cluster: Cluster, token: str) -> None:
    """Ours and Kafka's in turn, and the ratio of the medians of the turns; the first of ours warms."""
    cluster.kafka.tool("org.apache.kafka.tools.TopicCommand", "--bootstrap-server", cluster.kafka.bootstrap, "--create", "--topic", "measured", "--partitions", "1", tools=True)  # fmt: skip
    asyncio.run(announced(cluster, token, 0))
    of_kafka_itself(cluster)
    ours, theirs = [], []
    for turn in range(1, TURNS + 1):
        ours.append(of_ours(asyncio.run(announced(cluster, token, turn))))
        theirs.append(of_kafka_itself(cluster))
        print(json.dumps({"turn": turn, "load": load(), "path": ours[-1], "kafka alone": theirs[-1]}), flush=True)
    mine, its = [one["p99_ms"] for one in ours], [one["p99_ms"] for one in theirs]
    spread = {"path": [min(mine), max(mine)], "kafka alone": [min(its), max(its)]}
    ratio = round(median(mine) / median(its), 1) if median(its) else None  # the tool tells whole milliseconds
    print(json.dumps({"p99 of ours to Kafka's": ratio, "spread_ms": spread}), flush=True)


def fill(cluster: Cluster, token: str, turn: int) -> None:
    """Bring in principles, which only the delegations service works for."""
    asyncio.run(_fill(cluster, token, turn))


async def _fill(cluster: Cluster, token: str, turn: int) -> None:
    async with httpx.AsyncClient(base_url=cluster.at("delegations-1"), timeout=60, headers={"Authorization": f"Bearer {token}"}) as http:
        if not turn:
            (await http.post(f"{AT}/delegations", json={"delegation": "CZ", "name": "Czechia"})).raise_for_status()
        waiting = iter(range(PRINCIPLES))

        async def work() -> None:
            for n in waiting:
                body = {"delegation": "CZ", "text": f"{n}. " + "Networks are kept open. " * 12, "theme": "policy", "source": f"s-{turn}-{n}"}
                (await http.post(f"{AT}/principles/import", json=body)).raise_for_status()

        await asyncio.gather(*(work() for _ in range(16)))


def rates(cluster: Cluster, token: str) -> None:
    """Messages a second, turn by turn, and the ratio of the medians of the view and of the client's own tool."""
    cluster.started.stop("summaries-1")
    found: dict[str, list[float]] = {}
    for turn in range(TURNS):
        said = {
            "view": kafka_rates.in_view(cluster, PRINCIPLES, partial(fill, cluster, token, turn)),
            "kafka-python's tool": kafka_rates.perf_tool(cluster, PRINCIPLES),
            "faust alone": kafka_rates.by_faust(cluster, PRINCIPLES, turn),
            "aiokafka alone": kafka_rates.by_aiokafka(cluster, PRINCIPLES),
        }
        print(json.dumps({"turn": turn + 1, "load": load()} | {name: round(rate) for name, rate in said.items()}), flush=True)
        for name, rate in said.items():
            found.setdefault(name, []).append(rate)
    tool = median(found["kafka-python's tool"])
    print(json.dumps({"to the client's own tool": {name: round(median(rate) / tool, 2) for name, rate in found.items()}}), flush=True)


def load() -> float:
    """How much the machine had to do in the last minute."""
    return round(os.getloadavg()[0], 1)


def main() -> None:
    """Print one line for each turn and each comparison."""
    with cluster_of(*SERVICES) as cluster:
        cluster.up()
        token = asyncio.run(opened(cluster, cluster.invite()))
        latency(cluster, token)
        rates(cluster, token)


if __name__ == "__main__":
    main()
