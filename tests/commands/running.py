"""The command line as a person uses it: real processes, their output and their exit codes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PARLEY = [sys.executable, "-m", "parley.main"]


def parley(*words: str, data: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    settings = {"PARLEY_DATA": str(data), **environment}
    return subprocess.run([*PARLEY, *words], capture_output=True, text=True, env=os.environ | settings, timeout=300, check=False, cwd=data)


@contextmanager
def up(data: Path, **environment: str) -> Iterator[tuple["subprocess.Popen[str]", str, str]]:
    """`parley up` on a free port: the process, its address, and all that it printed until it could be used."""
    process = subprocess.Popen(
        [*PARLEY, "up", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PARLEY_DATA": str(data)} | environment,
        cwd=data,
    )
    said, address = "", ""
    try:
        assert process.stdout is not None
        while "ign in" not in said:
            line = process.stdout.readline()
            assert line, f"it ended before it could be used: {process.stderr.read() if process.stderr else ''}"
            said += line
            if "Parley is at" in line:
                address = line.split()[-1]
        if "curl" not in said:
            said += process.stdout.readline() if said.rstrip().endswith(":") else ""
        yield process, address, said
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def stopped_within(process: "subprocess.Popen[str]", seconds: float) -> float:
    """Send SIGTERM and wait; how long it took."""
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=seconds)
    return time.monotonic() - began
