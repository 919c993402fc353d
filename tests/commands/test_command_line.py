"""The command line: what each command prints, answers and leaves behind."""

import json
import re
import sqlite3
from pathlib import Path

import httpx
import pytest

from commands.running import parley, stopped_within, up
from parley.client import Client

pytestmark = pytest.mark.real

OPENING = {"negotiation": "vienna", "title": "A meeting", "themes": ["policy"], "marking": "public"}


async def opened(address: str, code: str) -> Client:
    """A negotiation in which the secretariat has brought in one principle."""
    http = httpx.AsyncClient(base_url=address, timeout=20)
    house = await Client(http, "house").sign_in(code)
    secretariat = Client(http, "vienna", house.token)
    await secretariat.tell("/api/v1/negotiations", OPENING)
    await secretariat.tell("/delegations", {"delegation": "CZ", "name": "Czechia"})
    body = {"delegation": "CZ", "text": "Networks should be secure.", "theme": "policy", "source": "test/1"}
    await secretariat.tell("/principles/import", body)
    return secretariat


def code_in(said: str) -> str:
    return re.findall(r"[0-9a-f]{64}", said)[0]


async def test_up_says_where_it_is_and_how_to_sign_in_and_stops_with_streams_open(tmp_path: Path) -> None:
    with up(tmp_path) as (process, address, said):
        secretariat = await opened(address, code_in(said))
        assert (await secretariat.ask(""))["title"] == "A meeting"
        page = await secretariat.http.get("/")
        assert page.status_code == 200
        assert "A meeting" in page.text
        async with secretariat.http.stream("GET", "/api/v1/public/negotiations/vienna/stream") as stream:
            lines = stream.aiter_lines()
            while not (await anext(lines)).startswith("data:"):
                pass
            assert stopped_within(process, 5) < 5
        await secretariat.http.aclose()
        assert process.stderr is not None
        assert process.stderr.read() == ""


async def test_a_process_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    with up(tmp_path) as (process, address, said):
        secretariat = await opened(address, code_in(said))
        process.kill()
        process.wait()
        await secretariat.http.aclose()
    with up(tmp_path) as (_, address, said):
        assert "parley invite" in said
        code = json.loads(parley("invite", "--json", data=tmp_path).stdout)["code"]
        http = httpx.AsyncClient(base_url=address)
        house = await Client(http, "house").sign_in(code)
        listed = await Client(http, "vienna", house.token).ask("/principles")
        assert [one["text"] for one in listed["principles"]] == ["Networks should be secure."]
        await http.aclose()


async def test_a_negotiation_is_exported_and_the_export_is_proved(tmp_path: Path) -> None:
    with up(tmp_path) as (process, address, said):
        secretariat = await opened(address, code_in(said))
        await secretariat.http.aclose()
        stopped_within(process, 5)
    exported = parley("export", "vienna", "--json", data=tmp_path)
    assert (exported.returncode, json.loads(exported.stdout)["facts"]) == (0, 4)
    file = tmp_path / "export.jsonl"
    assert parley("verify", str(file), data=tmp_path).returncode == 0
    file.write_text(file.read_text().replace("Networks should be secure.", "Networks shall be secure."))
    broken = parley("verify", str(file), "--json", data=tmp_path)
    assert broken.returncode == 1
    assert "is not what was recorded" in json.loads(broken.stdout)["findings"][0]["why"]
    assert parley("export", "geneva", data=tmp_path).returncode == 1


async def test_a_record_that_was_tampered_with_is_found_out(tmp_path: Path) -> None:
    with up(tmp_path) as (process, address, said):
        secretariat = await opened(address, code_in(said))
        await secretariat.http.aclose()
        stopped_within(process, 5)
    assert parley("verify", data=tmp_path).returncode == 0
    with sqlite3.connect(tmp_path / "parley.db") as record:
        record.execute("UPDATE fact SET body = replace(body, 'Czechia', 'Bohemia') WHERE type LIKE '%DelegationAdmitted%'")
    record.close()
    assert parley("verify", data=tmp_path).returncode == 1


async def test_a_rebuild_gives_the_same_bytes_whatever_seed_zone_and_process(tmp_path: Path) -> None:
    with up(tmp_path) as (process, address, said):
        secretariat = await opened(address, code_in(said))
        await secretariat.http.aclose()
        stopped_within(process, 5)
    runs = [
        parley("rebuild", "--json", data=tmp_path, PYTHONHASHSEED=seed, TZ=zone)
        for seed, zone in (("0", "UTC"), ("1", "Asia/Kathmandu"), ("random", "America/St_Johns"))
    ]
    assert [run.returncode for run in runs] == [0, 0, 0]
    assert len({run.stdout for run in runs}) == 1
    assert set(json.loads(runs[0].stdout)["views"]) == {"delegations", "drafts", "summaries", "observers"}


def test_doctor_finds_a_new_place_well_and_a_damaged_file_not(tmp_path: Path) -> None:
    assert parley("doctor", data=tmp_path).returncode == 0
    parley("invite", data=tmp_path)
    well = parley("doctor", "--json", data=tmp_path)
    assert (well.returncode, json.loads(well.stdout)["well"]) == (0, True)
    (tmp_path / "secret").chmod(0o644)
    readable = parley("doctor", data=tmp_path)
    assert (readable.returncode, "chmod 600" in readable.stdout) == (1, True)
    (tmp_path / "secret").chmod(0o600)
    (tmp_path / "parley.db").write_bytes(b"not a database at all" * 400)
    for leftover in ("parley.db-wal", "parley.db-shm"):
        (tmp_path / leftover).unlink(missing_ok=True)
    damaged = parley("doctor", data=tmp_path)
    assert (damaged.returncode, "backup" in damaged.stdout) == (1, True)


def test_a_wrong_call_says_so_and_answers_two(tmp_path: Path) -> None:
    assert parley("negotiate", data=tmp_path).returncode == 2
    assert parley("verify", "nowhere.json", data=tmp_path).returncode == 2
    (tmp_path / "rows.jsonl").write_text('{"colour": "red"}\n')
    unreadable = parley("import", "rows.jsonl", "--negotiation", "n", data=tmp_path)
    assert (unreadable.returncode, "Expected for" in unreadable.stdout) == (2, True)


def test_help_names_every_command(tmp_path: Path) -> None:
    said = parley("--help", data=tmp_path).stdout
    for command in ("up", "demo", "import", "invite", "export", "verify", "rebuild", "doctor"):
        assert re.search(rf"\b{command}\b", said), command
