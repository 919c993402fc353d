"""What runs Parley in containers is of the form that their engine asks for, and says what `make cluster` does."""

import importlib.util
import json
import re
from pathlib import Path, PurePosixPath
from typing import Any

import jsonschema
import pytest
import yaml
from infra.native.cluster import Cluster

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


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_has_the_settings_of_the_cluster_without_containers(name: str, tmp_path: Path) -> None:
    composed = COMPOSE["services"][name]["environment"]
    by_image = set(re.findall(r"PARLEY_[A-Z]+", (ROOT / "infra/Dockerfile").read_text()))
    native = Cluster(tmp_path).environment(name, 8040)
    # A password is a file in a container, and what is told of the program goes to a collector.
    differ = {"PARLEY_DATABASE", "PARLEY_DATABASE_FILE", "PARLEY_OTLP_ENDPOINT", "PARLEY_LOG_LEVEL"} | by_image
    assert set(native) - differ == set(composed) - differ
    assert ("PARLEY_DATABASE" in native) == ("PARLEY_DATABASE_FILE" in composed)
    if "PARLEY_SECRET_FILE" in composed:
        assert PurePosixPath(composed["PARLEY_SECRET_FILE"]).name == Path(native["PARLEY_SECRET_FILE"]).name


def test_the_observers_share_no_word_and_no_password_with_the_others() -> None:
    services = COMPOSE["services"]
    assert set(services["observers"]["secrets"]) & set(services["drafts"]["secrets"]) == set()


def test_the_gateway_holds_no_secret_at_all() -> None:
    assert "secrets" not in COMPOSE["services"]["gateway"]


def test_only_the_service_that_issues_has_the_signing_keys() -> None:
    assert [name for name in SERVICES if "signing-keys" in COMPOSE["services"][name].get("secrets", [])] == ["summaries"]
    assert "secrets/signing-keys" in (ROOT / "infra/secrets.sh").read_text()


def test_only_the_gateway_and_the_dashboard_are_reached_from_outside() -> None:
    open_to_all = {name for name, service in COMPOSE["services"].items() if "ports" in service}
    assert open_to_all == {"gateway", "grafana"}
    assert COMPOSE["networks"]["inner"]["internal"] is True


ONE: dict[str, str] = {}
THREE = dict(line.split("=", 1) for line in (ROOT / "infra/three.env").read_text().splitlines() if not line.startswith("#"))


def with_settings(written: str, settings: dict[str, str]) -> str:
    """A value of the compose file as the engine reads it: `${NAME:-default}` is the setting, or the default."""
    return re.sub(r"\$\{(\w+):-([^}]*)\}", lambda found: settings.get(found[1], found[2]), written)


def started(settings: dict[str, str]) -> dict[str, dict[str, str]]:
    """The brokers that are started with these settings, each with its own."""
    profiles = set(settings.get("COMPOSE_PROFILES", "").split(","))
    return {
        name: {key: with_settings(value, settings) for key, value in service["environment"].items()}
        for name, service in COMPOSE["services"].items()
        if name.startswith("kafka-") and set(service.get("profiles", profiles)) & profiles
    }


@pytest.mark.parametrize(("settings", "copies", "in_sync"), [(ONE, 1, 1), (THREE, 3, 2)])
def test_the_brokers_that_are_started_are_those_that_vote_and_that_hold_the_copies(settings: dict[str, str], copies: int, in_sync: int) -> None:
    brokers = started(settings)
    assert len(brokers) == copies
    for broker in brokers.values():
        assert broker["KAFKA_CONTROLLER_QUORUM_VOTERS"].split(",") == [f"{one['KAFKA_NODE_ID']}@{name}:9093" for name, one in brokers.items()]
        assert {key: int(value) for key, value in broker.items() if key.endswith("REPLICATION_FACTOR")} == {
            f"KAFKA_{what}_REPLICATION_FACTOR": copies for what in ("OFFSETS_TOPIC", "TRANSACTION_STATE_LOG", "DEFAULT")
        }
        assert broker["KAFKA_MIN_INSYNC_REPLICAS"] == broker["KAFKA_TRANSACTION_STATE_LOG_MIN_ISR"] == str(in_sync)
    for name in (*SERVICES, "topics"):
        assert with_settings(COMPOSE["services"][name]["environment"]["PARLEY_KAFKA"], settings).split(",") == [f"{broker}:9092" for broker in brokers], name


def test_topics_are_made_when_every_broker_is_there_to_hold_a_copy() -> None:
    waited = COMPOSE["services"]["topics"]["depends_on"]
    assert {name: one.get("required", True) for name, one in waited.items()} == {"kafka-1": True, "kafka-2": False, "kafka-3": False}
    assert {one["condition"] for one in waited.values()} == {"service_healthy"}


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_broker_keeps_its_data_in_its_own_volume(number: int) -> None:
    broker = COMPOSE["services"][f"kafka-{number}"]
    (volume,) = broker["volumes"]
    name, _, folder = volume.partition(":")
    assert name == f"kafka-{number}"
    assert PurePosixPath(broker["environment"]["KAFKA_LOG_DIRS"]).is_relative_to(folder)


@pytest.mark.parametrize("said", ["docker-compose.yml", "docs/scaling-out.md"])
def test_how_three_brokers_are_started_is_said_where_one_looks(said: str) -> None:
    assert "docker compose --env-file infra/three.env up --detach" in (ROOT / said).read_text()


def test_every_image_is_pinned() -> None:
    images = [service["image"] for service in COMPOSE["services"].values() if "image" in service]
    images += re.findall(r"^FROM (\S+)", (ROOT / "infra/Dockerfile").read_text(), re.MULTILINE)
    assert images
    for image in images:
        assert re.search(r":v?\d+\.\d+", image), image


def test_the_image_takes_nothing_in_that_is_not_locked() -> None:
    steps = (ROOT / "infra/Dockerfile").read_text().replace("\\\n", " ")
    installs = [one.strip() for line in re.findall(r"^RUN (.*)", steps, re.MULTILINE) for one in line.split("&&") if " install " in one]
    assert len(installs) == 3
    for install in installs:
        assert " --require-hashes " in install or " --no-deps " in install, install


def test_the_image_is_built_of_what_may_be_sent_to_its_builder() -> None:
    copied = [one for line in re.findall(r"^COPY (?!--from)(.*) \S+$", (ROOT / "infra/Dockerfile").read_text(), re.MULTILINE) for one in line.split()]
    sent = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert {one.partition("/")[0] for one in copied} == set(sent)
    assert all((ROOT / one).exists() for one in copied)


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
    code += "".join(path.read_text() for path in (ROOT / "services/parley").glob("*/measures.py"))
    names = set(re.findall(r'"(parley(?:\.[a-z]+)+)"', code))
    exported = {name.replace(".", "_") for name in names}
    asked = {
        found
        for panel in dashboard["panels"]
        for target in panel["targets"]
        for found in re.findall(r"parley_[a-z_]+(?=\[|\)|$)", re.sub(r"by \([^)]*\)", "", target["expr"]))
    }
    assert asked
    for metric in asked:
        base = re.sub(r"(_seconds)?(_bucket|_total)?$", "", metric)
        assert base in exported, metric
