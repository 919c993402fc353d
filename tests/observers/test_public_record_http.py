"""The public record over HTTP: without sign-in, kept by caches, and the same whatever is hidden."""

import asyncio
import tempfile
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from observers.public_life import AT, XSS, PublicLife, announced, correction, deadline, draft, hidden, public_life, summary, whole_life
from parley.kernel.representations import preferred

pytestmark = pytest.mark.deep  # a whole application for each test

ATOM = "{http://www.w3.org/2005/Atom}"
PATHS = [
    "", "/prague", "/prague/record", "/prague/record?order=newest", "/prague/feed.atom", "/prague/summaries/1", "/prague/summaries/1/1",
    "/prague/summaries/1/1.json", "/prague/summaries/1/1.md", "/prague/summaries/1/1.html", "/prague/summaries/1/1/corrections", "/prague/documents/zero",
    "/prague/documents/zero/1", "/prague/summaries/1/3", "/prague/summaries/2", "/vienna", "/prague/record?cursor=b2xkZXN0fHByYWd1ZXwz",
]  # fmt: skip


async def everything_of(life: PublicLife) -> list[tuple[str, int, list[tuple[str, str]], bytes]]:
    """Every answer that an observer can have, byte for byte, and every page of the record by every page length."""
    found = []
    todo = [*PATHS, *(f"/prague/record?limit={limit}&order={order}" for limit in (1, 3) for order in ("oldest", "newest"))]
    while todo:
        path = todo.pop(0)
        answered = await life.ask(path)
        found.append((path, answered.status_code, sorted(answered.headers.multi_items()), answered.content))
        if "next" in answered.links:
            todo.append(answered.links["next"]["url"].removeprefix(AT))
    return found


@settings(max_examples=3)
@given(st.data())
async def test_two_worlds_that_differ_in_what_is_hidden_give_an_observer_the_same_bytes(data: st.DataObject) -> None:
    secrets = [data.draw(st.lists(st.sampled_from(hidden()), max_size=3)) for _ in whole_life()]
    with tempfile.TemporaryDirectory() as folder:
        async with public_life(Path(folder) / "quiet") as quiet, public_life(Path(folder) / "busy") as busy:
            for fact, hidden_before in zip(whole_life(), secrets, strict=True):
                await busy.say(*hidden_before)
                await busy.say(fact)
                await quiet.say(fact)
            await busy.say(*hidden(), lane="vienna")  # a negotiation of which nothing is public
            seen = await everything_of(busy)
            assert seen == await everything_of(quiet)
            assert not any(b"canary" in body or b"SECRET" in body for _, _, _, body in seen)
            assert len(seen) > 30


async def test_pages_of_the_record_follow_each_other_without_gap_in_both_orders(tmp_path: Path) -> None:
    async with public_life(tmp_path) as life:
        await life.say(*whole_life())
        for order in ("oldest", "newest"):
            numbers, path = [], f"/prague/record?limit=3&order={order}"
            while path:
                answered = await life.ask(path)
                numbers += [one["seq"] for one in answered.json()["entries"]]
                path = answered.links.get("next", {}).get("url", "").removeprefix(AT)
            assert numbers == (list(range(1, 11)) if order == "oldest" else list(range(10, 0, -1)))


@pytest.mark.parametrize("cursor", ["garbage", "b2xkZXN0fHZpZW5uYXwz", "b2xkZXN0fHByYWd1ZXwzMzMzMzMzMzMzMzMz", "w6k", "%00", "b2xkZXN0fHByYWd1ZXzCsg"])
async def test_a_cursor_that_was_not_given_out_for_this_list_is_refused(tmp_path: Path, cursor: str) -> None:
    async with public_life(tmp_path) as life:
        await life.say(announced())
        refused = await life.ask(f"/prague/record?cursor={cursor}")
        expected = (422, "malformed") if cursor == "%00" else (400, "not-a-cursor")
        assert (refused.status_code, refused.json()["code"]) == expected


async def test_negotiations_are_listed_page_by_page(tmp_path: Path) -> None:
    async with public_life(tmp_path) as life:
        for name in ("prague", "vienna", "geneva"):
            await life.say(announced(name, name.title()), lane=name)
        first = await life.ask("?limit=2")
        second = await life.ask(first.links["next"]["url"].removeprefix(AT))
        assert [one["negotiation"] for page in (first, second) for one in page.json()["negotiations"]] == ["prague", "vienna", "geneva"]
        assert "next" not in second.links
        assert (await life.ask("?cursor=bmVnb3RpYXRpb25zfG5vd2hlcmU")).status_code == 404


