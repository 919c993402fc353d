"""What all tests share: the real PostgreSQL, started once for a whole run, and one profile of Hypothesis."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "parley", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
)
settings.load_profile("parley")


@pytest.fixture(scope="session")
def postgres_of_this_run() -> Iterator[Callable[[], str]]:
    """A real PostgreSQL that was started for this run in a temporary folder."""
    from kernel.postgres import postgres_server

    # Not below pytest's own folder: the next run that begins on the machine closes that folder to the user that the server runs as, and the server ends.
    with tempfile.TemporaryDirectory(prefix="parley-postgres-", ignore_cleanup_errors=True) as folder, postgres_server(Path(folder)) as address:
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
