"""The jars of Kafka on a machine that has none yet."""

import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

import jgo.maven
import pytest
from infra.native import jars

CONTENT = b"a jar"


class Registry:
    """Stands in for the registry: slow, and like the real client it does not bear to find the file that it is about to write."""

    fetched: list[str] = []
    breaks = False

    def __init__(self, *, repo_cache: Path, timeout: int) -> None:  # noqa: ARG002  (the real one takes it)
        self.folder = repo_cache

    def project(self, group: str, artifact: str) -> Self:  # noqa: ARG002  (as above)
        self.name = artifact
        return self

    def at_version(self, version: str) -> Self:  # noqa: ARG002  (as above)
        return self

    def artifact(self) -> Self:
        return self

    def resolve(self) -> Path:
        jar = self.folder / f"{self.name}.jar"
        assert not jar.exists()
        jar.write_bytes(CONTENT[:2])
        if self.breaks:
            raise ConnectionError("cut off")
        time.sleep(0.05)
        jar.write_bytes(CONTENT)
        self.fetched.append(self.name)
        return jar


@pytest.fixture
def pinned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    listed = tmp_path / "kafka-jars.txt"
    listed.write_text("".join(f"{hashlib.sha256(CONTENT).hexdigest()} org.example:part{n}:1.0 broker\n" for n in range(4)))
    monkeypatch.setattr(jars, "PINNED", listed)
    monkeypatch.setattr(jgo.maven, "MavenContext", Registry)
    monkeypatch.setattr(Registry, "fetched", [])
    return tmp_path / "cache"


def test_runs_that_begin_together_on_a_new_machine_fetch_each_jar_once(pinned: Path) -> None:
    def found(_: Any) -> str:
        return jars.class_path(where=pinned)

    with ThreadPoolExecutor(3) as many:
        assert len(set(many.map(found, range(3)))) == 1
    assert sorted(Registry.fetched) == [f"part{n}" for n in range(4)]


def test_a_fetch_that_is_cut_off_leaves_nothing_that_looks_like_a_jar(pinned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Registry, "breaks", True)
    with pytest.raises(ConnectionError):
        jars.class_path(where=pinned)
    monkeypatch.setattr(Registry, "breaks", False)
    for jar in jars.class_path(where=pinned).split(":"):
        assert Path(jar).read_bytes() == CONTENT
