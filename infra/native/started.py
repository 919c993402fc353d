"""Processes that outlive the command that started them: noted in a file, so that exactly these are ended later and no others."""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil


class Started:
    """The processes of one folder, by name: `<name>.json` says which process it is, `<name>.log` what it said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._children: dict[str, psutil.Popen] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None, user: str | None = None) -> None:
        """Start a process in a session of its own, so that an interrupted terminal does not end it; as a user, where one is named."""
        with (self.folder / f"{name}.log").open("ab") as log:
            process = self._children[name] = psutil.Popen(
                list(command), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, env={**os.environ, **(environment or {})}, user=user
            )
        self.note(name, process.pid)

    def note(self, name: str, pid: int) -> None:
        """Note a process that was started in another way. Its time of birth is noted too: a process id is used again one day."""
        (self.folder / f"{name}.json").write_text(json.dumps({"pid": pid, "born": psutil.Process(pid).create_time()}))

    def names(self) -> list[str]:
        """Everything that was started here and not ended, the youngest first."""
        return [path.stem for path in sorted(self.folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns, reverse=True)]

    def process(self, name: str) -> psutil.Process | None:
        """The process, if it is still the one that was started."""
        path = self.folder / f"{name}.json"
        if not path.exists():
            return None
        noted = json.loads(path.read_text())
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(noted["pid"])
            if abs(process.create_time() - noted["born"]) < 1 and process.status() != psutil.STATUS_ZOMBIE:
                return process
        return None

    def signal(self, name: str, number: int) -> None:
        """Send a signal, if it still runs."""
        process = self.process(name)
        if process is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)

    def kill(self, name: str) -> None:
        """End it hard, as a power cut would; return when it is gone."""
        self._end(name, signal.SIGKILL, 10)

    def stop(self, name: str, seconds: float = 20) -> None:
        """Ask it to end; end it hard if it does not. Return when it is gone."""
        if not self._end(name, signal.SIGTERM, seconds):
            self.kill(name)
        (self.folder / f"{name}.json").unlink(missing_ok=True)

    def wait_for_line(self, name: str, line: str, seconds: float = 60, after: int = 0) -> None:
        """Return once its log has a line.

        Raises:
            RuntimeError: it ended, or did not say so in time; with the end of its log.
        """
        path, end = self.folder / f"{name}.log", time.monotonic() + seconds
        while line.encode() not in (said := path.read_bytes()[after:]):
            if time.monotonic() > end or self.process(name) is None:
                raise RuntimeError(f"{name} did not get ready:\n{said.decode(errors='replace')[-4_000:]}")
            time.sleep(0.05)

    def _end(self, name: str, number: int, seconds: float) -> bool:
        process = self.process(name)
        child = self._children.get(name)
        if process is None:
            if child is not None:
                child.wait(seconds)  # it has ended by itself; it is ours to bury
            return True
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)
            if child is not None and child.pid == process.pid:
                process = child  # our own child has to be waited for as such, or it stays as a zombie
            try:
                process.wait(seconds)
            except psutil.TimeoutExpired:
                return False
        return True
