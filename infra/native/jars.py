"""The jars of Apache Kafka: fetched once by `jgo`, and used only if each has the SHA-256 that is committed beside this file."""

import fcntl
import hashlib
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PINNED = Path(__file__).with_name("kafka-jars.txt")


def cache() -> Path:
    """The folder that keeps the jars between runs: the user's cache folder, as XDG names it."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "parley" / "jars"


def class_path(*, tools: bool = False, where: Path | None = None) -> str:
    """The class path of a broker, and with `tools` of Kafka's own command line and performance tools too.

    Raises:
        RuntimeError: a jar is not the one that was pinned; it is removed, so that the next run fetches it anew.
    """
    wanted = [line.split() for line in PINNED.read_text().splitlines()]
    wanted = [line for line in wanted if tools or line[2] == "broker"]
    folder = where or cache()
    folder.mkdir(parents=True, exist_ok=True)
    # One process at a time: tests that run side by side on a new machine all find the cache empty, and the first of them fills it for the others.
    with (folder / "lock").open("w") as lock, ThreadPoolExecutor(8) as many:
        fcntl.flock(lock, fcntl.LOCK_EX)
        jars = list(many.map(lambda line: _jar(folder, line[1], line[0]), wanted))
    return os.pathsep.join(str(jar) for jar in jars)


def _jar(folder: Path, name: str, sha256: str) -> Path:
    group, artifact, version = name.split(":")
    jar = folder.joinpath(*group.split("."), artifact, version, f"{artifact}-{version}.jar")
    if not jar.exists():
        from jgo.maven import MavenContext  # noqa: PLC0415  (only the first run on a machine fetches anything)

        # Fetched beside its place and then moved there whole, so that a fetch that was ended midway leaves nothing behind that looks like a jar.
        with tempfile.TemporaryDirectory(dir=folder) as fresh:
            fetched = MavenContext(repo_cache=Path(fresh), timeout=120).project(group, artifact).at_version(version).artifact().resolve()
            jar.parent.mkdir(parents=True, exist_ok=True)
            Path(fetched).replace(jar)
    if hashlib.sha256(jar.read_bytes()).hexdigest() != sha256:
        jar.unlink()
        raise RuntimeError(f"{name} is not the jar that {PINNED.name} names. It was removed; run the command again, and do not go on if it says so twice.")
    return jar
