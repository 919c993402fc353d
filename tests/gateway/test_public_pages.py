"""The public pages: plain HTML under a strict policy, made of what is public and of nothing else."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import html

from house import TestClock
from observers.public_life import (
    XSS,
    PublicLife,
    announced,
    correction,
    deadline,
    draft,
    hidden,
    parts,
    public_life,
    statement,
    summary,
    taken_back,
    whole_life,
)
from parley.delegations.facts import NegotiationAnnounced
from parley.gateway.headers import HEADERS
from parley.gateway.pages import pages
from parley.gateway.showing import coded, moment, themes_of
from parley.kernel.database import Database
from parley.kernel.problem import TECHNICAL
from parley.kernel.process import Process, application

pytestmark = pytest.mark.deep  # a whole application for each test

ADDRESSES = [
    "/", "/negotiations/prague", "/negotiations/prague/record", "/negotiations/prague/summaries/1/1", "/negotiations/prague/summaries/1/2",
    "/negotiations/prague/documents/zero/0", "/negotiations/prague/documents/zero/1", "/problems", "/problems/stale",
]  # fmt: skip


class Reader(HTMLParser):
    """Reads a page as a strict browser does: every element that is opened is closed, and scripts are noticed."""

    VOID = frozenset({"meta", "link", "br", "hr", "img"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.active: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        named = dict(attrs)
        self.links += [str(named[name]) for name in ("href", "src") if name in named]
        self.ids += [str(named["id"])] if "id" in named else []
        if tag in ("script", "style", "iframe", "object", "form") or any(name.startswith("on") or name == "style" for name in named):
            self.active.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(page: httpx.Response) -> Reader:
    reader = Reader()
    reader.feed(page.text)
    assert reader.open == []
    return reader


@asynccontextmanager
async def shown(folder: Path) -> AsyncIterator[tuple[PublicLife, httpx.AsyncClient]]:
    """The pages of a house, composed as a process composes them."""
    clock = TestClock()
    process = Process(Database(f"sqlite:///{folder / 'parley.db'}"), parts(), clock)
    app = application(process, title="Parley", version="test")
    inside = httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://parley")
    app.router.default = pages(inside, TECHNICAL)
    async with process, inside, httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as browser:
        yield PublicLife(process, browser, clock), browser


async def test_every_page_stands_without_script_under_a_strict_policy(tmp_path: Path) -> None:
    async with shown(tmp_path) as (life, browser):
        await life.say(*whole_life())
        for address in [*ADDRESSES, "/nowhere"]:
            page = await browser.get(address)
            assert page.status_code == (404 if address == "/nowhere" else 200), address
            assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
            assert "script" not in page.headers["Content-Security-Policy"]
            assert "unsafe" not in page.headers["Content-Security-Policy"]
            assert HEADERS.items() <= dict(page.headers).items() | {(name, page.headers[name]) for name in HEADERS}
            reader = read(page)
            assert reader.active == []
            assert len(reader.ids) == len(set(reader.ids))


async def test_every_link_of_every_page_leads_somewhere(tmp_path: Path) -> None:
    async with shown(tmp_path) as (life, browser):
        await life.say(*whole_life())
        for address in ADDRESSES:
            reader = read(await browser.get(address))
            for link in reader.links:
                path, _, place = link.partition("#")
                assert path.startswith("/") or not path, link
                assert not place or place in reader.ids or path
                if path and not path.endswith("/stream"):
                    assert (await browser.get(path)).status_code == 200, link


@pytest.mark.parametrize("text", [XSS, "</p></article><img src=x onerror=alert(1)>", "{{ 7 * 7 }}{% raw %}", "' onmouseover='alert(1)"])
async def test_what_was_submitted_is_shown_as_words_and_never_as_markup(tmp_path: Path, text: str) -> None:
    async with shown(tmp_path) as (life, browser):
        await life.say(NegotiationAnnounced("prague", text, "Europe/Prague", (text,)), deadline(text), draft(0, text), summary(1, text), correction())
        seen = 0
        for address in (
            "/",
            "/negotiations/prague",
            "/negotiations/prague/record",
            "/negotiations/prague/summaries/1/1",
            "/negotiations/prague/documents/zero/0",
        ):
            page = await browser.get(address)
            assert read(page).active == []
            assert not html.fromstring(page.text).xpath("//script | //img | //*[@onmouseover]")
            seen += text in "".join(html.fromstring(page.text).itertext())
        assert seen == 5


async def test_a_negotiation_is_shown_with_themes_deadlines_texts_and_its_feed(tmp_path: Path) -> None:
    async with shown(tmp_path) as (life, browser):
        await life.say(*whole_life())
        page = html.fromstring((await browser.get("/negotiations/prague")).text)
        words = " ".join(" ".join(page.itertext()).split())
        for said in ("Closed 2 May 2019", "policy", "security", "Principles 4 May 2019, 12:00 Europe/Prague time · 10:00 UTC", "PRAGUE/CS/1/Rev.1", "Rev.1", "zero draft",
                     "corrected by PRAGUE/CS/1/Corr.1"):  # fmt: skip
            assert said in words, said
        assert "2019-05-04T10:00:00Z" in page.xpath("//time/@datetime")
        assert page.xpath("//link[@type='application/atom+xml']/@href") == ["/api/v1/public/negotiations/prague/feed.atom"]


async def test_an_issued_text_is_shown_as_issued_with_its_corrections_beside_it(tmp_path: Path) -> None:
    async with shown(tmp_path) as (life, browser):
        await life.say(announced(), summary(), correction(), summary(2))
        page = html.fromstring((await browser.get("/negotiations/prague/summaries/1/1")).text)
        assert "Suppliers are assessed." in page.get_element_by_id("p2").text_content()
        assert (page.xpath("//del/text()"), page.xpath("//ins/text()")) == (["assessed"], ["examined"])
        assert page.xpath("//a[text()='A later version']/@href") == ["/negotiations/prague/summaries/1/2"]
        assert not html.fromstring((await browser.get("/negotiations/prague/summaries/1/2")).text).xpath("//del")


async def test_what_delegations_put_beside_a_text_is_printed_behind_it(tmp_path: Path) -> None:
    async with shown(tmp_path) as (life, browser):
        await life.say(announced(), summary(), statement(1, XSS), statement(2), taken_back(2), summary(2))
        page = html.fromstring((await browser.get("/negotiations/prague/summaries/1/1")).text)
        said = [" ".join(one.text_content().split()) for one in page.xpath("//section[@id='statements']//article")]
        assert len(said) == 2
        assert said[0].startswith("Reservation by JP, for EU Made 3 May 2019")
        assert XSS in said[0]
        assert "Taken back" in said[1]
        assert "Taken back" not in said[0]
        assert page.xpath("//section[@id='statements']//a/@href") == ["#p2", "#p2"]
        assert not page.xpath("//section[@id='statements']//script")
        assert not html.fromstring((await browser.get("/negotiations/prague/summaries/1/2")).text).xpath("//section[@id='statements']")
        record = html.fromstring((await browser.get("/negotiations/prague/record")).text)
        assert "/negotiations/prague/summaries/1/1" in record.xpath("//a[contains(., 'Reservation by JP')]/@href")


async def test_two_worlds_that_differ_in_what_is_hidden_show_the_same_pages(tmp_path: Path) -> None:
    async def world(folder: str, *secrets: Any) -> list[tuple[int, list[tuple[str, str]], bytes]]:
        async with shown(tmp_path / folder) as (life, browser):
            for fact in whole_life():
                await life.say(*secrets)
                await life.say(fact)
            answers = [await browser.get(address) for address in (*ADDRESSES, "/negotiations/vienna", "/negotiations/prague/summaries/1/3")]
            return [(one.status_code, sorted(one.headers.multi_items()), one.content) for one in answers]

    quiet, busy = await world("quiet"), await world("busy", *hidden())
    assert quiet == busy
    assert not any(b"canary" in body or b"SECRET" in body for _, _, body in busy)


async def test_what_is_not_there_is_said_in_the_form_of_whoever_asks(tmp_path: Path) -> None:
    async with shown(tmp_path) as (life, browser):
        await life.say(announced(), summary())
        for address in ("/negotiations/nowhere", "/negotiations/prague/summaries/1/9", "/negotiations/prague/summaries/2/1", "/negotiations/prague/documents/x/1",
                        "/negotiations/prague/record?cursor=garbage", "/problems/none", "/assets/none", "/negotiations/prague/summaries/1/99999999999999999999",
                        "/negotiations/" + "x" * 300, "/negotiations/%2e%2e"):  # fmt: skip
            page = await browser.get(address)
            assert (page.status_code, page.headers["Content-Type"]) == (404, "text/html; charset=utf-8"), address
        for method, address, code in (("GET", "/api/v1/nowhere", "unknown"), ("DELETE", "/api/v1/public/negotiations", "not-allowed-here")):
            assert (await browser.request(method, address)).json()["code"] == code
        assert (await browser.post("/")).status_code == 405


async def test_pages_are_kept_until_they_change_and_assets_for_ever(tmp_path: Path) -> None:
    async with shown(tmp_path) as (life, browser):
        await life.say(*whole_life())
        page = await browser.get("/negotiations/prague")
        assert (await browser.get("/negotiations/prague", headers={"If-None-Match": page.headers["ETag"]})).status_code == 304
        await life.say(deadline("last"))
        assert (await browser.get("/negotiations/prague", headers={"If-None-Match": page.headers["ETag"]})).status_code == 200
        (sheet,) = [link for link in read(page).links if ".css" in link]
        assert "immutable" in (await browser.get(sheet)).headers["Cache-Control"]
        assert "immutable" not in (await browser.get(sheet.partition("?")[0])).headers["Cache-Control"]
        assert len((await browser.get(sheet)).content) < 16_000
        assert (await browser.head("/")).status_code == 200


async def test_a_record_that_does_not_answer_is_a_page_that_says_so() -> None:
    def away(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("away")

    app = pages(httpx.AsyncClient(transport=httpx.MockTransport(away), base_url="http://parley"), {})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as browser:
        page = await browser.get("/")
        assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
        assert "One moment" in page.text


async def test_all_negotiations_are_reached_page_by_page(tmp_path: Path) -> None:
    async with shown(tmp_path) as (life, browser):
        for number in range(101):
            await life.say(announced(f"n{number}", f"Number {number}"), lane=f"n{number}")
        first = html.fromstring((await browser.get("/")).text)
        (more,) = first.xpath("//a[@rel='next']/@href")
        assert "Number 100" in (await browser.get(more)).text
        assert len(first.xpath("//article")) == 100


async def test_the_house_of_the_pages_is_the_house_of_the_interface(tmp_path: Path) -> None:
    async with public_life(tmp_path) as life:  # without pages mounted, what they would show is a problem
        assert (await life.client.get("/")).headers["Content-Type"] == "application/problem+json"


def test_times_are_told_in_the_zone_of_the_conference_which_is_named() -> None:
    assert "3 May 2019, 00:30" in moment("2019-05-02T22:30:00Z", "Europe/Prague")
    assert "Europe/Prague time · 2 May 2019, 22:30 UTC" in moment("2019-05-02T22:30:00Z", "Europe/Prague")
    assert "New York time" in moment("2019-05-02T22:30:00Z", "America/New_York")
    assert moment("2019-05-02T22:30:00Z", "Not/AZone") == moment("2019-05-02T22:30:00Z", "UTC")
    assert moment("<b>soon</b>", "UTC") == "<span>&lt;b&gt;soon&lt;/b&gt;</span>"


def test_a_summary_is_read_in_both_forms_in_which_it_is_published() -> None:
    listed = themes_of({"themes": [["policy", [[1, "One."]]]]})
    named = themes_of({"themes": [{"title": "policy", "sentences": [{"number": 1, "text": "One."}]}]})
    assert listed == named == [{"title": "policy", "sentences": [{"number": 1, "text": "One.", "who": ""}]}]


def test_what_stands_between_backticks_is_code_and_still_escaped() -> None:
    assert coded("Send `If-Match` <now>.") == "Send <code>If-Match</code> &lt;now&gt;."


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_colour_of_a_text_has_the_contrast_that_wcag_asks_for(scheme: str) -> None:
    sheet = files("parley.gateway").joinpath("assets", "parley.css").read_text()
    light, dark = sheet.split("@media (prefers-color-scheme: dark)")[:2]
    colours = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6});", dark if scheme == "dark" else light))
    for ink in ("ink", "quiet", "accent", "added", "removed"):
        assert _contrast(colours[ink], colours["paper"]) >= 4.5, ink
    for ink in ("ink", "accent"):
        assert _contrast(colours[ink], colours["notice"]) >= 4.5, ink


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
