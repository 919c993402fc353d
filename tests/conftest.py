"""What all tests share: the real PostgreSQL, started once for a whole run, and one profile of Hypothesis."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "parley", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
)
settings.load_profile("parley")


@pytest.fixture(scope="session")
def postgres_of_this_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """A real PostgreSQL that was started for this run in a temporary folder."""
    from kernel.postgres import postgres_server

    with postgres_server(Path(tmp_path_factory.mktemp("postgres"))) as address:
        yield address


@pytest.fixture
def postgres(postgres_of_this_run: Callable[[], str]) -> str:
    """The address of the real PostgreSQL."""
    return postgres_of_this_run()


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test must not see what the operator of this machine has set for Parley."""
    for name in os.environ:
        if name.startswith("PARLEY_"):
            monkeypatch.delenv(name)
