"""Every part is killed hard, several times, while people submit: what was answered is there once, in one order, everywhere."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from infra.native.cluster import Cluster

from faults.crowd import Crowd
from faults.findings import Findings
from faults.nemesis import Nemesis
from parley.main import parts

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("cluster")]  # one cluster at a time: two would share two cores

SUBMISSIONS = int(os.environ.get("SUBMISSIONS", "20000"))  # `make soak` has 100,000
NODES = int(os.environ.get("NODES", "1"))
SEED = int(os.environ.get("SEED", "5"))
ROUNDS = max(1, min(5, SUBMISSIONS // 6_000))


@pytest.fixture
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    # Not below pytest's own folder: another run on the machine would close it to the user that PostgreSQL runs as.
    folder = Path(tempfile.mkdtemp(prefix="parley-faults-"))
    cluster, failed = Cluster(folder, NODES), request.session.testsfailed
    try:
        cluster.up()
        yield cluster
    finally:
        cluster.down()
    if request.session.testsfailed == failed:  # otherwise its logs say what happened
        shutil.rmtree(folder, ignore_errors=True)


async def test_what_was_answered_is_recorded_once_and_seen_everywhere_in_one_order(cluster: Cluster) -> None:
    findings, done = Findings(cluster, parts()), 0
    async with Crowd(cluster.address, SEED) as crowd:
        await crowd.gather_people(cluster.invite(), lanes=12)
        nemesis = Nemesis(cluster, SEED, ROUNDS, SUBMISSIONS, lambda: len(crowd.receipts))
        nemesis.start()
        while done < SUBMISSIONS or nemesis.is_alive():
            # As many as it takes until everything has been killed often enough; at least what was asked for.
            try:
                await crowd.submit(range(done, done + 500), workers=24)
            finally:  # said first: what could not be started again is why nobody is answered
                assert nemesis.fault is None, nemesis.fault
            done += 500
    assert set(nemesis.killed) == set(nemesis.parts)
    print(f"{done} submissions answered, {crowd.repeats} sent again, slowest {crowd.slowest:.1f} s; killed: {nemesis.killed}")

    findings.wait_for_views()
    counted = findings.numbers()
    assert set(counted) == set(crowd.receipts) == set(range(done))
    assert set(counted.values()) == {1}
    findings.assert_chained()
    findings.assert_topics_in_order()
    findings.assert_views_equal_rebuilt()
    findings.assert_nothing_parked()
