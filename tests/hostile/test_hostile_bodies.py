"""Hostile bodies: each gets its documented problem and changes nothing, whichever command it is sent to; what is only strange is kept exactly."""

import json
import unicodedata
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from hostile.deeds import DEEDS
from hostile.forms import places, planted, who_may
from hostile.stage import Stage, stage_in
from parley.kernel.record_tables import HEADS

pytestmark = pytest.mark.deep  # some thousand requests

JSON = [deed for deed in DEEDS if isinstance(deed.body, dict)]
Bytes = Callable[[dict[str, Any]], bytes]
NO_JSON, TOO_LARGE, MALFORMED = (400, "not-json"), (413, "too-large"), (422, "malformed")


def _and(more: str) -> Bytes:
    return lambda body: (json.dumps(body)[:-1] + ("," if body else "") + more + "}").encode()


def _twice(body: dict[str, Any]) -> bytes:
    name = next(iter(body), "x")
    return (json.dumps(body | {name: body.get(name)})[:-1] + f', "\\u{ord(name[0]):04x}{name[1:]}": 1}}').encode()


HOSTILE: dict[str, tuple[Bytes, tuple[int, str]]] = {
    "a megabyte of space": (lambda body: json.dumps(body).encode() + b" " * 1_000_000, TOO_LARGE),
    "a megabyte in one name": (_and(f'"{"x" * 1_000_000}": 1'), TOO_LARGE),
    "a hundred thousand levels": (_and('"x": ' + "[" * 100_000 + "]" * 100_000), NO_JSON),
    "a hundred levels": (_and('"x": ' + "[" * 100 + "]" * 100), NO_JSON),
    "fifty levels": (_and('"x": ' + "[" * 50 + "]" * 50), MALFORMED),
    "half a megabyte of names": (_and(", ".join(f'"{n:06x}": 1' for n in range(40_000))), MALFORMED),
    "a name twice": (_and('"x": 1, "x": 1'), NO_JSON),
    "a name twice, once escaped": (_twice, NO_JSON),
    "a name twice, far inside": (_and('"x": [{"y": {"z": 1, "z": 2}}]'), NO_JSON),
    "UTF-16": (lambda body: json.dumps(body).encode("utf-16"), NO_JSON),
    "UTF-32": (lambda body: json.dumps(body).encode("utf-32-be"), NO_JSON),
    "a byte order mark": (lambda body: b"\xef\xbb\xbf" + json.dumps(body).encode(), NO_JSON),
    "Latin-1": (_and('"x": "é"'), MALFORMED),
    "bytes that are no UTF-8": (lambda body: json.dumps(body).encode()[:-1] + b', "x": "\xe9"}', NO_JSON),
    "a surrogate as bytes": (lambda body: json.dumps(body).encode()[:-1] + b', "x": "\xed\xa0\x80"}', NO_JSON),
    "an overlong slash": (lambda body: json.dumps(body).encode()[:-1] + b', "x": "\xc0\xaf"}', NO_JSON),
    "a NUL byte": (lambda body: json.dumps(body).encode() + b"\0", NO_JSON),
    "a bare tab in a string": (_and('"x": "\t"'), NO_JSON),
    "not a number": (_and('"x": NaN'), NO_JSON),
    "infinity": (_and('"x": Infinity'), NO_JSON),
    "a number of thousands of digits": (_and('"x": ' + "9" * 5_000), NO_JSON),
    "two values": (lambda body: json.dumps(body).encode() * 2, NO_JSON),
    "half a value": (lambda body: json.dumps(body).encode()[:-1], NO_JSON),
    "a comment": (lambda body: b"// hello\n" + json.dumps(body).encode(), NO_JSON),
    "a list": (lambda body: json.dumps([body]).encode(), MALFORMED),
    "null": (lambda _: b"null", MALFORMED),
    "a string": (lambda body: json.dumps(json.dumps(body)).encode(), MALFORMED),
    "nothing": (lambda _: b"", MALFORMED),
    "__proto__": (_and('"__proto__": {"role": "chair"}'), MALFORMED),
}
REFUSED_CHARACTERS = {
    "NUL": "\0", "bell": "\a", "escape": "\x1b", "delete": "\x7f", "next line": "\x85", "carriage return": "\r", "vertical tab": "\v", "lone surrogate": "\ud800",
    "other lone surrogate": "\udfff", "noncharacter": "\uffff", "unassigned": "\u0378", "last of all": "\U0010ffff",
}  # fmt: skip
KEPT_CHARACTERS = {
    "right-to-left override": "a\u202eb\u202c", "isolates": "\u2067a\u2069", "zero width": "a\u200bb\u200d\ufeffc", "combining": "e\u0301\u0323", "no-break": "a\u00a0b\u2011c",
    "private": "\ue000", "line separator": "a\u2028b", "tag": "a\U000e0041b", "variation": "\u2764\ufe0f", "family": "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "every script": "Česko 日本 עברית العربية हिन्दी 𞤀𞤣 𐍈",
}  # fmt: skip


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage_in(tmp_path) as ready:
        yield ready


