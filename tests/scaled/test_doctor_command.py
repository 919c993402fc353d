"""`parley doctor` in a cluster, with the settings of one service: its own record is looked at, the others' are closed to its role."""

import json

import pytest
from infra.native.cluster import Cluster

from parley.commands.doctor_parts import parts_away
from parley.delegations.part import PART as DELEGATIONS
from parley.kernel.settings import Settings

pytestmark = pytest.mark.real


@pytest.mark.parametrize("service", ["delegations", "summaries"])
def test_doctor_looks_into_a_services_own_record_and_says_which_are_closed_to_it(cluster: Cluster, service: str) -> None:
    said = json.loads(cluster.run("doctor", "--json", service=service))
    found = {one["what"]: one for one in said["findings"]}
    others = ", ".join(one for one in ("delegations", "drafts", "summaries", "observers") if one != service)
    assert said["well"]
    assert found[f"record {service}"]["seen"].startswith("form ")
    assert "closed to this role" in found[f"records of {others}"]["seen"]


def test_a_role_to_which_every_record_is_closed_is_named(cluster: Cluster) -> None:
    (closed,) = [one for one in parts_away(Settings(database=cluster.postgres.url("summaries")), [DELEGATIONS]) if one.what.startswith("record")]
    assert (closed.what, closed.well) == ("records of delegations", False)
    assert "PARLEY_DATABASE" in closed.do
