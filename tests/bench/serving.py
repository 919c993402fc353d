"""Servers for the benchmarks: Parley as `parley up` starts it, and the reference; each on a folder of its own, on a free port of this machine."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import httpx
from submitters import post

HERE = Path(__file__).parent
LANE = "prague"
OPENING = {"negotiation": LANE, "title": "Security of networks", "zone": "Europe/Prague", "themes": ["policy", "technology"]}
WORDS = "Networks are kept open and secure by those who run them, and states tell each other of what they find."


@dataclass
class Serving:
    """A server that can be used. `path` is where principles are submitted, `tokens` are the people who may."""

    address: str
    pid: int
    path: str
    seconds: float
    tokens: list[str] = field(default_factory=list)
    sent: int = 0

    def principles(self, count: int) -> list[bytes]:
        """The next submissions, each in a text and under a key of its own, by one person after the other."""
        numbers = range(self.sent, self.sent + count)
        self.sent += count
        bodies = [f'{{"text": "{number}. {WORDS}", "theme": "policy"}}'.encode() for number in numbers]
        return [post(self.path, body, self.tokens[number % len(self.tokens)], f"key-{number}") for number, body in zip(numbers, bodies, strict=True)]

    def rss(self) -> float:
        """Resident memory in MB."""
        return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.pid}/status").read_text())[1]) / 1_000  # type: ignore[index]

    def cpu(self) -> list[float]:
        """Seconds of processor time so far, by thread in the order in which they were made."""
        tasks = sorted(Path(f"/proc/{self.pid}/task").iterdir(), key=lambda task: int(task.name))
        return [int((task / "schedstat").read_text().split()[0]) / 1e9 for task in tasks]


def fdatasync(folder: Path, times: int = 100) -> float:
    """The median time in which the disk takes 4 KB that are appended to a file, in seconds."""
    taken = []
    with (folder / "appended").open("ab") as file:
        for _ in range(times):
            file.write(b"x" * 4096)
            file.flush()
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - began)
    return median(taken)


@contextmanager
def parley(folder: Path, people: int = 64, **environment: str) -> Iterator[Serving]:
    """Parley on a folder; on an empty one, with a negotiation and that many heads of delegation signed in."""
    folder.mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")} | environment
    command = [str(Path(sys.executable).parent / "parley"), "up", "--data", str(folder), "--port", "0"]
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=kept) as process:
        try:
            said = ""
            assert process.stdout is not None
            while "ign in" not in said or ("once, within" in said and "curl" not in said):
                line = process.stdout.readline()
                assert line, f"Parley did not start: {said}"
                said += line
            serving = Serving(re.findall(r"http://[0-9.:]+", said)[0], process.pid, f"/api/v1/negotiations/{LANE}/principles", time.perf_counter() - began)
            if code := re.search(r'"code": "(\w+)"', said):
                serving.tokens = _gathered(serving.address, code[1], people)
                (folder / "tokens").write_text("\n".join(serving.tokens))
            else:
                serving.tokens = (folder / "tokens").read_text().split()
            yield serving
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def _gathered(address: str, code: str, people: int) -> list[str]:
    with httpx.Client(base_url=f"{address}/api/v1", timeout=60) as client:

        def told(path: str, token: str = "", **more: Any) -> dict[str, Any]:
            headers = more.pop("headers", {}) | ({"Authorization": f"Bearer {token}"} if token else {})
            answered = client.post(path, headers=headers, **more)
            assert answered.status_code == 201, answered.text
            return dict(answered.json())

        secretariat = told("/negotiations/house/sign-in", json={"code": code})["token"]
        told("/negotiations", secretariat, json=OPENING)
        rows = [f"delegation,D{n},Delegation {n},,\nperson,head-{n},Head {n},head,D{n}\n" for n in range(people)]
        roster = "kind,code,name,role,delegation\n" + "".join(rows)
        brought = told(f"/negotiations/{LANE}/roster.csv", secretariat, content=roster.encode(), headers={"Content-Type": "text/csv"})
        return [told(f"/negotiations/{LANE}/sign-in", json={"code": invitation})["token"] for invitation in brought["invitations"].values()]


@contextmanager
def reference(folder: Path, people: int = 64) -> Iterator[Serving]:
    """The reference on a folder, with that many people."""
    folder.mkdir(exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "reference:app", "--port", str(port), "--no-access-log", "--log-level", "warning", "--app-dir", str(HERE)]
    began = time.perf_counter()
    with subprocess.Popen(command, env=os.environ | {"REFERENCE_FILE": str(folder / "reference.db")}) as process:
        try:
            serving = Serving(f"http://127.0.0.1:{port}", process.pid, f"/api/v1/negotiations/{LANE}/principles", 0.0)
            serving.tokens = [f"person-{number}" for number in range(people)]
            while True:
                assert process.poll() is None, "the reference did not start"
                try:
                    answered = httpx.post(f"{serving.address}/people", json=serving.tokens)
                    break
                except httpx.TransportError:
                    time.sleep(0.02)
            serving.seconds = time.perf_counter() - began
            assert answered.status_code == 201
            yield serving
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)
