"""What was recorded by a release is read by this one: the same bytes, the same answers, and the record goes on."""

import json
from pathlib import Path
from typing import Any

import pytest

from parley.commands.verify import verify_all
from parley.kernel.database import Database
from parley.kernel.opening import open_record
from parley.kernel.projection import Projection
from parley.kernel.settings import Settings
from parley.main import parts
from releases.played import EVERYBODY, RELEASED, SCHEMAS, Release, answered, reopened, unplayed, write

KEPT = pytest.mark.parametrize("release", RELEASED, ids=lambda release: release.folder.name)


def missing(said: Any, now: Any, where: str = "") -> list[str]:
    """Where an answer no longer says what it said. It may say more: a field that is new is none that anybody read."""
    if isinstance(said, dict) and isinstance(now, dict):
        return [one for name, value in said.items() for one in missing(value, now.get(name, "nothing"), f"{where}.{name}")]
    if isinstance(said, list) and isinstance(now, list) and len(said) == len(now):
        return [one for place, pair in enumerate(zip(said, now, strict=True)) for one in missing(*pair, f"{where}[{place}]")]
    return [] if said == now and type(said) is type(now) else [f"{where} was {str(said)[:80]!r}, and is {str(now)[:80]!r}"]


def restored(release: Release, folder: Path) -> Database:
    file = folder / "parley.db"
    release.restore(file)
    return Database(f"sqlite:///{file}")


@KEPT
def test_every_hash_of_a_released_record_holds(release: Release, tmp_path: Path) -> None:
    restored(release, tmp_path).close()
    (finding,) = verify_all([], Settings(data=tmp_path))
    assert finding["holds"], finding["why"]


@KEPT
@pytest.mark.parametrize("views", ["folded anew", pytest.param("as they were kept", marks=pytest.mark.deep)])
async def test_every_reader_is_answered_what_the_release_answered(release: Release, views: str, tmp_path: Path) -> None:
    database, answers = restored(release, tmp_path), release.answers()
    if views == "folded anew":
        for part in parts():
            Projection(database, part.view()).rebuild()
    async with reopened(database) as (_, client):
        for reader, said in answers["said"].items():
            for address, before in said.items():
                now = await answered(client, answers["tokens"][reader], address)
                assert missing(before, now) == [], f"{reader or 'everybody'} at {address}"


@KEPT
def test_a_release_keeps_answers_of_every_kind(release: Release) -> None:
    said = release.answers()["said"]
    found = {reader: {status for status, _ in answers.values()} for reader, answers in said.items()}
    assert all(200 in statuses for statuses in found.values())
    assert 404 in found[EVERYBODY], "what was hidden stays hidden"
    assert sum(isinstance(body, str) and len(body) > 1_000 for status, body in said[EVERYBODY].values() if status == 200) >= 3, (
        "the issued texts, as characters"
    )
    assert sum(file.stat().st_size for file in release.folder.iterdir()) < 300_000


@KEPT
def test_facts_of_every_kind_that_a_release_publishes_are_in_its_record(release: Release, tmp_path: Path) -> None:
    restored(release, tmp_path).close()
    published = set(json.loads((SCHEMAS / f"{release.folder.name}.json").read_text(encoding="utf-8")))
    assert published & unplayed(tmp_path / "parley.db") == set()


@KEPT
async def test_the_record_of_a_release_goes_on(release: Release, tmp_path: Path) -> None:
    database, answers = restored(release, tmp_path), release.answers()
    lane, reader = next(one for one in answers["tokens"] if one.endswith(" fr-head")).split()
    at, root = {"Authorization": f"Bearer {answers['tokens'][f'{lane} chair']}"}, f"/api/v1/negotiations/{lane}"
    async with reopened(database) as (process, client):
        end = process.log.position()
        (summary,) = (await client.get(f"{root}/summaries", headers=at)).json()["summaries"]
        (document,) = (await client.get(f"{root}/documents", headers=at)).json()["documents"]
        head = {"Authorization": f"Bearer {answers['tokens'][f'{lane} {reader}']}"}
        principle = next(one for one in (await client.get(f"{root}/principles", headers=head)).json()["principles"] if one["state"] == "live")
        acts = {
            "principle": (head, f"{root}/principles/{principle['principle']}/positions", {"stance": "oppose", "text_hash": principle["text_hash"]}),
            "document": (at, f"{root}/documents/{document['document']}/window", {"closes_at": "2099-01-01T00:00:00Z"}),
            "summary": (at, f"{root}/summaries/{summary['summary']}/themes", {"title": "What came later"}),
        }
        for key, (who, path, body) in acts.items():
            seen = {} if key == "principle" else {"If-Match": (await client.get(path.rsplit("/window")[0].rsplit("/themes")[0], headers=who)).headers["ETag"]}
            told = await client.post(path, json=body, headers=who | seen | {"Idempotency-Key": key})
            assert told.status_code == 201, told.text
        assert process.log.position() >= end + len(acts)
    (finding,) = verify_all([], Settings(data=tmp_path))
    assert finding["holds"], finding["why"]


def test_an_answer_that_says_more_is_the_same_and_one_that_says_less_or_other_is_not() -> None:
    said = [200, {"a": [{"b": 1}], "c": None}]
    assert missing(said, [200, {"a": [{"b": 1, "new": 2}], "c": None, "more": []}]) == []
    for other in (
        [404, said[1]],
        [200, {"a": [{"b": 1}]}],
        [200, {"a": [], "c": None}],
        [200, {"a": [{"b": True}], "c": None}],
        [200, {"a": [{"b": 2}], "c": None}],
    ):
        assert len(missing(said, other)) == 1, other


def test_what_was_released_is_never_written_again(tmp_path: Path) -> None:
    for folder, schemas in ((RELEASED[0].folder.parent, tmp_path), (tmp_path, SCHEMAS)):
        with pytest.raises(FileExistsError, match="raise the version first"):
            write(RELEASED[0].folder.name, folder, schemas)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.real
def test_a_release_that_is_written_today_replays_today(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("releases.played.unplayed", lambda _: set())  # what has no act yet must have one by the next release, and not before
    write("9.9.9", tmp_path, tmp_path)
    release = Release(tmp_path / "9.9.9")
    assert set(release.answers()["tokens"]) == set(RELEASED[0].answers()["tokens"])
    assert release.tables() == RELEASED[0].tables() or "ALTER TABLE" in release.tables()
    assert len(json.loads((tmp_path / "9.9.9.json").read_text())) >= len(json.loads((SCHEMAS / "0.1.0.json").read_text()))
    release.restore(tmp_path / "parley.db")
    (finding,) = verify_all([], Settings(data=tmp_path))
    assert finding["holds"], finding["why"]


def test_a_release_with_a_kind_of_fact_that_no_meeting_brings_about_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("releases.played.played", lambda _: None)
    monkeypatch.setattr("releases.played.continued", made_of_nothing)
    with pytest.raises(ValueError, match=r"no act of the two meetings brings about parley\.delegations\.CloseAnnounced\.v1, "):
        write("9.9.9", tmp_path, tmp_path)
    assert list(tmp_path.iterdir()) == []


async def made_of_nothing(data: Path, _: None) -> None:
    empty = Database(f"sqlite:///{data / 'parley.db'}")
    open_record(empty)
    empty.close()
