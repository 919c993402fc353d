"""A second meeting on the record of a release: what the demo does not play, so that facts of every kind are kept. Its clock is moved by hand."""

import asyncio
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from delegations.meeting import OPENING, ROSTER, Meeting
from house import TestClock
from parley.kernel.process import Process

CLAUSES = [
    {"id": "p1", "text": "Parties should share information on threats.", "number": "1"},
    {"id": "p2", "text": "Sharing is voluntary.", "number": "2"},
]
SOFTEN = {"base_version": 0, "operation": "replace", "clause": "p1", "old": "should share", "new": "may share"}
ADD = {"base_version": 0, "operation": "insert", "clause": "p2", "new": "Nothing here is binding.", "number": "3"}
LAW = "Suppliers are assessed on the law of the country that they come from."
EQUIPMENT = "Networks are built from the equipment of more than one supplier."
RESTRICTED = {"marking": "restricted", "audience": ["CZ", "SK"]}


class SecondMeeting:
    """The acts, in the order in which a meeting has them. Every one of them must be recorded."""

    def __init__(self, process: Process, client: httpx.AsyncClient, clock: TestClock, secretariat: str) -> None:
        self.meeting = Meeting(process, client, tokens={"secretariat": secretariat})
        self.clock = clock

    async def play(self) -> None:
        """All of it, until the negotiation is closed."""
        await self.open()
        await self.speak()
        for document in ("amended", "packed", "silent", "called"):
            await self.table(document)
        await self.amend()
        await self.pack()
        await self.under_silence("/documents/silent")
        await self.by_consensus("/documents/called")
        summary = await self.write()
        await self.hear(summary)
        await self.sign()
        for put in (self.under_silence, self.by_consensus):
            at = await self.begun()
            await self.tell("chair", f"{at}/sentences", {"theme": "t1", "text": "The meeting was held.", "own_wording": True}, root=at)
            await self.answer(at)
            await put(at)
        await self.leave()

    async def tell(self, who: str, path: str, body: Any = None, method: str = "POST", root: str = "", **headers: str) -> Any:
        """Something that somebody does; with `root`, having just read what stands there."""
        if root:
            headers["If-Match"] = (await self.meeting.ask(who, root)).headers["ETag"]
        told = await self.meeting.tell(who, path, body, method, headers=dict(headers))
        if not told.is_success:
            raise ValueError(f"{method} {path}: {told.text}")
        # Each act finds what the last one did, in every service.
        receipt = told.json().get("receipt")
        for service in self.meeting.process.services.values():
            if receipt and service.name != "observers":
                await service.reached(receipt["lane"], {receipt["service"]: receipt["seq"]})
        return told.json()

    def later(self, **by: float) -> str:
        """A time to come, as it is said where the meeting is."""
        return (self.clock.now + timedelta(**by)).astimezone(ZoneInfo(OPENING["zone"])).isoformat()

    def on_the_wall(self, **by: float) -> str:
        return self.later(**by).partition("+")[0]

    async def until(self, path: str, state: str) -> None:
        """Wait for what a timer does."""
        for _ in range(600):
            if (await self.meeting.ask("chair", path)).json()["silences"][-1]["state"] == state:
                return
            await asyncio.sleep(0.05)
        raise ValueError(f"{path} did not come to be {state}")

    # -- delegations -----------------------------------------------------------------------------------------------------------------------------------

    async def open(self) -> None:
        headers = {"Authorization": f"Bearer {self.meeting.tokens['secretariat']}"}
        opened = await self.meeting.client.post("/api/v1/negotiations", json=OPENING | {"marking": "public", "attribution": "named"}, headers=headers)
        if not opened.is_success:
            raise ValueError(opened.text)
        brought = await self.meeting.client.post(self.meeting.at + "/roster.csv", content=ROSTER.encode(), headers=headers | {"Content-Type": "text/csv"})
        for person, code in brought.json()["invitations"].items():
            await self.meeting.sign_in(person, code)
        for code in ("CZ", "SK", "JP", "NO"):
            await self.tell("secretariat", f"/delegations/{code}/credentials", {"credentials": "accepted", "reason": "In order."}, "PUT")

    async def speak(self) -> None:
        made = await self.tell("jp-head", "/principles", {"text": LAW, "theme": "policy", "marking": "participants"})
        at = f"/principles/{made['principle']}"
        shown = (await self.meeting.ask("no-head", at)).json()
        await self.tell("no-head", f"{at}/sponsors", {"text_hash": shown["text_hash"]})
        await self.tell("no-head", f"{at}/sponsors/leave")
        await self.tell("jp-head", at, {"text": LAW.replace("assessed", "judged"), "reason": "A plainer word."}, "PUT", root=at)
        await self.tell("jp-head", f"{at}/marking", {"marking": "public"})
        await self.tell("no-head", "/principles", {"text": EQUIPMENT, "theme": "policy"})
        token = await self.tell("chair", "/tokens", {"scopes": ["*"], "expires_at": self.later(days=1)})
        await self.tell("chair", "/tokens/revoke", {"code": token["token"]})
        await self.tell("secretariat", "/groups/EU/members/SK", None, "DELETE")

    async def leave(self) -> None:
        await self.tell("secretariat", "/persons/watcher", None, "DELETE")
        await self.tell("secretariat", "/offices/rapporteur", None, "DELETE")
        await self.tell("secretariat", "/close")

    # -- drafts ----------------------------------------------------------------------------------------------------------------------------------------

    async def table(self, document: str) -> None:
        await self.tell("chair", "/documents", {"document": document, "title": "Security of networks", "clauses": CLAUSES})
        await self.tell("chair", f"/documents/{document}/window", {"closes_at": self.later(hours=1)})

    async def amend(self) -> None:
        at = "/documents/amended"
        await self.tell("jp-head", f"{at}/amendments", SOFTEN | RESTRICTED)
        await self.tell("jp-head", f"{at}/amendments/A1/marking", {"marking": "public"})
        await self.tell("no-head", f"{at}/amendments/A1/sponsors", root=f"{at}/amendments/A1")
        await self.tell("no-head", f"{at}/amendments/A1/sponsors/leave", root=f"{at}/amendments/A1")
        await self.tell("no-head", f"{at}/amendments", SOFTEN | {"old": "may share", "new": "could share", "amends": "A1"})
        await self.tell("jp-head", f"{at}/amendments/A1", SOFTEN | {"new": "shall share"}, "PUT", root=f"{at}/amendments/A1")
        await self.tell("sk-head", f"{at}/amendments", ADD)
        await self.tell("sk-head", f"{at}/amendments/A3/withdraw")
        edit = {"clause": "p2", "old": "voluntary", "new": "left to each Party", "reason": "The word is used otherwise above."}
        await self.tell("chair", f"{at}/edits", edit, root=at)
        await self.tell("chair", f"{at}/edits/E1", None, "DELETE", root=at)
        await self.tell("chair", f"{at}/window/close")
        await self.tell("sk-head", f"{at}/amendments", ADD)
        await self.tell("chair", f"{at}/amendments/A4/waive", {"reason": "It was announced in time."})
        await self.tell("chair", f"{at}/rulings", {"amendments": ["A1", "A4"], "outcome": "accepted", "reason_code": "merits"}, root=at)
        await self.tell("chair", f"{at}/versions", {"supersedes": 0}, root=at)

    async def pack(self) -> None:
        at = "/documents/packed"
        await self.tell("chair", f"{at}/marks", {"version": 0, "state": "parked", "clauses": ["p1"]})
        await self.tell("chair", f"{at}/marks", {"version": 0, "state": "agreed-ad-ref"})
        await self.tell("chair", f"{at}/close", {"version": 0})

    # -- silence and consensus, on a version of a draft or on a summary --------------------------------------------------------------------------------

    async def under_silence(self, at: str) -> None:
        """Begun and taken back; begun and broken; begun, given more time twice, and adopted."""
        await self.tell("chair", f"{at}/silence", {"until": self.on_the_wall(minutes=1)}, root=at)
        await self.tell("chair", f"{at}/silence/withdraw", {"reason": "A delegation asked to speak first."})
        await self.tell("chair", f"{at}/silence", {"until": self.on_the_wall(minutes=1)}, root=at)
        await self.tell("no-head", f"{at}/silence/objections", {"says": "This is not what we can live with."})
        began = self.clock.now
        await self.tell("chair", f"{at}/silence", {"until": self.on_the_wall(minutes=20)}, root=at)
        await self.tell("chair", f"{at}/silence/until", {"until": self.on_the_wall(minutes=21), "reason": "A capital asked for it."}, "PUT")
        for _ in range(20):
            self.clock.forward(minutes=1)
            await asyncio.sleep(0.7)  # a timer looks twice a second whether something is due
        outage = {"away_from": (began + timedelta(seconds=10)).isoformat(), "away_until": (began + timedelta(seconds=20)).isoformat(), "reason": "No line."}
        await self.tell("secretariat", f"{at}/silence/outages", outage)
        self.clock.forward(seconds=75)
        await self.until(f"{at}/silence", "adopted")
        await self.tell("jp-head", f"{at}/silence/statements", {"says": "We read it as voluntary.", "kind": "reservation"})

    async def by_consensus(self, at: str) -> None:
        """Called and ended; called, objected to, answered, and declared; with a reservation beside it."""
        objections = f"{at}/consensus/objections"
        await self.tell("chair", f"{at}/consensus", {"until": self.on_the_wall(minutes=1)}, root=at)
        await self.tell("chair", f"{at}/consensus/end", {"reason": "The text is opened again."})
        await self.tell("chair", f"{at}/consensus", {"until": self.on_the_wall(minutes=1)}, root=at)
        await self.tell("no-head", objections, {"says": "It goes too far."})
        await self.tell("jp-head", objections, {"says": "It does not go far enough."})
        self.clock.forward(minutes=2)
        listed = (await self.meeting.ask("chair", f"{at}/consensus")).json()["calls"][-1]["objections"]
        by = {one["delegation"]: one["objection"] for one in listed}
        await self.tell("no-head", f"{objections}/{by['NO']}/retract")
        await self.tell("chair", f"{objections}/{by['JP']}/answer", {"reason": "It says what the meeting said."})
        await self.tell("cz-head", f"{at}/consensus/statements", {"says": "We read it as voluntary.", "kind": "reservation"})
        await self.tell("chair", f"{at}/consensus/declare")
        await self.tell("no-head", f"{at}/consensus/statements", {"says": "We read it as voluntary.", "kind": "reservation"})

    # -- summaries -------------------------------------------------------------------------------------------------------------------------------------

    async def begun(self, **more: Any) -> str:
        made = await self.tell("chair", "/summaries", {"title": "Chair's summary", "themes": ["policy"]} | more)
        return f"/summaries/{made['summary']}"

    async def write(self) -> str:
        """Composed, arranged and answered."""
        at = await self.begun()
        await self.tell("chair", f"{at}/compose", root=at)
        inputs = (await self.meeting.ask("chair", f"{at}/inputs?limit=500")).json()["inputs"]
        await self.tell("chair", f"{at}/apart", {"input": inputs[0]["reference"], "apart": True}, root=at)
        words = "One thing was said. Another was said."
        for path, body, method in (
            ("/title", {"title": "What was said"}, "PUT"),
            ("/marking", {"marking": "public", "reason": "Everybody may read it."}, "PUT"),
            ("/themes", {"title": "Later", "after": "t1"}, "POST"),
            ("/themes/t2", {"title": "What came later"}, "PUT"),
            ("/sentences", {"theme": "t2", "text": words, "own_wording": True}, "POST"),
        ):
            await self.tell("chair", at + path, body, method, root=at)
        own = (await self.meeting.ask("chair", at)).json()["themes"][-1]["sentences"][-1]["sentence"]
        await self.tell("chair", f"{at}/sentences/{own}/split", {"at_character": words.index("Another")}, root=at)
        two = [one["sentence"] for one in (await self.meeting.ask("chair", at)).json()["themes"][-1]["sentences"]]
        await self.tell("chair", f"{at}/sentences/merge", {"sentences": two, "text": words}, root=at)
        merged = (await self.meeting.ask("chair", at)).json()["themes"][-1]["sentences"][-1]["sentence"]
        await self.tell("chair", f"{at}/sentences/{merged}/move", {"theme": "t1"}, root=at)
        await self.tell("chair", f"{at}/sentences/{merged}", None, "DELETE", root=at)
        await self.tell("chair", f"{at}/themes/t2", None, "DELETE", root=at)
        return at

    async def hear(self, at: str) -> None:
        """Delegations ask for corrections, are answered, and the text is issued with a finding that the chair lets stand."""
        await self.tell("chair", f"{at}/window", {"closes_at": self.later(hours=1)}, "PUT", root=at)
        for who in ("jp-head", "no-head"):
            own = (await self.meeting.ask(who, f"{at}/own")).json()["sentences"][0]
            body = {"sentence": own["sentence"], "text": own["text"], "says": "We said more than that.", "proposes": "All law counts."}
            await self.tell(who, f"{at}/requests", body)
        await self.tell("no-head", f"{at}/requests/r2/withdraw")
        await self.tell("chair", f"{at}/requests/r1/answer", {"outcome": "declined", "reason": "It quotes your words."}, root=at)
        self.clock.forward(hours=2)
        await self.answer(at)
        await self.tell("chair", f"{at}/sentences", {"theme": "t1", "text": "Last year it was agreed otherwise.", "own_wording": True}, root=at)
        for finding in (await self.meeting.ask("chair", f"{at}/gate")).json()["open"]:
            await self.tell("chair", f"{at}/overrides", {"finding": finding["finding"], "reason": "It speaks of last year."}, root=at)
        await self.tell("chair", f"{at}/issue", {}, root=at)
        await self.after(f"{at}/versions/1", at)

    async def after(self, version: str, at: str) -> None:
        """Statements beside what was issued, of which one is taken back, and a file that is issued anew."""
        await self.tell("jp-head", f"{version}/statements", {"kind": "reservation", "says": "We read it as voluntary.", "places": [1]})
        await self.tell("no-head", f"{version}/statements", {"kind": "statement", "says": "We go along."})
        await self.tell("no-head", f"{version}/statements/2/withdraw", {"reason": "The capital has confirmed it."})
        await self.tell("chair", f"{version}/reissue", {"reason": "The file named a wrong chapter."}, root=at)

    async def answer(self, at: str) -> None:
        """What became of each input that the text does not take up."""
        inputs = (await self.meeting.ask("chair", f"{at}/inputs?limit=500")).json()["inputs"]
        said = {"disposition": "not_reflected", "reason_code": "other", "reason": "Answered in the draft, or in another summary."}
        left = [{"input": one["reference"], **said} for one in inputs if one["disposition"] is None and one["state"] == "live"]
        if left:
            await self.tell("chair", f"{at}/dispositions", {"dispositions": left}, root=at)

    async def sign(self) -> None:
        """Where two persons issue, one signs first."""
        at = await self.begun(countersigned=True)
        await self.tell("chair", f"{at}/sentences", {"theme": "t1", "text": "The meeting was held.", "own_wording": True}, root=at)
        await self.answer(at)
        await self.tell("chair", f"{at}/issue", {}, root=at)
        await self.tell("rapporteur", f"{at}/countersign", root=at)
