"""A cluster for the tests of the scaled-out mode: two instances of every service, started once for a run."""

from collections.abc import Iterator

import pytest
from infra.native.cluster import SERVICES, Cluster


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Kafka, PostgreSQL, two of each service, one gateway."""
    cluster = Cluster(tmp_path_factory.mktemp("cluster"), services=(*SERVICES, *SERVICES, "gateway"))
    try:
        cluster.up()
        yield cluster
    finally:
        cluster.down()
