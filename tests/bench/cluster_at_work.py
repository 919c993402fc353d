"""A cluster for as long as a benchmark runs; where that fails, what is needed to find out why is kept."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
