"""Servers for the fault tests: started in the nursery on a folder, watched, struck and ended from outside."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pytest

TESTS = Path(__file__).resolve().parents[1]
CALLS = "pwrite64,fdatasync,fsync,write,writev,sendto,sendmsg"
"""The calls that leave something behind: writes, syncs and sends."""


def needs(*, tool: str = "", root: bool = False) -> None:
    """Skip, with the reason, where the machine cannot strike as the test wants to. In continuous integration that fails: nothing may be left out there."""
    lacking = f"needs {tool} on the path" if tool and not shutil.which(tool) else "needs root" if root and os.geteuid() else ""
    if lacking and os.environ.get("CI"):
        pytest.fail(f"{lacking}; .ci/run installs it")
    if lacking:
        pytest.skip(lacking)


@dataclass
class Server:
    """A running server: its process and its address."""

    pid: int
    folder: Path
    address: str
    seconds: float  # from the order until it could be used

    @property
    def lives(self) -> bool:
        try:
            return "Z" not in Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2][:3]
        except OSError:
            return False

    def threads(self) -> list[int]:
        """The threads in the order in which they were made: the loop, the record, the follower, then whoever answers questions."""
        return sorted(int(one.name) for one in Path(f"/proc/{self.pid}/task").iterdir())

    def end(self, how: signal.Signals = signal.SIGKILL, seconds: float = 5.0) -> float:
        """End it and wait; how long it took."""
        began = time.monotonic()
        try:
            os.kill(self.pid, how)
        except ProcessLookupError:
            return 0.0
        while self.lives:
            assert time.monotonic() - began < seconds, f"it has not ended within {seconds} s"
            time.sleep(0.005)
        return time.monotonic() - began

    def said(self) -> str:
        return (self.folder / "said").read_text()


class Ended(Exception):  # noqa: N818  (a state of a server, which a test may be after)
    """The server ended before it could be used; with what it said."""


class Nursery:
    """Starts servers. Use it as a context; it ends every server that it started."""

    def __enter__(self) -> Self:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")} | {"PYTHONPATH": str(TESTS)}
        self._nurse = subprocess.Popen([sys.executable, "-m", "faults.nursery"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        self._started: list[Server] = []
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._started:
            server.end()
        for pipe in (self._nurse.stdin, self._nurse.stdout):
            if pipe is not None:
                pipe.close()
        self._nurse.wait(timeout=10)

    def order(self, folder: Path, point: str = "") -> Server:
        """A server on a folder that is being started; `point` is where it is to kill itself."""
        assert self._nurse.stdin is not None
        assert self._nurse.stdout is not None
        (folder / "said").unlink(missing_ok=True)
        self._nurse.stdin.write(json.dumps({"folder": str(folder), "point": point}) + "\n")
        self._nurse.stdin.flush()
        server = Server(int(self._nurse.stdout.readline()), folder, "", 0.0)
        self._started.append(server)
        return server

    def start(self, folder: Path, point: str = "", seconds: float = 30.0) -> Server:
        """A server that can be used. Raises Ended."""
        began = time.monotonic()
        server = self.order(folder, point)
        while True:
            said = server.said() if (folder / "said").exists() else ""
            if "ign in" in said:
                break
            if not server.lives:
                raise Ended(server.said() if (folder / "said").exists() else "")
            assert time.monotonic() - began < seconds, f"it could not be used within {seconds} s: {said}"
            time.sleep(0.005)
        server.seconds = time.monotonic() - began
        server.address = re.findall(r"http://[0-9.:]+", said)[0]
        self._started = [one for one in self._started if one.lives]
        return server


@contextmanager
def struck(tid: int, inject: str, *, follow: bool = False) -> Iterator[None]:
    """Let the system call of a thread (or with `follow`, of its whole process) be answered as `inject` says, as long as the context lasts."""
    words = ["strace", *(["-f"] if follow else []), "-q", "-p", str(tid), "-e", f"trace={inject.partition(':')[0]}", "-e", f"inject={inject}"]
    with subprocess.Popen([*words, "-o", "/dev/null"], stderr=subprocess.PIPE) as strace:
        try:
            until = time.monotonic() + 10
            while not _traced(tid):
                assert strace.poll() is None, strace.stderr.read() if strace.stderr else ""
                assert time.monotonic() < until
                time.sleep(0.002)
            yield
        finally:
            strace.terminate()


def _traced(tid: int) -> bool:
    try:
        return "TracerPid:\t0" not in Path(f"/proc/{tid}/status").read_text()
    except OSError:  # it was struck already
        return True
