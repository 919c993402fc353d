"""Commands in any order, by anybody: what happens is what a small model of the rules says, and nothing else."""

import asyncio
import shutil
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from delegations.meeting import Meeting, meeting_in
from house import TestClock
from parley.delegations.part import PART as DELEGATIONS
from parley.drafts.part import PART as DRAFTS

HEADS = {"jp-head": "JP", "no-head": "NO", "sk-head": "SK"}
PEOPLE = ("secretariat", "chair", "rapporteur", *HEADS, "cz-member", "watcher", None)
OUTSIDE = ("watcher", None)
CLAUSES = [{"id": f"c{n}", "text": f"The {n}th matter is settled here."} for n in range(1, 101)]
STANCES = ("support", "oppose", "reserve", "hold")
DONE, AGAINST_A_RULE, DENIED = "done", "against a rule", "denied"

anybody = st.sampled_from(PEOPLE)


@dataclass
class Submitted:
    """What the model knows of a principle or an amendment."""

    by: str
    state: str = "live"
    sponsors: set[str] = field(default_factory=set)
    stances: dict[str, str] = field(default_factory=dict)

    def seen_by(self, who: str | None) -> bool:
        if who in OUTSIDE:
            return False
        return self.state != "withdrawn" or who in ("chair", "secretariat") or HEADS.get(str(who)) in {self.by, *self.sponsors}


