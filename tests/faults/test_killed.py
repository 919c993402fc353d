"""Killed hard at any point of the main scenario, the record keeps what it answered, once, and goes on within five seconds."""

import itertools
import os
import random
from pathlib import Path

import pytest

from faults.servers import needs
from faults.stage import THREADS, Stage

pytestmark = [pytest.mark.deep, pytest.mark.xdist_group("killed")]

SEED = int(os.environ.get("SEED", "5"))
SPREAD = int(os.environ.get("SPREAD", "2"))  # points of each thread that `make test` tries; `make sweep` tries them all
POINTS = (
    "before commit:PrincipleSubmitted", "after commit:PrincipleSubmitted", "before commit:AmendmentProposed", "after commit:AmendmentProposed",
    "in view:delegations", "in view:drafts", "in view:summaries", "in view:observers", "before ring", "after ring",
    "before commit:SummaryIssued", "after commit:SummaryIssued", "before commit:VersionReleased", "after commit:VersionReleased",
)  # fmt: skip


@pytest.mark.parametrize("point", POINTS)
async def test_what_was_answered_is_there_once_after_a_kill_at_a_named_point(stage: Stage, tmp_path: Path, point: str) -> None:
    assert await stage.killed_at(tmp_path / "run", point) == 1


FEWEST = {"loop": 25, "record": 140, "worker": 4, "follower": 120}
"""How many writes, syncs and sends each thread makes at least in a run, however its work falls into batches."""


@pytest.mark.parametrize("thread", THREADS)
@pytest.mark.parametrize("first", [1, 2], ids=["odd", "even"])
async def test_what_was_answered_is_there_once_after_a_kill_at_any_write_sync_or_send(stage: Stage, tmp_path: Path, thread: str, first: int) -> None:
    """A spread of points; `make sweep` (SPREAD=0) tries every one, until two runs in a row come to their end without being hit."""
    needs(tool="strace")
    hit, missed = 0, 0
    for number in spread_of(thread, first) if SPREAD else itertools.count(first, 2):
        if await stage.killed_at(tmp_path / str(number), strike=(thread, number)):
            hit, missed = hit + 1, 0
        else:
            missed += 1
        if missed == 2:
            break
    print(f"{thread}, calls {first}, {first + 2}, ...: killed at {hit}, each time whole again; slowest start after a kill {stage.slowest:.1f} s")
    assert hit >= (1 if SPREAD else FEWEST[thread] // 2)


def spread_of(thread: str, first: int) -> list[int]:
    """Some of the calls that the thread makes in every run, as the seed says."""
    calls = range(first, FEWEST[thread] + 1, 2)
    return sorted(random.Random(f"{SEED} {thread}").sample(calls, min(SPREAD, len(calls))))
