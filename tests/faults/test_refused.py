"""A record that may not be served is refused at the start, by its name, with a sentence that says what to do."""

import random
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from faults import stores
from faults.servers import Ended, needs
from faults.stage import Stage
from parley.kernel.database import Database
from parley.kernel.opening import RecordRefused, open_record

pytestmark = [pytest.mark.deep, pytest.mark.xdist_group("killed")]


@pytest.fixture(scope="module")
def whole(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record that was closed in order: all of it is in one file."""
    folder = stage.folder(Path(tmp_path_factory.mktemp("whole")) / "record")
    assert stage.nursery.start(folder).end(signal.SIGTERM) < 5
    assert not (folder / "parley.db-wal").exists()
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "record"))


def refused(stage: Stage, folder: Path) -> str:
    with pytest.raises(Ended) as ended:
        stage.nursery.start(folder)
    said = str(ended.value)
    assert str(folder / "parley.db") in said
    assert "Traceback" not in said
    assert len(said.splitlines()) == 1
    return said


def half(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.truncate(file.stat().st_size // 2)


def a_page_less(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.truncate(file.stat().st_size - 4096)


def empty(file: Path) -> None:
    file.write_bytes(b"")


def zeroed(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.seek(4096)
        opened.write(bytes(8192))


def overwritten(file: Path) -> None:
    file.write_bytes(b"not a database at all" * 400)


def another(file: Path) -> None:
    file.unlink()
    told(file, "CREATE TABLE guest (name TEXT)")


def told(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def reworded(file: Path) -> None:
    told(file, "UPDATE fact SET body = replace(body, 'Czechia', 'Czechiz') WHERE type LIKE '%DelegationAdmitted%'")


def shortened(file: Path) -> None:
    told(file, "DELETE FROM fact WHERE position = (SELECT max(position) FROM fact)")


def holed(file: Path) -> None:
    told(file, "DELETE FROM fact WHERE position = 7")


def moved(file: Path) -> None:
    told(file, "UPDATE head SET seq = seq - 1 WHERE service = 'drafts'")


@pytest.mark.parametrize("damage", [half, a_page_less, empty, zeroed, overwritten, another, reworded, shortened, holed, moved], ids=lambda one: one.__name__)
def test_a_damaged_record_is_refused_and_left_as_it_is(stage: Stage, folder: Path, damage: Callable[[Path], None]) -> None:
    file = folder / "parley.db"
    damage(file)
    before = file.read_bytes()
    assert "backup" in refused(stage, folder)
    assert damage is another or file.read_bytes() == before


def test_no_bit_of_a_fact_can_flip_unseen(folder: Path) -> None:
    """Of 150 bits anywhere in the file each is found at the start, or changes no fact."""
    file, draw = folder / "parley.db", random.Random(5)
    content, facts, found = file.read_bytes(), stores.recorded(folder), 0
    for bit in (draw.randrange(len(content) * 8) for _ in range(150)):
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        file.write_bytes(flipped)
        database = Database(f"sqlite:///{file}")
        try:
            open_record(database)
        except RecordRefused:
            found += 1
        else:
            assert stores.recorded(folder) == facts, f"bit {bit} changed a fact and was not found"
        finally:
            database.close()
            for left in ("-wal", "-shm"):
                file.with_name(file.name + left).unlink(missing_ok=True)
    assert found > 5


def test_a_record_that_another_program_holds_is_refused(stage: Stage, folder: Path) -> None:
    with closing(sqlite3.connect(folder / "parley.db", isolation_level=None)) as holder:
        holder.execute("PRAGMA locking_mode=EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        assert "locked by another program" in refused(stage, folder)
        holder.execute("ROLLBACK")
    assert stage.nursery.start(folder).lives


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Mounts a small disk of its own."""
    needs(root=True)
    place = tmp_path / "disk"

    def mounted(options: str) -> Path:
        place.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], check=True)
        return place

    yield mounted
    subprocess.run(["umount", "--lazy", str(place)], check=False)


def test_a_record_on_a_disk_that_only_reads_is_refused(stage: Stage, folder: Path, disk: Callable[..., Path]) -> None:
    place = disk("size=16m")
    shutil.copytree(folder, place / "record")
    (place / "record" / "said").touch()
    subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
    database = Database(f"sqlite:///{place / 'record' / 'parley.db'}")
    with pytest.raises(RecordRefused, match=r"cannot be written.*Let Parley's user write"):
        open_record(database)
    database.close()


def test_a_first_start_that_is_killed_at_any_write_leaves_nothing_half_made(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "parley.db.new-1").write_bytes(b"")  # what a kill may leave
    assert stage.nursery.start(tmp_path).lives
