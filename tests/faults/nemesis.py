"""The nemesis: kills one part after the other at moments that a seed decides, and starts each again."""

import random
import threading
import time
from collections.abc import Callable

from infra.native.cluster import Cluster

LOCK = """
SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
AND ((classid::bigint << 32) | objid::bigint) = hashtextextended('relay of ' || %s, 0)
"""


class Nemesis(threading.Thread):
    """Kills every part `rounds` times, in an order of its own each time. `killed` counts by part.

    Args:
        cluster: whose parts they are.
        seed: of the order and of the moments.
        rounds: how often each is killed.
        until: over how many submissions the kills are spread; a moment is a number of submissions, so that it is the same on a slow machine.
        done: how many there are by now.
    """

    def __init__(self, cluster: Cluster, seed: int, rounds: int, until: int, done: Callable[[], int]) -> None:
        super().__init__(daemon=True)
        self._cluster = cluster
        self._random = random.Random(seed)
        self._done = done
        self.killed: dict[str, int] = {}
        self.fault: BaseException | None = None
        self.parts = [*cluster.ports, "relay delegations", "relay drafts", "postgres", *(f"kafka {node.number}" for node in cluster.kafka.nodes)]
        self._kills = [part for _ in range(rounds) for part in self._random.sample(self.parts, len(self.parts))]
        self._moments = sorted(self._random.randrange(until) for _ in self._kills)

    def run(self) -> None:
        try:
            for moment, part in zip(self._moments, self._kills, strict=True):
                while self._done() < moment:
                    time.sleep(0.01)
                self._strike(part)
                self.killed[part] = self.killed.get(part, 0) + 1
        except BaseException as fault:  # noqa: BLE001  (told to the test, which fails with it)
            self.fault = fault

    def _strike(self, part: str) -> None:
        down = self._random.uniform(0, 1)
        kind, _, what = part.partition(" ")
        if kind == "relay":
            with self._cluster.postgres.connect() as connection:
                connection.execute(LOCK, (what,))
        elif kind == "postgres":
            self._cluster.postgres.kill()
            time.sleep(down)
            self._cluster.postgres.start()
        elif kind == "kafka":
            self._cluster.kafka.kill(int(what))
            time.sleep(down)
            self._cluster.kafka.start(int(what))
        else:
            self._cluster.started.kill(part)
            time.sleep(down)
            self._cluster.start(part)
            self._cluster.wait(part)
