"""`parley doctor` names what is wrong in one line, and what to do about it in the next; it answers 0 where all is well, else 1."""

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from socket import socket
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from commands.running import parley, up
from delegations.meeting import secretariat_of
from house import house
from kernel.postgres import fresh_schema
from parley.commands.doctor import examine
from parley.kernel.database import Database
from parley.kernel.opening import open_record
from parley.main import parts


@dataclass
class Doctor:
    """The doctor called in a folder; `port` is where Parley is to listen."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    port: int = 0

    @property
    def file(self) -> Path:
        return self.folder / "parley.db"

    def says(self, code: int) -> str:
        self.capture.readouterr()
        assert examine(self.folder, parts(), as_json=False) == code
        return self.capture.readouterr().out

    def names(self, wrong: str, do: str) -> str:
        """One thing is wrong: what it says of it, and in the line below what to do."""
        said = self.says(1)
        lines = said.splitlines()
        (place,) = [n for n, line in enumerate(lines) if line.startswith("WRONG")]
        assert wrong in lines[place]
        assert do in lines[place + 1]
        assert lines[place + 1].startswith("       ")
        assert lines[place + 1].endswith(".")
        return said

    def settings(self, monkeypatch: pytest.MonkeyPatch, **said: str) -> None:
        for name, value in said.items():
            monkeypatch.setenv(f"PARLEY_{name.upper()}", value)


@pytest.fixture
def doctor(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Doctor:
    with closing(socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("PARLEY_PORT", str(port))
    monkeypatch.chdir(tmp_path)
    return Doctor(tmp_path / "data", capsys, port)


@pytest.fixture
async def kept(doctor: Doctor) -> Doctor:
    """A record with a few facts in it, whose process has ended."""
    doctor.folder.mkdir()
    async with house(doctor.folder, parts()) as (process, client):
        await secretariat_of(process, client)
    return doctor


def test_a_new_place_is_well_and_stays_as_it_is(doctor: Doctor) -> None:
    assert "none yet" in doctor.says(0)
    assert not doctor.folder.exists()


def test_a_record_that_was_closed_in_order_is_well(kept: Doctor) -> None:
    said = kept.says(0)
    assert "WRONG" not in said
    assert [line.split()[2].rstrip(":") for line in said.splitlines() if line.split()[1] == "view"] == ["delegations", "drafts", "summaries", "observers"]


def test_findings_can_be_had_as_json(kept: Doctor) -> None:
    kept.file.write_bytes(b"")
    kept.capture.readouterr()
    assert examine(kept.folder, parts(), as_json=True) == 1
    said = json.loads(kept.capture.readouterr().out)
    assert said["well"] is False
    (wrong,) = [one for one in said["findings"] if not one["well"]]
    assert (wrong["what"], wrong["seen"]) == ("record", f"{kept.file} is empty")


# -- settings -----------------------------------------------------------------------------------------------------------------------------------------------


def test_a_misspelt_setting_is_named_with_the_one_that_was_meant(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    doctor.settings(monkeypatch, databse="x")
    doctor.names("PARLEY_DATABSE: is no setting", "Set PARLEY_DATABASE instead")


def test_a_misspelt_setting_in_the_file_is_named_too(doctor: Doctor) -> None:
    Path(".env").write_text("PARLEY_OTLP=http://127.0.0.1:1\nOTHER=1\n")
    doctor.names("PARLEY_OTLP: is no setting", "nset it")


@pytest.mark.parametrize(
    ("name", "value", "wrong", "do"),
    [
        ("port", "x5-secret", "valid integer", "port to listen on"),
        ("port", "70000", "65535", "port to listen on"),
        ("log_level", "x5-secret", "'debug', 'info', 'warning' or 'error'", "debug, info"),
        ("peers", '{"x5-secret', "cannot be read", "as JSON"),
        ("database", "x5-secret", "no URL of a database", "SQLAlchemy URL"),
        ("database_file", "x5-secret", "a file that cannot be read", "file with the URL"),
        ("kafka_authority", "x5-secret", "a file that cannot be read", "certificate"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named_without_its_value(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch, name: str, value: str, wrong: str, do: str
) -> None:
    doctor.settings(monkeypatch, **{name: value})
    assert "x5-secret" not in doctor.names(wrong, do)


@pytest.mark.real
def test_a_start_with_a_wrong_setting_ends_with_the_same_sentence(tmp_path: Path) -> None:
    ended = parley("up", data=tmp_path, PARLEY_PORT="eighty")
    assert (ended.returncode, ended.stderr.count("PARLEY_PORT cannot be read")) == (2, 1)
    assert "Traceback" not in ended.stderr


# -- the record and its disk --------------------------------------------------------------------------------------------------------------------------------


def test_a_record_without_its_end_is_named(kept: Doctor) -> None:
    with kept.file.open("r+b") as opened:
        opened.truncate(kept.file.stat().st_size // 2)
    kept.names("is damaged", "backup")


def test_a_file_that_is_no_record_is_named(kept: Doctor) -> None:
    kept.file.unlink()
    with closing(sqlite3.connect(kept.file)) as other, other:
        other.execute("CREATE TABLE guest (name TEXT)")
    kept.names("holds no record of Parley", "PARLEY_DATA")


def test_a_file_that_is_no_database_is_named(kept: Doctor) -> None:
    kept.file.write_bytes(b"Dear all, please find attached" * 200)
    kept.names("is not a database", "backup")


def test_a_fact_that_was_changed_is_named(kept: Doctor) -> None:
    with closing(sqlite3.connect(kept.file)) as other, other:
        other.execute("UPDATE fact SET stream = stream || 'x' WHERE position = 2")
    kept.names("its hash does not fit", "backup")


def test_a_record_of_a_newer_release_is_named(kept: Doctor) -> None:
    with closing(sqlite3.connect(kept.file)) as other, other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
    kept.names("a newer release wrote it", "Start that release")


def test_a_secret_that_others_can_read_is_named(kept: Doctor) -> None:
    (kept.folder / "secret").write_text("0" * 64)
    (kept.folder / "secret").chmod(0o644)
    kept.names("secret: readable by others", "chmod 600")


def test_signing_keys_that_cannot_be_read_are_named(kept: Doctor) -> None:
    keys = kept.folder / "signing-keys.json"
    keys.write_text('{"keys": [{"seed": "x5-secret"}]}')
    keys.chmod(0o600)
    assert "x5-secret" not in kept.names("does not hold signing keys", "Restore it from its last backup")


def test_a_disk_that_is_nearly_full_is_named(kept: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9 - 5_000_000, 5_000_000))  # type: ignore[attr-defined]
    kept.names("disk: 5 MB free", "Make room")


@pytest.mark.real
def test_a_record_that_another_process_holds_is_named(kept: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parley.kernel.opening.LOCK_SECONDS", 0.3)
    holding = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN IMMEDIATE'); print('held', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", holding, str(kept.file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        kept.names("is locked by another program", "fuser")
        holder.communicate("\n")
    kept.says(0)


@contextmanager
def only_read(folder: Path) -> Iterator[None]:
    """The folder as nobody but root may write to it; for root, who may everything, as a disk that is mounted for reading."""
    if os.geteuid():
        folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
        yield
        folder.chmod(stat.S_IRWXU)
        return
    if shutil.which("mount") is None or subprocess.run(["mount", "--bind", str(folder), str(folder)], capture_output=True, check=False).returncode:
        pytest.skip("this root may not mount")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.real
def test_a_record_that_can_only_be_read_is_named(kept: Doctor) -> None:
    with only_read(kept.folder):
        kept.names("cannot be written", "mount the disk for writing")


@pytest.mark.real
def test_a_folder_in_which_no_record_can_be_made_is_named(doctor: Doctor) -> None:
    doctor.folder.mkdir()
    with only_read(doctor.folder):
        doctor.names("cannot be written", "PARLEY_DATA")


# -- the address, the views, the collector ------------------------------------------------------------------------------------------------------------------


def test_a_port_that_another_program_uses_is_named(doctor: Doctor) -> None:
    with closing(socket()) as other:
        other.bind(("127.0.0.1", doctor.port))
        other.listen()
        doctor.names("is in use by another program", "PARLEY_PORT")


def test_a_server_that_is_not_ready_is_named_with_what_it_says(doctor: Doctor) -> None:
    class Unready(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said = json.dumps({"ready": False, "drafts": "at position 3, 9 facts behind the record"}).encode()
            self.send_response(503)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", doctor.port), Unready) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            doctor.names('is not ready: {"drafts": "at position 3, 9 facts behind the record"}', "a view that stands still")
        finally:
            server.shutdown()


def test_an_address_of_another_machine_is_named(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    doctor.settings(monkeypatch, host="192.0.2.1")
    doctor.names("cannot listen on 192.0.2.1", "PARLEY_HOST")


def test_a_collector_that_does_not_answer_is_named(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    doctor.settings(monkeypatch, otlp_endpoint=f"http://127.0.0.1:{doctor.port}")
    doctor.names("does not answer", "PARLEY_OTLP_ENDPOINT")


def set_back(file: Path, **to: Any) -> None:
    with closing(sqlite3.connect(file)) as other, other:
        for column, value in to.items():
            other.execute(f"UPDATE view SET {column} = ? WHERE name = 'drafts'", (value,))


def test_a_view_that_stands_still_is_named(kept: Doctor) -> None:
    set_back(kept.file, stopped="drafts stopped before drafts:prague:7 (X): KeyError")
    kept.names("stopped before drafts:prague:7", "parley rebuild")


def test_a_view_that_is_behind_is_no_fault_while_nobody_serves(kept: Doctor) -> None:
    set_back(kept.file, position=1)
    assert "behind the record; the next start brings it up" in kept.says(0)


@pytest.mark.real
def test_a_served_view_that_is_behind_and_comes_no_nearer_is_named(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    doctor.folder.mkdir()
    with up(doctor.folder) as (_, address, _):
        doctor.settings(monkeypatch, port=address.rpartition(":")[2])
        assert "Parley serves at" in doctor.says(0)
        assert parley("invite", data=doctor.folder).returncode == 0  # facts that another process records are followed as well
        doctor.says(0)
        set_back(doctor.file, position=0)  # to the server it is where it was, and to whoever looks it stays behind
        doctor.names("facts behind the record", "start Parley again")


# -- parts that are elsewhere -------------------------------------------------------------------------------------------------------------------------------


def test_a_postgresql_that_does_not_answer_is_named_without_the_password(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    doctor.settings(monkeypatch, database=f"postgresql+psycopg://parley:x5-secret@127.0.0.1:{doctor.port}/parley")
    assert "x5-secret" not in doctor.names("no PostgreSQL answers", "PARLEY_DATABASE")


def test_brokers_and_services_that_do_not_answer_are_named(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    away = f"127.0.0.1:{doctor.port}"
    doctor.settings(monkeypatch, kafka=away, database=f"postgresql+psycopg://parley@{away}/parley", peers=f'{{"drafts": "http://{away}"}}')
    said = doctor.says(1)
    for wrong in (f"no PostgreSQL answers at {away}", f"no broker answers at {away}", f"service drafts: does not answer at http://{away}"):
        assert wrong in said
    assert said.count("WRONG") == said.count("\n       ") == 3


def test_a_kafka_without_a_database_is_named(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    doctor.settings(monkeypatch, kafka=f"127.0.0.1:{doctor.port}")
    assert "PARLEY_KAFKA is set and PARLEY_DATABASE is not" in doctor.says(1)


@pytest.mark.real
def test_a_postgresql_is_well_and_one_that_does_not_let_us_in_is_named(doctor: Doctor, postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    schema = fresh_schema(postgres)
    within = str(make_url(postgres).update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False))
    doctor.settings(monkeypatch, database=within)
    assert "none yet" in doctor.says(0)
    database = Database(within)
    open_record(database)
    from parley.kernel import migrations

    migrations.upgrade(database)
    database.close()
    assert "0 facts" in doctor.says(0)
    stranger = make_url(postgres).set(database="nowhere").render_as_string(hide_password=False)
    doctor.settings(monkeypatch, database=stranger)
    doctor.names("does not let us in", "PARLEY_DATABASE")
    engine = create_engine(postgres)
    with engine.begin() as connection:
        connection.execute(text(f'DROP SCHEMA "{schema}" CASCADE'))
    engine.dispose()
