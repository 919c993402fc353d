"""Two instances against one: how fast a filled topic of 200 negotiations comes into the summaries' view, one of them flooding.

`make bench` runs it. All figures are of the same run on the same machine; on two cores the broker, PostgreSQL and the other services have their share of them.
"""

import asyncio
import json
import os
import time

import httpx
import psutil
from cluster_at_work import cluster_of, dammed
from infra.native.cluster import Cluster

# A short run, to see that it works: BENCH_LANES=8 BENCH_FLOOD=40.
LANES, FLOOD = (int(os.environ.get(f"BENCH_{name}", usual)) for name, usual in (("LANES", 200), ("FLOOD", 1_000)))
EACH, PARTITIONS = 25, 24
OPENING = {"title": "Quiet", "zone": "Europe/Prague", "themes": ["policy"]}


async def fill(cluster: Cluster, turn: int) -> None:
    """Open the negotiations of this turn and bring principles into each, most of them into the first."""
    code = await asyncio.to_thread(cluster.invite, f"turn{turn}")
    async with httpx.AsyncClient(base_url=cluster.at("delegations-1"), timeout=120) as http:
        token = (await http.post("/api/v1/negotiations/house/sign-in", json={"code": code})).json()["token"]
        http.headers["Authorization"] = f"Bearer {token}"

        async def tell(path: str, body: dict[str, object]) -> None:
            (await http.post(f"/api/v1/negotiations{path}", json=body)).raise_for_status()

        async def opened(lane: int) -> None:
            await tell("", OPENING | {"negotiation": f"turn{turn}x{lane}"})
            await tell(f"/turn{turn}x{lane}/delegations", {"delegation": "CZ", "name": "Czechia"})

        waiting = iter([(0, n) for n in range(FLOOD)] + [(lane, n) for n in range(EACH) for lane in range(1, LANES)])

        async def work() -> None:
            for lane, n in waiting:
                said = {"delegation": "CZ", "text": f"Principle {n} of {lane}.", "theme": "policy", "source": f"s-{n}"}
                await tell(f"/turn{turn}x{lane}/principles/import", said)

        for start in range(0, LANES, 16):
            await asyncio.gather(*(opened(lane) for lane in range(start, min(start + 16, LANES))))
        await asyncio.gather(*(work() for _ in range(16)))


def settled(cluster: Cluster, names: list[str]) -> bool:
    """Whether every partition is read, by each of these its share."""
    said = [httpx.get(f"{cluster.at(name)}/health/ready", timeout=20).json()["carrier"]["partitions"] for name in names]
    return said == [PARTITIONS // len(names)] * len(names)


def busy() -> float:
    """How long the cores of this machine have worked since it started, in seconds."""
    times = psutil.cpu_times()
    return float(times.user + times.system + times.softirq)


def taken_in(cluster: Cluster, instances: int, turn: int) -> dict[str, float]:
    """A topic that was filled before is let go at once to that many instances, which have shared out the partitions before; facts a second."""
    names = [f"summaries-{n + 1}" for n in range(instances)]
    with cluster.postgres.connect() as connection:
        cluster.started.stop("delegations-1")
        connection.execute("SELECT pg_advisory_lock(hashtextextended('relay of delegations', 0))")  # who holds it publishes, and we publish nothing
        for name in ("delegations-1", *names):
            cluster.start(name, PARLEY_PEERS="{}")  # so that nobody fetches what does not come
        for name in ("delegations-1", *names):
            cluster.wait(name)
        while not settled(cluster, names):
            time.sleep(0.2)
        asyncio.run(fill(cluster, turn))
        here = f"turn{turn}x%"
        heads = {str(lane): int(str(seq)) for lane, seq in connection.execute("SELECT lane, seq FROM delegations.head WHERE lane LIKE %s", [here]).fetchall()}
        total = sum(heads.values())
        with dammed(cluster):
            connection.execute("SELECT pg_advisory_unlock_all()")
        let_go, worked = time.perf_counter(), busy()
        whole: dict[str, float] = {}  # how long after the start each negotiation was there to its last fact
        began = 0.0
        there = 0
        while there < total:
            rows = connection.execute("SELECT lane, seq FROM summaries.progress WHERE source = 'delegations' AND lane LIKE %s", [here]).fetchall()
            there, now = sum(int(str(seq)) for _, seq in rows), time.perf_counter()
            began = began or (now if there else 0.0)
            for lane, seq in rows:
                if int(str(seq)) >= heads[str(lane)]:
                    whole.setdefault(str(lane), now - let_go)
            time.sleep(0.01)
        cores = round((busy() - worked) / (now - let_go), 2)
    for name in names:
        cluster.started.stop(name)
    quiet = sorted(lag for lane, lag in whole.items() if lane != f"turn{turn}x0")
    lag = {"quiet_lag_p50_s": round(quiet[len(quiet) // 2], 2), "quiet_lag_p99_s": round(quiet[int(len(quiet) * 0.99)], 2)}
    return {"instances": instances, "facts": total, "facts_per_s": round(there / (now - began)), "all_s": round(now - began, 2), "busy_cores": cores} | lag


def main() -> None:
    """Print a line for each number of instances, twice, and their ratio."""
    with cluster_of("delegations", "summaries", "summaries") as cluster:
        cluster.postgres.up()
        cluster.kafka.up()
        cluster.run("topics")
        cluster.start("delegations-1")
        cluster.wait("delegations-1")
        found = [taken_in(cluster, instances, turn) for turn, instances in enumerate((1, 2, 1, 2))]
        for one in found:
            print(json.dumps(one), flush=True)
        rate = {n: max(one["facts_per_s"] for one in found if one["instances"] == n) for n in (1, 2)}
        print(json.dumps({"two against one": round(rate[2] / rate[1], 2)}))


if __name__ == "__main__":
    main()
