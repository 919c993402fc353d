"""A broker for the tests that need one: started once for a run."""

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from infra.native.kafka import Kafka

LEFT = "unclosed <(socket|ssl)"


def pytest_configure(config: pytest.Config) -> None:
    """kafka-python leaves sockets to the collector when a connection was refused, or a client could not begin; each would be a warning, hence a failure."""
    config.addinivalue_line("filterwarnings", f"ignore:{LEFT}:ResourceWarning")  # during a test
    warnings.filterwarnings("ignore", LEFT, ResourceWarning)  # and at the end, when the rest is collected


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    """One open node."""
    broker = Kafka(tmp_path_factory.mktemp("kafka"))
    broker.up()
    yield broker
    broker.down()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is started once for a run is started by one worker: run them with `--dist loadgroup`."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("broker"))
