"""The stage on which every command and question is tried: one negotiation with all its people, and things that are made fresh in the state that a trial needs."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from delegations.meeting import OPENING, ROSTER, Meeting, meeting_in
from house import TestClock
from parley.main import parts
from parley.protocol.access import CHAIR, HEAD, MEMBER, OBSERVER, PUBLIC, RAPPORTEUR, SECRETARIAT

ROLE_OF = {
    "secretariat": SECRETARIAT, "chair": CHAIR, "rapporteur": RAPPORTEUR, "jp-head": HEAD, "no-head": HEAD, "jp-member": MEMBER, "watcher": OBSERVER, "public": PUBLIC,
}  # fmt: skip
"""Who tries everything. JP is the author of what is there, NO is not."""

NOBODY = ("expired", "revoked", "struck-off", "elsewhere", "forged", "truncated")
"""Tokens that stand for nobody here."""

FAR = "2019-06-01T00:00:00Z"
CLAUSES = [
    {"id": "p1", "text": "Parties should share information on threats.", "number": "1"},
    {"id": "p2", "text": "Sharing is voluntary.", "number": "2"},
]
SOFTEN = {"base_version": 0, "operation": "replace", "clause": "p1", "old": "should share", "new": "may share"}
HARDEN = SOFTEN | {"new": "shall share"}
TRIES = 5  # each waits two seconds for what was seen elsewhere


@dataclass
class Stage:
    """The negotiation at `prague`, and the words that stand for fresh things in paths and bodies."""

    meeting: Meeting
    clock: TestClock
    tokens: dict[str, str] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    async def send(self, who: str, method: str, path: str, body: Any = None, seen: str | None = None, **more: Any) -> httpx.Response:
        """One request; `seen` is the address of what was read before, whose ETag is sent."""
        headers = {"Authorization": f"Bearer {self.tokens[who]}"} if who in self.tokens else {}
        headers |= more.pop("headers", {})
        if seen is not None:
            headers["If-Match"] = (await self.send("chair", "GET", seen)).headers.get("ETag", '"0"')
        sent = {"content": body, "headers": headers | {"Content-Type": "text/csv"}} if isinstance(body, str) else {"json": body, "headers": headers}
        if path.startswith("/api/"):
            return await self.meeting.client.request(method, path, **(sent if body is not None else {"headers": headers}), **more)
        if self.seen:  # whoever comes next has seen what was done, whichever service it was
            headers.setdefault("Parley-Cut", ", ".join(f"{service}={seq}" for service, seq in self.seen.items()))
            sent["headers"] = sent["headers"] | headers
        for _ in range(TRIES):
            answered = await self.meeting.client.request(method, self.meeting.at + path, **(sent if body is not None else {"headers": headers}), **more)
            if answered.status_code != 503 or "not-there-yet" not in answered.text:  # that says itself to send it again in a moment
                break
        for part in filter(None, answered.headers.get("Parley-Cut", "").split(", ")):
            service, _, seq = part.partition("=")
            self.seen[service] = max(self.seen.get(service, 0), int(seq))
        return answered

    async def done(self, who: str, path: str, body: Any = None, method: str = "POST", seen: str | None = None) -> dict[str, Any]:
        answered = await self.send(who, method, path, body, seen)
        assert answered.status_code in (200, 201), f"{method} {path}: {answered.text}"
        made: dict[str, Any] = answered.json()
        return made

    # -- fresh things ------------------------------------------------------------------------------------------------------------------------------------

    async def principle(self, state: str = "live", **more: Any) -> dict[str, Any]:
        n = next(self.numbers)
        if state == "late":
            await self._pass("principles")
        made = await self.done("jp-head", "/principles", {"text": f"Networks are secure, and be it for the {n}th time.", "theme": "policy"} | more)
        if state == "late":
            await self.done("chair", "/phases/principles", {"closes_at": FAR}, "PUT")
        if state == "withdrawn":
            await self.done("jp-head", f"/principles/{made['principle']}/withdraw")
        shown = (await self.send("chair", "GET", f"/principles/{made['principle']}")).json()
        return {"n": n, "principle": made["principle"], "hash": shown["text_hash"]}

    async def sponsored(self) -> dict[str, Any]:
        made = await self.principle()
        await self.done("no-head", f"/principles/{made['principle']}/sponsors", {"text_hash": made["hash"]})
        return made

    async def restricted(self) -> dict[str, Any]:
        return await self.principle(marking="restricted", audience=["NO"])

    async def document(self, **more: Any) -> dict[str, Any]:
        n = next(self.numbers)
        await self.done("chair", "/documents", {"document": f"d{n}", "title": f"Draft {n}", "clauses": CLAUSES} | more)
        await self.done("chair", f"/documents/d{n}/window", {"closes_at": FAR})
        return {"n": n, "document": f"d{n}"}

    async def amendment(self, state: str = "live", **more: Any) -> dict[str, Any]:
        made = await self.document()
        at = f"/documents/{made['document']}"
        if state == "late":
            await self._pass("", at)
        await self.done("jp-head", f"{at}/amendments", SOFTEN | more)
        if state in ("ruled", "settled"):
            ruling = {"amendments": ["A1"], "outcome": "accepted", "reason_code": "merits"}
            await self.done("chair", f"{at}/rulings", ruling, seen=at)
        if state == "settled":
            await self.done("chair", f"{at}/versions", {"supersedes": 0}, seen=at)
        if state == "withdrawn":
            await self.done("jp-head", f"{at}/amendments/A1/withdraw")
        return made | {"amendment": "A1"}

    async def narrow(self) -> dict[str, Any]:
        return await self.amendment(marking="restricted", audience=["NO"])

    async def backed(self) -> dict[str, Any]:
        made = await self.amendment()
        at = f"/documents/{made['document']}/amendments/A1"
        await self.done("no-head", f"{at}/sponsors", seen=at)
        return made

    async def edited(self) -> dict[str, Any]:
        made = await self.document()
        edit = await self.done("chair", f"/documents/{made['document']}/edits", EDIT)
        return made | {"edit": edit["edit"]["edit"] if isinstance(edit["edit"], dict) else edit["edit"]}

    async def agreed(self) -> dict[str, Any]:
        made = await self.document()
        await self.done("chair", f"/documents/{made['document']}/marks", {"version": 0, "state": "agreed-ad-ref"})
        return made

    async def open_document(self) -> dict[str, Any]:
        return await self.document(marking="public")

    async def silent_document(self) -> dict[str, Any]:
        made = await self.document()
        at = f"/documents/{made['document']}"
        await self.done("chair", f"{at}/silence", UNTIL, seen=at)
        return made

    async def called_document(self) -> dict[str, Any]:
        made = await self.document()
        at = f"/documents/{made['document']}"
        await self.done("chair", f"{at}/consensus", UNTIL, seen=at)
        return made

    async def objected_document(self) -> dict[str, Any]:
        made = await self.called_document()
        await self.done("jp-head", f"/documents/{made['document']}/consensus/objections", {"says": "Not this."})
        return made

    async def summary(self, kind: str = "draft") -> dict[str, Any]:
        n = next(self.numbers)
        made = await self.done("chair", "/summaries", {"title": f"Summary {n}", "countersigned": kind == "signed"})
        at = f"/summaries/{made['summary']}"
        await self.done("chair", f"{at}/compose", seen=at)
        for word in ("asked", "issued", "signed", "silent", "called"):
            if kind == word:
                await getattr(self, f"_{word}")(at)
        sentences = [one for theme in (await self.send("chair", "GET", at)).json()["themes"] for one in theme["sentences"]]
        return {"n": n, "summary": made["summary"], "input": f"principle/{self.meeting.tokens['input']}", "text": sentences[0]["text"]}

    async def asked(self) -> dict[str, Any]:
        return await self.summary("asked")

    async def windowed(self) -> dict[str, Any]:
        made = await self.summary()
        at = f"/summaries/{made['summary']}"
        await self.done("chair", f"{at}/window", {"closes_at": "2019-05-20T00:00:00Z"}, "PUT", at)
        return made

    async def issued(self) -> dict[str, Any]:
        return await self.summary("issued")

    async def stated(self) -> dict[str, Any]:
        """A summary that is issued, and what JP has put beside it."""
        made = await self.issued()
        await self.done("jp-head", f"/summaries/{made['summary']}/versions/1/statements", {"kind": "reservation", "says": "Not us."})
        return made

    async def reissued(self) -> dict[str, Any]:
        """A summary that is issued anew for a fault of the file."""
        made = await self.issued()
        at = f"/summaries/{made['summary']}"
        await self.done("chair", f"{at}/versions/1/reissue", {"reason": "A broken file."}, seen=at)
        return made

    async def signed(self) -> dict[str, Any]:
        return await self.summary("signed")

    async def silent(self) -> dict[str, Any]:
        return await self.summary("silent")

    async def called(self) -> dict[str, Any]:
        return await self.summary("called")

    async def objected(self) -> dict[str, Any]:
        made = await self.called()
        await self.done("jp-head", f"/summaries/{made['summary']}/consensus/objections", {"says": "Not this."})
        return made

    async def written(self) -> dict[str, Any]:
        """With a second sentence of the chair's own, a theme that is empty, and a finding that may stand."""
        made = await self.summary()
        at = f"/summaries/{made['summary']}"
        await self.done("chair", f"{at}/sentences", {"theme": "t1", "text": "The meeting was held in Prague. It was long.", "own_wording": True}, seen=at)
        await self.done("chair", f"{at}/themes", {"title": "Other matters"}, seen=at)
        shown = (await self.send("chair", "GET", at)).json()["themes"]
        own = next(one["sentence"] for theme in shown for one in theme["sentences"] if one["own_wording"])
        return made | {"own": own, "empty": next(theme["theme"] for theme in reversed(shown) if not theme["sentences"])}

    async def found(self) -> dict[str, Any]:
        made = await self.summary()
        at = f"/summaries/{made['summary']}"
        await self.done("chair", f"{at}/sentences", {"theme": "t1", "text": "Last year it was agreed otherwise.", "own_wording": True}, seen=at)
        findings = (await self.send("chair", "GET", f"{at}/gate")).json()["open"]
        return made | {"finding": next(one["finding"] for one in findings if one["may_stand"])}

    async def person(self) -> dict[str, Any]:
        n = next(self.numbers)
        await self.done("secretariat", "/persons", {"person": f"p{n}", "name": f"Person {n}", "role": "observer"})
        return {"n": n, "person": f"p{n}"}

    async def group(self) -> dict[str, Any]:
        n = next(self.numbers)
        await self.done("secretariat", "/groups", {"group": f"G{n}", "name": f"Group {n}", "members": ["SK"]})
        return {"n": n, "group": f"G{n}"}

    async def nothing(self) -> dict[str, Any]:
        return {"n": next(self.numbers)}

    async def _asked(self, at: str) -> None:
        await self.done("chair", f"{at}/window", {"closes_at": "2019-05-20T00:00:00Z"}, "PUT", at)
        sentence = (await self.send("jp-head", "GET", f"{at}/own")).json()["sentences"][0]
        await self.done("jp-head", f"{at}/requests", {"sentence": sentence["sentence"], "text": sentence["text"], "says": "We said more."})

    async def _issued(self, at: str) -> None:
        await self.done("chair", f"{at}/issue", {}, seen=at)

    _signed = _issued

    async def _silent(self, at: str) -> None:
        await self.done("chair", f"{at}/silence", UNTIL, seen=at)

    async def _called(self, at: str) -> None:
        await self.done("chair", f"{at}/consensus", UNTIL, seen=at)

    async def _pass(self, phase: str, document: str = "") -> None:
        """Let a deadline pass."""
        soon = {"closes_at": (self.clock() + timedelta(seconds=1)).isoformat().replace("+00:00", "Z")}
        if document:
            await self.done("chair", f"{document}/window", soon)
        else:
            await self.done("chair", f"/phases/{phase}", soon, "PUT")
        self.clock.forward(seconds=2)
        await asyncio.sleep(0.5)  # the timer rings meanwhile, and not while something else is looked at