class AnyOrder(RuleBasedStateMachine):
    """One negotiation and one document in it."""

    principles = Bundle("principles")
    amendments = Bundle("amendments")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp(prefix="parley-any-order-"))
        self.open = AsyncExitStack()
        self.meeting: Meeting = self.loop.run_until_complete(self.open.enter_async_context(meeting_in(self.folder, [DELEGATIONS, DRAFTS], TestClock())))
        self.submitted: dict[str, Submitted] = {}
        self.amended: dict[str, Submitted] = {}
        self.version = 0
        self.suspended: set[str] = set()
        self.cut: dict[str, str] = {}

    def teardown(self) -> None:
        self.loop.run_until_complete(self.open.aclose())
        self.loop.close()
        shutil.rmtree(self.folder)

    # -- how a command is sent and what the model expects of it -------------------------------------------------------------------------------------------

    def sent(self, who: str | None, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        said = headers | {"Parley-Cut": ", ".join(f"{name}={seq}" for name, seq in self.cut.items())}
        for _ in range(5):
            send = self.meeting.ask(who, path, headers=said) if method == "GET" else self.meeting.tell(who, path, body, method, headers=said)
            answered = self.loop.run_until_complete(send)
            if answered.status_code != 503:  # a machine with much to do: whoever is told so asks again
                break
        self.cut |= dict(part.split("=") for part in answered.headers.get("Parley-Cut", "").split(", ") if part)
        return answered

    def told(self, expected: str, who: str | None, path: str, body: Any = None, method: str = "POST", **headers: str) -> dict[str, Any]:
        """Send a command twice under one key; it has the expected outcome once."""
        before = self.meeting.process.log.position()
        headers = {"Idempotency-Key": f"k{before}-{path}"} | headers
        answered, again = self.sent(who, method, path, body, **headers), self.sent(who, method, path, body, **headers)
        outcome = (
            DONE
            if answered.status_code == 201
            else AGAINST_A_RULE
            if answered.status_code == 409
            else DENIED
            if answered.status_code in (401, 403, 404)
            else answered.text
        )
        assert outcome == expected, f"{who} {method} {path} {body}: expected {expected}, was {answered.status_code} {answered.text}"
        assert (self.meeting.process.log.position() > before) == (expected == DONE)
        if expected == DONE:
            assert again.json()["receipt"] == answered.json()["receipt"], "a repeated command has one effect"
        said: dict[str, Any] = answered.json()
        return said

    def acts(self, who: str | None) -> bool:
        """Whether somebody acts for a delegation that takes part."""
        return who in HEADS and HEADS[str(who)] not in self.suspended

    def etag(self) -> str:
        return self.sent("chair", "GET", "/documents/zero").headers["ETag"]

    # -- the meeting ------------------------------------------------------------------------------------------------------------------------------------

    @initialize()
    def table_a_draft(self) -> None:
        self.told(DONE, "chair", "/documents", {"document": "zero", "title": "Zero draft", "clauses": CLAUSES})
        self.told(DONE, "chair", "/documents/zero/window", {"closes_at": "2019-06-01T00:00:00Z"})

    @rule(who=anybody, delegation=st.sampled_from(sorted(HEADS.values())), credentials=st.sampled_from(["accepted", "suspended"]))
    def decide_on_credentials(self, who: str | None, delegation: str, credentials: str) -> None:
        expected = DONE if who in ("chair", "secretariat") else DENIED
        self.told(expected, who, f"/delegations/{delegation}/credentials", {"credentials": credentials, "reason": "Papers."}, "PUT")
        if expected == DONE:
            (self.suspended.add if credentials == "suspended" else self.suspended.discard)(delegation)

    # -- principles -------------------------------------------------------------------------------------------------------------------------------------

    @rule(target=principles, who=anybody, theme=st.sampled_from(["policy", "security"]))
    def submit(self, who: str | None, theme: str) -> Any:
        expected = DONE if self.acts(who) else DENIED
        answered = self.told(expected, who, "/principles", {"text": f"Networks are secure, says {who}, {len(self.submitted)}.", "theme": theme})
        if expected != DONE:
            return multiple()
        self.submitted[answered["principle"]] = Submitted(HEADS[str(who)])
        return answered["principle"]

    @rule(who=anybody, name=principles)
    def withdraw(self, who: str | None, name: str) -> None:
        one = self.submitted[name]
        entitled = one.seen_by(who) and self.acts(who) and HEADS[str(who)] == one.by
        expected = DENIED if not entitled else DONE if one.state == "live" else AGAINST_A_RULE
        self.told(expected, who, f"/principles/{name}/withdraw")
        one.state = "withdrawn" if expected == DONE else one.state

    @rule(who=anybody, name=principles)
    def sponsor(self, who: str | None, name: str) -> None:
        one = self.submitted[name]
        mine = HEADS.get(str(who), "")
        expected = DENIED if not (one.seen_by(who) and self.acts(who)) else AGAINST_A_RULE if one.state != "live" or mine in {one.by, *one.sponsors} else DONE
        self.told(expected, who, f"/principles/{name}/sponsors", {"text_hash": self._hash_of(name)})
        if expected == DONE:
            one.sponsors.add(mine)

    @rule(who=anybody, name=principles, stance=st.sampled_from(STANCES))
    def take_a_position(self, who: str | None, name: str, stance: str) -> None:
        one = self.submitted[name]
        mine = HEADS.get(str(who), "")
        again = one.stances.get(mine) == stance
        expected = DENIED if not (one.seen_by(who) and self.acts(who)) else AGAINST_A_RULE if one.state != "live" or mine == one.by or again else DONE
        self.told(expected, who, f"/principles/{name}/positions", {"stance": stance, "text_hash": self._hash_of(name)})
        if expected == DONE:
            one.stances[mine] = stance

    def _hash_of(self, name: str) -> str:
        return str(self.sent("chair", "GET", f"/principles/{name}").json()["text_hash"])

    # -- amendments -------------------------------------------------------------------------------------------------------------------------------------

    @rule(target=amendments, who=anybody)
    def propose(self, who: str | None) -> Any:
        expected = DONE if self.acts(who) else DENIED
        number = len(self.amended) + 1
        wanted = {"base_version": self.version, "operation": "replace", "clause": f"c{number}", "old": "is settled", "new": "stays open"}
        answered = self.told(expected, who, "/documents/zero/amendments", wanted)
        if expected != DONE:
            return multiple()
        self.amended[answered["amendment"]] = Submitted(HEADS[str(who)])
        return answered["amendment"]

    @rule(who=anybody, name=amendments)
    def withdraw_amendment(self, who: str | None, name: str) -> None:
        one = self.amended[name]
        entitled = one.seen_by(who) and self.acts(who) and HEADS[str(who)] == one.by
        expected = DENIED if not entitled else DONE if one.state == "live" else AGAINST_A_RULE
        self.told(expected, who, f"/documents/zero/amendments/{name}/withdraw")
        one.state = "withdrawn" if expected == DONE else one.state

    @rule(who=anybody | st.just("chair"), name=amendments, outcome=st.sampled_from(["accepted", "rejected"]))
    def rule_on_an_amendment(self, who: str | None, name: str, outcome: str) -> None:
        one = self.amended[name]
        expected = DENIED if who != "chair" else AGAINST_A_RULE if one.state in ("withdrawn", "applied") else DONE
        ruling = {"amendments": [name], "outcome": outcome, "reason_code": "merits", "reason": "It was discussed."}
        self.told(expected, who, "/documents/zero/rulings", ruling, **{"If-Match": self.etag()})
        one.state = outcome if expected == DONE else one.state

    @rule(who=anybody | st.just("chair"))
    def make_a_version(self, who: str | None) -> None:
        accepted = [one for one in self.amended.values() if one.state == "accepted"]
        expected = DENIED if who != "chair" else DONE if accepted else AGAINST_A_RULE
        self.told(expected, who, "/documents/zero/versions", {"supersedes": self.version}, **{"If-Match": self.etag()})
        if expected == DONE:
            self.version += 1
            for one in self.amended.values():
                one.state = {"accepted": "applied", "rejected": "fell"}.get(one.state, one.state)

    @rule(who=anybody, name=consumes(amendments))
    def look_at_one(self, who: str | None, name: str) -> None:
        answered = self.sent(who, "GET", f"/documents/zero/amendments/{name}")
        assert (answered.status_code == 200) == self.amended[name].seen_by(who)

    # -- what always holds ------------------------------------------------------------------------------------------------------------------------------

    @invariant()
    def the_lists_are_those_of_the_model(self) -> None:
        if not self.cut:
            return  # nothing is tabled yet
        for who in ("chair", "no-head", "cz-member"):
            listed = self.sent(who, "GET", "/principles?limit=500").json()["principles"]
            shown = {one["principle"]: (one["state"], {sponsor["delegation"] for sponsor in one["sponsors"]}, {p["delegation"]: p["stance"] for p in one["positions"]})
                     for one in listed}  # fmt: skip
            assert shown == {name: (one.state, one.sponsors, one.stances) for name, one in self.submitted.items() if one.seen_by(who)}
            names = {one["amendment"] for one in self.sent(who, "GET", "/documents/zero/amendments?limit=500").json()["amendments"]}
            assert names == {name for name, one in self.amended.items() if one.seen_by(who)}
        assert len(self.sent("chair", "GET", "/documents/zero").json()["versions"]) == self.version + 1
        assert self.sent("watcher", "GET", "/principles").status_code == 404


@pytest.mark.deep
class TestAnyOrder(AnyOrder.TestCase):  # type: ignore[name-defined, misc]  # made by Hypothesis
    settings = settings(max_examples=12, stateful_step_count=40)