async def test_what_has_not_changed_is_not_sent_again(tmp_path: Path) -> None:
    async with public_life(tmp_path) as life:
        await life.say(*whole_life())
        for path in [one for one in PATHS if (await life.ask(one)).status_code == 200]:
            first = await life.ask(path)
            again = await life.ask(path, If_None_Match=f'"other", W/{first.headers["ETag"]}')
            assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"]), path
        before = {path: (await life.ask(path)).headers["ETag"] for path in ("", "/prague", "/prague/record", "/prague/feed.atom")}
        await life.say(deadline("last", 9))
        for path, tag in before.items():
            assert (await life.ask(path)).headers["ETag"] != tag


async def test_only_what_can_never_change_is_kept_without_asking(tmp_path: Path) -> None:
    async with public_life(tmp_path) as life:
        await life.say(*whole_life())
        kept = {path: (await life.ask(path)).headers["Cache-Control"] for path in PATHS}
        assert {path for path, said in kept.items() if "immutable" in said} == {f"/prague/summaries/1/1.{form}" for form in ("json", "md", "html")}
        assert kept["/prague/record"] == kept["/prague"] == kept["/prague/summaries/1/1"] == "public, no-cache"
        assert "max-age" in (await life.ask("/prague/record?limit=3")).headers["Cache-Control"]
        assert "max-age" not in (await life.ask("/prague/record?limit=3&order=newest")).headers["Cache-Control"]


async def test_the_last_change_is_a_public_one(tmp_path: Path) -> None:
    async with public_life(tmp_path) as life:
        await life.say(announced())
        life.clock.forward(hours=3)
        await life.say(*hidden())
        for path in ("", "/prague", "/prague/record", "/prague/feed.atom"):
            assert parsedate_to_datetime((await life.ask(path)).headers["Last-Modified"]).hour == 8


async def test_a_text_is_given_in_the_form_that_the_reader_prefers(tmp_path: Path) -> None:
    async with public_life(tmp_path) as life:
        await life.say(announced(), summary(), draft())
        at = "/prague/summaries/1/1"
        for accept, media in [("text/html", "text/html"), ("text/markdown;q=0.9, text/html;q=0.1", "text/markdown"), ("*/*", "application/json"),
                              ("image/png", "application/json"), ("text/*, application/json;q=0.3", "text/markdown"), ("text/plain", "text/plain"), ("application/pdf", "application/pdf"),
                              ("application/akn+xml", "application/akn+xml")]:  # fmt: skip
            answered = await life.ask(at, Accept=accept)
            assert answered.headers["Content-Type"].partition(";")[0] == media
            assert "Accept" in answered.headers["Vary"]
        assert (await life.ask(at + ".json")).json()["themes"][0]["sentences"][0]["number"] == 1  # the document as it was issued, not the fact
        assert len({(await life.ask(f"{at}.{form}")).headers["ETag"] for form in ("json", "md", "html", "txt", "pdf", "akn")}) == 6
        assert (await life.ask("/prague/documents/zero/0.md")).status_code == 404  # was not released in this form
        assert (await life.ask(at + ".pdf")).content.startswith(b"%PDF")
        assert b"more than one supplier" in (await life.ask(at + ".akn")).content
        assert (await life.ask("/prague/documents/zero/0.pdf")).status_code == 404
        assert (await life.ask(at + ".docx")).status_code == 422
        assert (await life.ask("/prague/documents/zero/0", Accept="text/html")).headers["Content-Type"] == "application/json"


async def test_versions_point_to_each_other_and_what_is_kept_for_ever_only_to_what_never_moves(tmp_path: Path) -> None:
    async with public_life(tmp_path) as life:
        await life.say(announced(), summary(1), summary(2), summary(3))
        links = (await life.ask("/prague/summaries/1/2")).links
        around = {rel: links[rel]["url"].rpartition("/")[2] for rel in ("predecessor-version", "successor-version", "latest-version", "version-history")}
        assert around == {"predecessor-version": "1", "successor-version": "3", "latest-version": "3", "version-history": "1"}
        assert set((await life.ask("/prague/summaries/1/2.md")).links) == {"version-history", "canonical"}
        assert "predecessor-version" not in (await life.ask("/prague/summaries/1/1")).links


async def test_a_correction_stands_beside_the_text_and_changes_none_of_its_bytes(tmp_path: Path) -> None:
    async with public_life(tmp_path) as life:
        await life.say(announced(), summary())
        before = [(await life.ask(f"/prague/summaries/1/1{form}")).content for form in ("", ".json", ".md", ".html")]
        await life.say(correction())
        assert before == [(await life.ask(f"/prague/summaries/1/1{form}")).content for form in ("", ".json", ".md", ".html")]
        (shown,) = (await life.ask("/prague/summaries/1/1/corrections")).json()["corrections"]
        assert (shown["symbol"], shown["corrections"]) == ("PRAGUE/CS/1/Corr.1", [["2", "assessed", "examined"]])
        (version,) = (await life.ask("/prague")).json()["summaries"][0]["versions"]
        assert version["corrections"] == [shown]


