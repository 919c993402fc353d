"""Threads that use a form at once find it learnt; a process that does not see to that ends hard."""

import subprocess
import sys
from pathlib import Path

import pytest

# In a process of its own: what is looked for is its end.
TOGETHER = """
import asyncio, sys, threading, msgspec
from parley.kernel.database import Database
from parley.kernel.process import Process

sys.setswitchinterval(1e-6)
forms = []
for n in range(60):
    parts = [msgspec.defstruct(f"Part{n}x{k}", [("x", int, 0)]) for k in range(20)]
    whole = msgspec.defstruct(f"Whole{n}", [(f"f{k}", part | None, None) for k, part in enumerate(parts)])
    forms.append((whole, msgspec.json.encode(whole(*(part() for part in parts)))))
async def start():
    async with Process(Database(sys.argv[1]), ()):
        pass

if len(sys.argv) > 1:
    asyncio.run(start())
    sys.setswitchinterval(1e-6)
for whole, body in forms:
    ready = threading.Barrier(6)

    def read():
        ready.wait()
        msgspec.json.decode(body, type=whole)

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


def ended(*record: str) -> int:
    return subprocess.run([sys.executable, "-c", TOGETHER, *record], check=False, capture_output=True, timeout=120).returncode


@pytest.mark.deep
def test_once_a_process_has_started_many_threads_may_use_any_form_at_once(tmp_path: Path) -> None:
    assert ended(f"sqlite:///{tmp_path / 'parley.db'}") == 0


@pytest.mark.deep
def test_without_learning_them_it_ends_hard_which_is_why_they_are_learnt() -> None:
    """Should this ever fail, msgspec has been mended, and `learn` can go."""
    assert any(ended() < 0 for _ in range(5))