def heads(stage: Stage) -> list[tuple[Any, ...]]:
    """The end of every lane, with its hash: equal as long as nothing was recorded."""
    with stage.meeting.process.database.reading() as connection:
        return sorted(tuple(row) for row in connection.execute(select(HEADS.c.service, HEADS.c.lane, HEADS.c.seq, HEADS.c.hash)))


async def sent(stage: Stage, who: str, method: str, path: str, content: bytes, seen: str | None) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {stage.tokens[who]}", "Content-Type": "application/json"}
    if seen:
        headers["If-Match"] = (await stage.send("chair", "GET", seen)).headers.get("ETag", '"0"')
    address = path if path.startswith("/api/") else stage.meeting.at + path
    answered = await stage.meeting.client.request(method, address, content=content, headers=headers)
    problem = answered.headers["Content-Type"] == "application/problem+json"
    return answered.status_code, answered.json()["code"] if problem else ""


async def test_a_hostile_body_gets_its_problem_whatever_it_is_sent_to(stage: Stage) -> None:
    prepared = [(deed, *deed.filled(await deed.given(stage))) for deed in JSON]
    before, wrong = heads(stage), []
    for deed, path, body, seen in prepared:
        for name, (made, expected) in HOSTILE.items():
            got = await sent(stage, who_may(deed), deed.method, path, made(body), seen)
            if got != expected:
                wrong.append((deed.operation, name, got))
    assert not wrong, "\n".join(str(one) for one in wrong)
    assert heads(stage) == before


async def test_a_character_that_no_text_may_hold_is_refused_in_every_string_of_every_command(stage: Stage) -> None:
    prepared = [(deed, *deed.filled(await deed.given(stage))) for deed in JSON]
    before, wrong = heads(stage), []
    for deed, path, body, seen in prepared:
        for place in sorted(set(places(deed.operation)), key=str):
            for name, character in REFUSED_CHARACTERS.items():
                got = await sent(stage, who_may(deed), deed.method, path, json.dumps(planted(body, place, f"a{character}b")).encode(), seen)
                if not (400 <= got[0] < 500) or (character == "\0" and heads(stage) != before):
                    wrong.append((deed.operation, place, name, got))
                    before = heads(stage)
    assert not wrong, "\n".join(str(one) for one in wrong)
    assert heads(stage) == before


def _of_every_plane() -> Iterator[str]:
    for plane in range(17):
        yield next((chr(n) for n in range(plane << 16, (plane << 16) + 0xFFFE) if unicodedata.category(chr(n)) in ("Lo", "So", "Co", "Cf")), chr(plane << 16))


async def test_a_text_is_kept_to_the_character_in_every_plane_or_refused(stage: Stage) -> None:
    taken = 0
    for character in [*KEPT_CHARACTERS.values(), *_of_every_plane()]:
        text = f"Networks {character} are secure."
        known = unicodedata.category(character[0]) != "Cn"
        answered = await stage.send("jp-head", "POST", "/principles", {"text": text, "theme": "policy"})
        assert answered.status_code == (201 if known else 422), (hex(ord(character[0])), answered.text)
        if not known:
            continue
        taken += 1
        shown = await stage.send("no-head", "GET", f"/principles/{answered.json()['principle']}")
        assert shown.json()["text"] == text
        name = f"u{taken}"
        clauses = [{"id": "c1", "text": text}, {"id": "c2", "text": "Nothing else."}]
        await stage.done("chair", "/documents", {"document": name, "title": "Strange", "clauses": clauses})
        version = (await stage.send("no-head", "GET", f"/documents/{name}/versions/0")).json()
        assert version["clauses"][0]["text"] == unicodedata.normalize("NFC", text), "the text engine writes each character in one way"
    assert taken >= len(KEPT_CHARACTERS) + 7, "six planes and more have characters"
