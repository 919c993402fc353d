"""A cluster for as long as a benchmark runs, and a dam before the summaries' view; where a run fails, what is needed to find out why is kept."""

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from infra.native.cluster import Cluster

TOLD = 3_000


@contextmanager
def cluster_of(*services: str) -> Iterator[Cluster]:
    """A cluster in a folder of its own, not started yet and ended in any case. After a fault the folder stays, and the end of every log is printed."""
    folder = Path(tempfile.mkdtemp(prefix="parley-bench-"))
    cluster = Cluster(folder, services=services)
    try:
        yield cluster
    except BaseException:
        for log in sorted(cluster.started.folder.glob("*.log")):
            state = "runs" if cluster.started.process(log.stem) else "does not run"
            sys.stderr.write(f"\n-- {log.stem} {state}; the end of {log}\n{log.read_text(errors='replace')[-TOLD:]}")
        raise
    finally:
        cluster.down()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def dammed(cluster: Cluster) -> Iterator[None]:
    """Nothing comes into the summaries' view until the end of this; by then all that was recorded by the delegations is in the topic."""
    with cluster.postgres.connect() as connection:
        connection.execute("BEGIN")
        connection.execute("LOCK TABLE summaries.progress")
        yield
        while _relay_behind(cluster):
            time.sleep(0.2)
        time.sleep(1)
        connection.execute("COMMIT")


def _relay_behind(cluster: Cluster) -> int:
    relay = httpx.get(f"{cluster.at('delegations-1')}/health/ready", timeout=20).json()["carrier"]["relay"]
    return int(relay["lag"]) if relay["active"] else 1
