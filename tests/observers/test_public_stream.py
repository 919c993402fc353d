"""The stream of the public record, over a real socket: nothing is lost, nothing comes twice, and it ends when it must."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import APIRouter

from observers.public_life import AT, CheckpointSigned, PublicLife, announced, deadline, hidden, public_life, served, summary, whole_life
from parley.kernel.process import Part
from parley.kernel.service import Service
from parley.observers import http_stream
from parley.observers.part import PART

STREAM = AT + "/prague/stream"

pytestmark = pytest.mark.deep  # a real server on a socket


def events_in(said: bytes) -> list[dict[str, Any]]:
    """The events of a stream as a browser takes them: only those that are complete."""
    events = []
    *whole, _ = said.decode().split("\n\n")
    for block in whole:
        fields = dict(line.partition(": ")[::2] for line in block.split("\n") if not line.startswith(":"))
        if "data" in fields:
            events.append({"event": fields.get("event", "message"), "id": fields.get("id"), "data": json.loads(fields["data"])})
    return events


@asynccontextmanager
async def stream(life: PublicLife, after: str | None = None, path: str = STREAM) -> AsyncIterator[httpx.Response]:
    headers = {"Last-Event-ID": after} if after is not None else {}
    async with life.client.stream("GET", path, headers=headers) as opened:
        assert opened.status_code == 200
        yield opened


async def read(life: PublicLife, count: int, after: str | None = None, path: str = STREAM) -> bytes:
    """What the stream says until `count` events are complete."""
    said = b""
    async with stream(life, after, path) as opened:
        async for part in opened.aiter_raw():
            said += part
            if said.count(b"data: ") >= count and len(events_in(said)) >= count:
                return said
    return said


def part_with(**times: float) -> Part:
    """The observers service with other times in its stream."""

    def routes(service: Service) -> APIRouter:
        return [http_stream.routes(service, **times)]

    return Part(PART.catalogue, PART.view, routes)


async def test_a_stream_cut_at_any_byte_goes_on_without_gap_or_double(tmp_path: Path) -> None:
    async with served(tmp_path) as (life, _):
        await life.say(*whole_life(), *hidden())
        whole = await read(life, 10)
        expected = [f"prague:{n}" for n in range(1, 11)]
        assert [one["id"] for one in events_in(whole)] == expected
        cuts = {tuple(one["id"] for one in events_in(whole[:cut])) for cut in range(len(whole) + 1)}
        assert len(cuts) == 11  # before the first event, and after each
        for had in sorted(cuts):
            rest = expected[len(had) :]
            if not rest:
                await life.say(deadline("last", 5))
                rest = ["prague:11"]
            came = events_in(await read(life, len(rest), after=had[-1] if had else None))
            assert [*had, *(one["id"] for one in came)][: len(had) + len(rest)] == [*had, *rest]


async def test_the_stream_and_the_record_say_the_same(tmp_path: Path) -> None:
    async with served(tmp_path) as (life, _):
        await life.say(*whole_life())
        assert [one["data"] for one in events_in(await read(life, 10))] == await life.entries()


async def test_what_is_said_while_history_is_read_comes_once_and_in_order(tmp_path: Path) -> None:
    async with served(tmp_path) as (life, _):
        await life.say(announced())

        async def come(late: float) -> list[str]:
            await asyncio.sleep(late)
            return [one["id"] for one in events_in(await read(life, 121))]

        readers = [asyncio.create_task(come(0.02 * number)) for number in range(20)]
        for day in range(120):
            await life.say(deadline("principles", day), *hidden(day)[:1])
        for came in await asyncio.wait_for(asyncio.gather(*readers), 30):
            assert came == [f"prague:{n}" for n in range(1, 122)]


async def test_an_id_that_no_entry_has_yet_is_answered_with_a_reset_and_the_whole_record(tmp_path: Path) -> None:
    async with served(tmp_path) as (life, _):
        await life.say(announced(), deadline())
        reset, *rest = events_in(await read(life, 3, after="prague:99"))
        assert (reset["event"], reset["id"]) == ("reset", "")
        assert [one["id"] for one in rest] == ["prague:1", "prague:2"]


@pytest.mark.parametrize(
    "foreign", ["vienna:1", "vienna:12", "garbage", "prague:01", "prague:-1", "prague:", "prague:" + "9" * 40, "1", "-1", "prague:1\t", " "]
)
async def test_an_id_of_another_record_or_of_none_is_refused_and_not_repeated(tmp_path: Path, foreign: str) -> None:
    async with public_life(tmp_path) as life:
        await life.say(announced(), deadline())
        await life.say(announced("vienna"), lane="vienna")
        refused = await life.client.get(STREAM, headers={"Last-Event-ID": foreign})
        assert (refused.status_code, refused.json()["code"]) == (400, "not-a-cursor")
        assert foreign.strip() not in refused.text or len(foreign.strip()) < 3


async def test_the_place_may_be_named_in_the_address_where_no_header_can_be_set(tmp_path: Path) -> None:
    async with served(tmp_path) as (life, _):
        await life.say(announced(), deadline())
        assert [one["id"] for one in events_in(await read(life, 1, path=STREAM + "?after=prague:1"))] == ["prague:2"]


async def test_the_stream_of_what_is_not_public_is_absent(tmp_path: Path) -> None:
    async with public_life(tmp_path) as life:
        await life.say(*hidden())
        assert (await life.ask("/prague/stream")).json()["code"] == "unknown"
        assert (await life.ask("/prague/stream")).content == (await life.ask("/nowhere/stream")).content


async def test_open_streams_end_within_five_seconds_of_the_end(tmp_path: Path) -> None:
    async with served(tmp_path) as (life, server):
        await life.say(announced())

        following = asyncio.Semaphore(0)

        async def follow() -> list[dict[str, Any]]:
            said = b""
            async with stream(life) as opened:
                async for part in opened.aiter_raw():
                    said += part
                    if part.startswith(b"data: "):
                        following.release()
            return events_in(said)  # the server ended it in order: otherwise httpx raises

        followers = [asyncio.create_task(follow()) for _ in range(40)]
        for _ in followers:
            await asyncio.wait_for(following.acquire(), 20)
        began = time.monotonic()
        server.should_exit = True
        ended = await asyncio.wait_for(asyncio.gather(*followers), 5)
        assert time.monotonic() - began < 5
        assert all([one["id"] for one in events] == ["prague:1"] for events in ended)


async def test_a_quiet_stream_is_kept_open_by_comments(tmp_path: Path) -> None:
    async with served(tmp_path, part_with(ping_seconds=0.05)) as (life, _):
        await life.say(announced())
        said = b""
        async with stream(life) as opened:
            async for part in opened.aiter_raw():
                said += part
                if said.count(b": ping\n\n") == 2:
                    break
        assert said.startswith(b"retry: ")
        assert 2_000 <= int(said.partition(b"\n")[0].removeprefix(b"retry: ")) <= 4_000


async def test_a_reader_who_takes_nothing_is_dropped_disturbs_nobody_and_comes_back(tmp_path: Path) -> None:
    async with served(tmp_path, part_with(slow_seconds=0.3)) as (life, _):
        await life.say(announced())
        expected = [f"prague:{n}" for n in range(2, 62)]
        narrow = socket.socket()
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        narrow.connect((life.client.base_url.host, life.client.base_url.port))
        reader, writer = await asyncio.open_connection(sock=narrow, limit=1_024)
        writer.write(f"GET {STREAM} HTTP/1.0\r\nHost: test\r\n\r\n".encode())
        await reader.readuntil(b"prague:1\n\n")
        other = asyncio.create_task(read(life, 60, after="prague:1"))
        for _ in expected:
            await life.say(CheckpointSigned("0123456789abcdef" * 8_000))
        assert [one["id"] for one in events_in(await asyncio.wait_for(other, 20))] == expected
        await asyncio.sleep(1)
        taken = b""
        while part := await asyncio.wait_for(reader.read(1_000_000), 5):  # what was on the way, then the end
            taken += part
        writer.close()
        had = [one["id"] for one in events_in(taken)]
        assert had == expected[: len(had)]
        assert len(had) < len(expected)
        rest = events_in(await read(life, len(expected) - len(had), after=had[-1] if had else "prague:1"))
        assert had + [one["id"] for one in rest] == expected


async def test_two_worlds_that_differ_in_what_is_hidden_stream_the_same_bytes(tmp_path: Path) -> None:
    async def world(folder: str, *secrets: Any) -> bytes:
        (tmp_path / folder).mkdir()
        async with served(tmp_path / folder) as (life, _):
            for fact in [*whole_life(), summary(3)]:
                await life.say(*secrets)
                await life.say(fact)
            said = await read(life, 11)
        return said.partition(b"\n\n")[2]  # the first line is when to come back, which is left to chance

    quiet, busy = await world("quiet"), await world("busy", *hidden())
    assert quiet == busy
    assert b"canary" not in busy