UNTIL = {"until": "2019-05-30T10:00"}
EDIT = {"clause": "p2", "old": "Sharing is voluntary.", "new": "Sharing is voluntary;", "reason": "A mark."}

Maker = Callable[[Stage], Awaitable[dict[str, Any]]]


@asynccontextmanager
async def stage_in(folder: Path, **opening: Any) -> AsyncIterator[Stage]:
    """The stage with everybody signed in, those whose tokens stand for nobody among them."""
    clock = TestClock()
    async with meeting_in(folder, parts(), clock, **opening) as meeting:
        stage = Stage(meeting, clock, dict(meeting.tokens))
        await _people(stage)
        # The summaries are composed of this one.
        meeting.tokens["input"] = (await stage.principle())["principle"]
        yield stage


async def _people(stage: Stage) -> None:
    for person, role, delegation in (("jp-member", "member", "JP"), ("struck-off", "head", "SK"), ("revoked", "head", "SK"), ("expired", "head", "SK")):
        code = (await stage.done("secretariat", "/persons", {"person": person, "name": person, "role": role, "delegation": delegation}))["code"]
        stage.tokens[person] = (await stage.done("public", "/sign-in", {"code": code}))["token"]
    short = {"scopes": ["*"], "expires_at": "2019-05-02T08:00:01Z"}
    stage.tokens["expired"] = (await stage.done("expired", "/tokens", short))["token"]
    await stage.done("revoked", "/tokens/revoke", {"code": stage.tokens["revoked"]})
    await stage.done("secretariat", "/persons/struck-off", method="DELETE")
    stage.tokens["forged"] = "parley_" + "0" * 64
    stage.tokens["truncated"] = stage.tokens["jp-head"][:-1]
    # A head of the same name in another negotiation.
    await stage.done("secretariat", "/api/v1/negotiations", OPENING | {"negotiation": "vienna"})
    brought = await stage.send("secretariat", "POST", "/api/v1/negotiations/vienna/roster.csv", ROSTER)
    elsewhere = await stage.send("public", "POST", "/api/v1/negotiations/vienna/sign-in", {"code": brought.json()["invitations"]["jp-head"]})
    stage.tokens["elsewhere"] = elsewhere.json()["token"]
    stage.clock.forward(seconds=2)
