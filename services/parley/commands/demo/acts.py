"""The acts of the demo: what each person does, over HTTP like anybody else."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from parley.client import Client, Problem
from parley.commands.demo.afterwards import corrected, issued_anew, reserved
from parley.commands.demo.asking import no_consensus, put_rightly
from parley.commands.demo.board import Board
from parley.commands.demo.scenario import Scenario, head_of
from parley.commands.demo.silence import broken_silence
from parley.kernel.clock import Clock, system_clock

EMBARGO_SECONDS = 10.0


class Meeting:
    """The meeting as it goes on: who is signed in, what was submitted under which name, and what does not hold.

    Args:
        http: how to reach Parley.
        scenario: what is played.
        board: where it is shown.
        speed: how many times faster than a minute.
        clock: by which deadlines and embargoes are set.
    """

    def __init__(self, http: httpx.AsyncClient, scenario: Scenario, board: Board, speed: float, clock: Clock = system_clock) -> None:
        self.http = http
        self.scenario = scenario
        self.board = board
        self.speed = speed
        self.clock = clock
        self.name = str(scenario.negotiation["negotiation"])
        self.people: dict[str, Client] = {}
        self.principles: dict[str, str] = {}
        self.summary = ""
        self.issued: dict[str, Any] = {}
        self.received: list[dict[str, Any]] = []
        self.broken: list[str] = []

    def hold(self, holds: object, what: str) -> None:
        """Remember what does not hold; the demo ends with it."""
        if not holds:
            self.broken.append(what)

    async def pause(self, seconds: float) -> None:
        """Let the onlooker follow."""
        await asyncio.sleep(seconds / self.speed)

    async def until(self, moment: datetime) -> None:
        """Wait until a moment has come."""
        await asyncio.sleep(max(0.0, (moment - self.clock()).total_seconds()))

    async def run(self, code: str) -> None:
        """The whole negotiation, from the opening to the correction."""
        await self.open(code)
        following = asyncio.create_task(self.observe())
        try:
            await self.submit_principles()
            await self.take_positions()
            await self.late_and_withdrawn()
            await self.draft()
            await broken_silence(self)
            await self.compose_and_issue()
            await self.wait_for("summary-released")
            await reserved(self)
            await corrected(self)
            await issued_anew(self)
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    # -- the secretariat opens the meeting -----------------------------------------------------------------------------------------------------------

    async def open(self, code: str) -> None:
        """Open the negotiation and bring in its roster; everybody signs in."""
        house = await Client(self.http, "house").sign_in(code)
        secretariat = self.people["secretariat"] = Client(self.http, self.name, house.token)
        await secretariat.tell("/api/v1/negotiations", self.scenario.negotiation)
        self.board.say("secretariat", "secretariat", f"opens “{self.scenario.negotiation['title']}”")
        brought = await secretariat.tell("/roster.csv", csv=self.scenario.roster)
        for person, invitation in brought["invitations"].items():
            self.people[person] = await Client(self.http, self.name).sign_in(invitation)
        self.board.say("secretariat", "secretariat", f"brings in {len(self.scenario.delegations)} delegations, {len(self.scenario.groups)} groups")
        for code_ in self.scenario.delegations:
            body = {"credentials": "accepted", "reason": "In order."}
            await secretariat.tell(f"/delegations/{code_}/credentials", body, method="PUT")
        self.board.say("secretariat", "secretariat", "accepts their credentials")
        await self.pause(1)

    # -- delegations submit and take positions ---------------------------------------------------------------------------------------------------------

    async def submit_principles(self) -> None:
        """Everything that comes in in time; one delegation sends the same request twice, as a bad line would make it."""
        for one in self.scenario.principles:
            if not one.late:
                await self._submit(one.name)
                await self.pause(0.5)
        first = self.scenario.principles[0]
        again = await self._submit(first.name, shown=False)
        self.hold(again == self.principles[first.name], "a request that was sent twice made two principles")

    async def _submit(self, name: str, *, shown: bool = True) -> str:
        one = next(one for one in self.scenario.principles if one.name == name)
        body = {"text": one.text, "theme": one.theme, "on_behalf_of": one.on_behalf_of}
        submitted = await self.people[head_of(one.by)].tell("/principles", body, key=f"principle-{name}")
        self.principles[name] = submitted["principle"]
        if shown:
            self.board.themes[one.theme] += 1
            self.board.say("principle", f"{one.by} for {one.on_behalf_of}" if one.on_behalf_of else one.by, one.text)
        return str(submitted["principle"])

    async def take_positions(self) -> None:
        """Support, opposition, reservations, and one that waits for its capital."""
        for one in self.scenario.principles:
            if one.withdrawn or one.late:
                continue
            for delegation, stance in one.positions():
                await self._position(one.name, delegation, stance)
                await self.pause(0.08)

    async def _position(self, name: str, delegation: str, stance: str) -> None:
        head = self.people[head_of(delegation)]
        read = await head.ask(f"/principles/{self.principles[name]}")
        await head.tell(f"/principles/{self.principles[name]}/positions", {"stance": stance, "text_hash": read["text_hash"]})
        self.board.say("position", delegation, f"{stance}s “{read['text'][:60]}…”")

    async def late_and_withdrawn(self) -> None:
        """One principle is withdrawn; one comes after the deadline and is let in by the chair."""
        for one in self.scenario.principles:
            if one.withdrawn:
                await self.people[head_of(one.by)].tell(f"/principles/{self.principles[one.name]}/withdraw")
                self.board.say("principle", one.by, "withdraws a principle")
        closes_at = self.clock() + timedelta(seconds=0.5)
        await self.people["secretariat"].tell("/phases/principles", {"closes_at": closes_at.isoformat()}, method="PUT")
        await self.until(closes_at + timedelta(seconds=0.1))
        self.board.say("secretariat", "secretariat", "the deadline for principles has passed")
        for one in self.scenario.principles:
            if one.late:
                name = await self._submit(one.name)
                seen = await self.people["chair"].ask(f"/principles/{name}")
                self.hold(seen["state"] == "late", "a principle after the deadline was not late")
                await self.people["chair"].tell(f"/principles/{name}/waive", {"reason": "The delegation had announced it before the deadline."})
                self.board.say("chair", "chair", f"lets in the late principle of {one.by}")
                for delegation, stance in one.positions():
                    await self._position(one.name, delegation, stance)
        await self.pause(1)

    # -- the chair tables a draft, and rules on amendments -----------------------------------------------------------------------------------------------

    async def draft(self) -> None:
        """The zero draft becomes Rev.1 and Rev.2."""
        draft, chair = self.scenario.draft, self.people["chair"]
        clauses = [{"id": one.clause, "text": one.text, "number": one.number, "kind": one.kind} for one in draft.clauses]
        await chair.tell("/documents", {"document": draft.document, "title": draft.title, "clauses": clauses, "marking": "public"})
        self.board.versions.append(f"{draft.title}: zero draft")
        self.board.say("chair", "chair", f"tables the zero draft of “{draft.title}”")
        path = f"/documents/{draft.document}"
        await chair.tell(f"{path}/window", {"closes_at": (self.clock() + timedelta(hours=1)).isoformat()})
        names = [await self._propose(n, path) for n in range(len(draft.amendments))]
        for version in sorted({one.version for one in draft.amendments}):
            for one, name in zip(draft.amendments, names, strict=True):
                if one.version == version:
                    await self._rule(path, name, one.ruling, one.wording)
            made = await chair.tell(f"{path}/versions", {"supersedes": version - 1}, seen=await chair.etag(path))
            self.hold(made["receipt"]["version"], "no version was made")
            await chair.tell(f"{path}/versions/{version}/release")
            self.board.versions.append(f"{draft.title}: Rev.{version}")
            self.board.say("chair", "chair", f"issues Rev.{version}")
            await self.pause(1.5)

    async def _propose(self, number: int, path: str) -> str:
        one = self.scenario.draft.amendments[number]
        head = self.people[head_of(one.by)]
        old = next(clause.text for clause in self.scenario.draft.clauses if clause.clause == one.clause) if one.operation == "replace" else ""
        body = {"base_version": 0, "clause": one.clause, "operation": one.operation, "old": old, "new": one.new, "reason": one.reason}
        if number == 0:
            await self._misquote(head, path, body)
        name = str((await head.tell(f"{path}/amendments", body))["amendment"])
        self.board.say("amendment", one.by, f"{name} to clause {one.clause[1:]}: {one.new}")
        for sponsor in one.sponsors:
            other = self.people[head_of(sponsor)]
            await other.tell(f"{path}/amendments/{name}/sponsors", seen=await other.etag(f"{path}/amendments/{name}"))
            self.board.say("amendment", sponsor, f"co-sponsors {name}")
        await self.pause(0.8)
        return name

    async def _misquote(self, head: Client, path: str, body: dict[str, Any]) -> None:
        """A misquote is refused, with the difference."""
        try:
            await head.tell(f"{path}/amendments", body | {"old": body["old"].replace("Equipment", "All equipment")})
        except Problem as problem:
            self.board.say("refused", "rules", f"{problem.code}: {problem.detail}")
            return
        self.hold(holds=False, what="a misquote was not refused")

    async def _rule(self, path: str, name: str, ruling: str, wording: str | None) -> None:
        chair = self.people["chair"]
        outcome = {"modified": "accepted-modified"}.get(ruling, ruling)
        body = {"amendments": [name], "outcome": outcome, "reason_code": "debate", "reason": "After the debate in the second session.", "wording": wording}
        await chair.tell(f"{path}/rulings", body, seen=await chair.etag(path))
        self.board.say("chair", "chair", f"rules on {name}: {ruling}")
        await self.pause(0.5)

    # -- the chair composes, is refused, mends, and issues ------------------------------------------------------------------------------------------------

    async def compose_and_issue(self) -> None:
        """The summary: composed from the inputs, edited, refused by the gate, mended, issued under embargo."""
        chair, words = self.people["chair"], self.scenario.summary
        self.summary = str((await chair.tell("/summaries", {"title": words.title}))["summary"])
        path = f"/summaries/{self.summary}"
        await chair.tell(f"{path}/compose", seen=await chair.etag(path))
        self.board.say("chair", "chair", "composes a first text from the principles and their support")
        await self.pause(2)
        theme = (await chair.ask(path))["themes"][-1]
        last = theme["sentences"][-1]["sentence"] if theme["sentences"] else None
        body = {"theme": theme["theme"], "after": last, "text": words.claim, "own_wording": True}
        await chair.tell(f"{path}/sentences", body, seen=await chair.etag(path))
        self.board.say("chair", "chair", f"adds “{words.claim}”")
        await self._answer_amendments(path)
        await self._refused(path)
        claim = next(one for theme in (await chair.ask(path))["themes"] for one in theme["sentences"] if one["text"] == words.claim)
        mended = {"text": words.instead, "own_wording": True}
        await chair.tell(f"{path}/sentences/{claim['sentence']}", mended, method="PUT", seen=await chair.etag(path))
        self.board.say("chair", "chair", f"writes instead: “{words.instead}”")
        await put_rightly(self, path)
        await no_consensus(self, path)
        release_at = self.clock() + timedelta(seconds=max(1.5, EMBARGO_SECONDS / self.speed))
        self.issued = await chair.tell(f"{path}/issue", {"release_at": release_at.isoformat()}, seen=await chair.etag(path))
        self.board.embargo = release_at
        self.board.versions.append(f"{self.issued['symbol']}: under embargo")
        self.board.say("chair", "chair", f"issues {self.issued['symbol']}, to be released at {release_at:%H:%M:%S} UTC")
        early = await self.http.get(f"/api/v1/public/negotiations/{self.name}/summaries/{self.summary}/1")
        self.hold(early.status_code == 404, "an embargoed summary could be read before its time")
        await self.until(release_at)

    async def _answer_amendments(self, path: str) -> None:
        """Amendments had their answer in the draft; the summary says so."""
        chair = self.people["chair"]
        inputs = (await chair.ask(f"{path}/inputs", limit=500))["inputs"]
        open_ones = [one["reference"] for one in inputs if one["disposition"] is None and one["reference"].startswith("document/") and one["state"] == "live"]
        if open_ones:
            said = {"disposition": "not_reflected", "reason_code": "other", "reason": "Answered in the draft, where its fate is recorded."}
            body = {"dispositions": [{"input": reference, **said} for reference in open_ones]}
            await chair.tell(f"{path}/dispositions", body, seen=await chair.etag(path))
            self.board.say("chair", "chair", f"answers {len(open_ones)} amendments")

    async def _refused(self, path: str) -> None:
        chair = self.people["chair"]
        try:
            await chair.tell(f"{path}/issue", {}, seen=await chair.etag(path))
        except Problem as problem:
            self.hold(problem.code == "gate-shut", f"the gate was to refuse, but the answer was {problem.code}")
            for finding in problem.body.get("findings", [])[:3]:
                self.board.say("refused", "gate", f"{finding['says']} {finding['mend']}")
            await self.pause(2)
            return
        self.hold(holds=False, what="the gate let a claimed decision through")

    # -- observers ---------------------------------------------------------------------------------------------------------------------------------------

    async def observe(self) -> None:
        """Follow the public stream, as any observer without an account can."""
        async with self.http.stream("GET", f"/api/v1/public/negotiations/{self.name}/stream", timeout=None) as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data:") and line[5:].strip():
                    self._receive(json.loads(line[5:]))

    def _receive(self, entry: dict[str, Any]) -> None:
        self.received.append(entry)
        if "at" in entry:
            self.board.lags.append(max(0.0, (datetime.now(UTC) - datetime.fromisoformat(entry["at"])).total_seconds()))
        self.board.say("observer", "observers", f"receive: {entry.get('title') or entry.get('kind')}")
        if entry.get("kind") == "summary-released":
            released = self.board.embargo
            self.hold(released is None or datetime.now(UTC) >= released, "observers received the summary before its time")

    async def wait_for(self, kind: str) -> None:
        """Wait until observers have received something of a kind."""
        for _ in range(600):
            if any(entry.get("kind") == kind for entry in self.received):
                return
            await asyncio.sleep(0.05)
        self.hold(holds=False, what=f"observers did not receive {kind} in time")
