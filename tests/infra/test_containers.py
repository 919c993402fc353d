"""What runs Parley in containers is of the form that their engine asks for, and says what `make cluster` does."""

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from parley.commands.topics import CARRIED
from parley.kernel.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = ("delegations", "drafts", "summaries", "observers", "gateway")


def test_the_compose_file_is_valid_by_the_compose_specification() -> None:
    spec = importlib.util.find_spec("check_jsonschema")
    assert spec is not None
    assert spec.submodule_search_locations
    (schema,) = Path(spec.submodule_search_locations[0]).glob("builtin_schemas/vendor/compose-spec.json")
    jsonschema.Draft7Validator(json.loads(schema.read_text())).validate(COMPOSE)


@pytest.mark.parametrize("name", [*SERVICES, "topics"])
def test_a_container_of_ours_cannot_write_cannot_rise_and_is_given_time_to_end(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["stop_grace_period"] == "30s"


def test_every_setting_in_the_compose_file_is_one_that_the_program_reads() -> None:
    known = {f"PARLEY_{name.upper()}" for name in Settings.model_fields}
    for name in (*SERVICES, "topics"):
        assert set(COMPOSE["services"][name]["environment"]) <= known, name


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_runs_the_command_that_the_cluster_without_containers_runs(name: str) -> None:
    assert COMPOSE["services"][name]["command"] == ["serve", name]


def test_the_observers_share_no_word_and_no_password_with_the_others() -> None:
    services = COMPOSE["services"]
    assert set(services["observers"]["secrets"]) & set(services["drafts"]["secrets"]) == set()
    assert "services" not in services["gateway"]["secrets"]


def test_only_the_gateway_and_the_dashboard_are_reached_from_outside() -> None:
    open_to_all = {name for name, service in COMPOSE["services"].items() if "ports" in service}
    assert open_to_all == {"gateway", "grafana"}
    assert COMPOSE["networks"]["inner"]["internal"] is True


def test_three_brokers_are_a_profile() -> None:
    assert [COMPOSE["services"][f"kafka-{n}"].get("profiles") for n in (1, 2, 3)] == [None, ["three"], ["three"]]


def test_every_image_is_pinned() -> None:
    images = [service["image"] for service in COMPOSE["services"].values() if "image" in service]
    images += re.findall(r"^FROM (\S+)", (ROOT / "infra/Dockerfile").read_text(), re.MULTILINE)
    assert images
    for image in images:
        assert re.search(r":v?\d+\.\d+", image), image


def test_the_image_does_not_run_as_root() -> None:
    assert re.search(r"^USER 10001$", (ROOT / "infra/Dockerfile").read_text(), re.MULTILINE)


def test_every_file_that_is_mounted_is_there() -> None:
    for service in COMPOSE["services"].values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert not source.startswith("./") or (ROOT / source).exists(), source


def test_every_service_has_a_schema_and_a_role_of_its_own() -> None:
    statements = (ROOT / "infra/postgres/services.sql").read_text()
    for name in (*CARRIED, "observers"):
        assert f"CREATE SCHEMA {name} AUTHORIZATION {name};" in statements


def test_the_dashboard_asks_for_metrics_that_the_program_has() -> None:
    dashboard = json.loads((ROOT / "infra/grafana/dashboards/parley.json").read_text())
    code = "".join(path.read_text() for path in (ROOT / "services/parley/kernel").glob("*.py"))
    names = set(re.findall(r'"(parley(?:\.[a-z]+)+)"', code))
    exported = {name.replace(".", "_") for name in names}
    asked = {found for panel in dashboard["panels"] for target in panel["targets"] for found in re.findall(r"parley_[a-z_]+(?=\[|\)|$)", target["expr"])}
    assert asked
    for metric in asked:
        base = re.sub(r"(_seconds)?(_bucket|_total)?$", "", metric)
        assert base in exported, metric
