"""One nursery and one prepared folder for all fault tests of a run."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.servers import Nursery
from faults.stage import Stage, stage_in


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Where runs begin."""
    with Nursery() as nursery:
        yield asyncio.run(stage_in(Path(tmp_path_factory.mktemp("prepared")), nursery))
