"""What all tests share: the real PostgreSQL, started once for a whole run, and one profile of Hypothesis."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "parley", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
)
settings.load_profile("parley")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real PostgreSQL that was started for this run in a temporary folder."""
    from kernel.postgres import postgres_server

    with postgres_server(Path(tmp_path_factory.mktemp("postgres"))) as url:
        yield url


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test must not see what the operator of this machine has set for Parley."""
    for name in os.environ:
        if name.startswith("PARLEY_"):
            monkeypatch.delenv(name)
