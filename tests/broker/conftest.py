"""A broker for the tests that need one: started once for a run."""

import warnings
from collections.abc import Iterator

import pytest
from infra.native.kafka import Kafka


def pytest_configure(config: pytest.Config) -> None:
    """kafka-python leaves a socket to the collector for every connection that a dead broker refused: those that are bound to no address."""
    config.addinivalue_line("filterwarnings", r"ignore:unclosed <socket.*laddr=\('0\.0\.0\.0':ResourceWarning")  # during a test
    warnings.filterwarnings("ignore", r"unclosed <socket.*laddr=\('0\.0\.0\.0'", ResourceWarning)  # and at the end, when the rest is collected


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    """One open node."""
    broker = Kafka(tmp_path_factory.mktemp("kafka"))
    broker.up()
    yield broker
    broker.down()