async def test_the_record_names_a_deadline_that_was_moved_twice_and_the_negotiation_once(tmp_path: Path) -> None:
    async with public_life(tmp_path) as life:
        await life.say(announced(), deadline(days=0), deadline(days=1))
        assert [one["kind"] for one in await life.entries()].count("deadline-announced") == 2
        assert (await life.ask("/prague")).json()["deadlines"] == [{"phase": "principles", "closes_at": "2019-05-04T10:00:00Z"}]


async def test_the_feed_is_valid_atom_and_its_bytes_are_stable(tmp_path: Path) -> None:
    async with public_life(tmp_path) as life:
        await life.say(announced(title=XSS), summary(text=XSS), correction())
        answered = await life.ask("/prague/feed.atom")
        assert answered.headers["Content-Type"] == "application/atom+xml"
        feed = etree.fromstring(answered.content)
        required = ("id", "title", "updated")
        entries = feed.findall(ATOM + "entry")
        assert all(one.find(ATOM + name) is not None for one in (feed, *entries) for name in required)
        assert feed.find(ATOM + "author/" + ATOM + "name") is not None
        ids = [one.findtext(ATOM + "id") for one in (feed, *entries)]
        assert len(set(ids)) == 4
        assert all(one.startswith("urn:uuid:") for one in ids)
        assert [one.findtext(ATOM + "category") is not None for one in entries] == [True] * 3
        assert feed.findtext(ATOM + "title") == XSS
        content = entries[1].findtext(ATOM + "content")
        assert "<script>" not in content
        assert "&lt;script&gt;" in content
        assert (await life.ask("/prague/feed.atom")).headers["ETag"] == answered.headers["ETag"]
        await life.say(deadline())
        later = etree.fromstring((await life.ask("/prague/feed.atom")).content)
        assert [one.findtext(ATOM + "id") for one in later.findall(ATOM + "entry")][1:] == ids[1:]


async def test_a_rebuilt_record_gives_the_same_bytes(tmp_path: Path) -> None:
    async with public_life(tmp_path) as life:
        await life.say(*whole_life(), *hidden())
        before = await everything_of(life)
        projection = life.process.services["observers"].projection
        life.process.follower.close()
        projection.rebuild()
        assert (await life.ask("/prague")).status_code == 404
        projection.apply(life.process.log.read(0, 1_000))
        assert await everything_of(life) == before


@pytest.mark.parametrize("path", ["", "/record", "/feed.atom", "/summaries/1/1", "/documents/zero/0"])
async def test_whoever_has_made_something_public_finds_it_and_waits_for_it(path: str, tmp_path: Path) -> None:
    async with public_life(tmp_path) as life:
        asking = asyncio.create_task(life.ask(f"/prague{path}", Parley_Cut="summaries=7, summaries.public=1, drafts.public=1"))
        await asyncio.sleep(0.1)
        await life.say(announced(), draft(0))
        assert not asking.done()
        await life.say(summary(1))
        assert (await asking).status_code == 200


async def test_what_is_not_public_in_time_is_answered_503_whether_there_is_such_a_negotiation_or_not(tmp_path: Path) -> None:
    async with public_life(tmp_path) as life:
        await life.say(announced())
        for name in ("prague", "vienna"):
            answered = await life.ask(f"/{name}", Parley_Cut="summaries.public=1")
            assert (answered.status_code, answered.json()["code"], answered.headers["Retry-After"]) == (503, "not-there-yet", "1")


async def test_every_origin_may_read_what_is_public_and_nobody_is_asked_who_they_are(tmp_path: Path) -> None:
    async with public_life(tmp_path) as life:
        await life.say(announced())
        answered = await life.ask("/prague", Authorization="Bearer stolen", Cookie="parley=stolen")
        assert answered.status_code == 200
        assert answered.headers["Access-Control-Allow-Origin"] == "*"
        assert not {"Parley-Cut", "Set-Cookie"} & set(answered.headers)
        described: dict[str, Any] = (await life.client.get("/api/v1/openapi.json")).json()
        assert {path for path in described["paths"] if "/public/" in path} >= {f"{AT}/{{negotiation}}/stream", f"{AT}/{{negotiation}}/feed.atom"}


def test_the_most_exact_wish_counts() -> None:
    offered = ["application/json", "text/html"]
    assert preferred("*/*, application/json;q=0.1", offered) == "text/html"
    assert preferred("text/html;q=oops", offered) == "application/json"
    assert preferred("", offered) == "application/json"
