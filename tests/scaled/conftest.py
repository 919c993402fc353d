"""A cluster for the tests of the scaled-out mode: two instances of every service, started once for a run, seen by a collector."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from infra.native.cluster import SERVICES, Cluster

from scaled.collector import Collector


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    """What the services say of themselves."""
    collector = Collector()
    yield collector
    collector.close()


@pytest.fixture(scope="session")
def cluster(collector: Collector) -> Iterator[Cluster]:
    """Kafka, PostgreSQL, two of each service, one gateway."""
    # Not below pytest's own folder, which another run on the machine closes to the user that PostgreSQL runs as.
    with tempfile.TemporaryDirectory(prefix="parley-cluster-", ignore_cleanup_errors=True) as folder:
        cluster = Cluster(Path(folder), services=(*SERVICES, *SERVICES, "gateway"))
        cluster.more = {"PARLEY_OTLP_ENDPOINT": collector.address, "OTEL_METRIC_EXPORT_INTERVAL": "5000"}
        try:
            cluster.up()
            yield cluster
        finally:
            cluster.down()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is started once for a run is started by one worker: run them with `--dist loadgroup`."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("cluster"))
