"""A drafting room for tests of the rules: a forum, inputs, and summaries given by facts."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any, Self

import msgspec
import pytest

from house import KEYS
from parley.kernel.decider import Refused
from parley.protocol.standing import Actor
from parley.summaries.beginning import StartSummary
from parley.summaries.composing import ComposeSummary, groups_of
from parley.summaries.drafting import Cited, WriteSentence
from parley.summaries.facts import Disposition, InputsDisposed, Sentence, SentenceWritten, Source, SummaryStarted, Theme
from parley.summaries.forum import DELEGATION, DELEGATION_CODE, GROUP, GROUP_CODE, PERSON, Forum, Name
from parley.summaries.inputs import Input, Inputs, Voice
from parley.summaries.issuing import IssueSummary
from parley.summaries.rules import SUMMARIES
from parley.summaries.summary import Summary

NOW = datetime(2019, 5, 3, 10, 0, tzinfo=UTC)
CHAIR = Actor(person="chair", roles=("chair",))
RAPPORTEUR = Actor(person="rapporteur", roles=("rapporteur",))
SECRETARIAT = Actor(person="secretariat", roles=("secretariat",))
HEAD = Actor(person="cz-head", roles=("head",), delegation="CZ", credentials="accepted")
TABLE = (("one delegation", "1"), ("a few delegations", "2"), ("some delegations", "4"), ("many delegations", "1/3"), ("most delegations", "2/3"),
         ("all delegations that spoke", "all"))  # fmt: skip
NAMES = (
    Name("CZ", DELEGATION_CODE), Name("Czechia", DELEGATION), Name("JP", DELEGATION_CODE), Name("Japan", DELEGATION), Name("IT", DELEGATION_CODE),
    Name("Italy", DELEGATION), Name("EU", GROUP_CODE), Name("European Union", GROUP), Name("Jana Nováková", PERSON),
)  # fmt: skip
FORUM = Forum("prague", "Security of 5G networks", "none", "participants", ("policy", "technology"), TABLE, 30, NAMES)
SUPPLIERS = "Suppliers are assessed on the law of the country that they come from."
NETWORKS = "Networks are built from the equipment of more than one supplier."


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def principle(name: str, text: str = SUPPLIERS, *voices: str | Voice, seq: int = 1, **more: Any) -> Input:
    """A principle; its first voice is its author's, `AA` alone if none is named."""
    spoken = [Voice(one, "support", hash_of(text)) if isinstance(one, str) else one for one in voices or ("AA",)]
    fields: dict[str, Any] = {"theme": "policy", "state": "live", "marking": "participants", "delegation": spoken[0].delegation} | more
    return Input(reference=f"principle/{name}", text=text, text_hash=hash_of(text), seq=seq, voices=tuple(spoken), **fields)


def against(delegation: str, text: str = SUPPLIERS, stance: str = "oppose") -> Voice:
    return Voice(delegation, stance, hash_of(text))


def inputs(*put_in: Input) -> Inputs:
    return Inputs({one.reference: one for one in put_in}, {"delegations": 40, "drafts": 7})


def started(**more: Any) -> SummaryStarted:
    fields: dict[str, Any] = {
        "summary": "1", "negotiation": "prague", "title": "Chair's summary", "attribution": "none", "marking": "participants", "audience": (),
        "language": "en", "themes": (Theme("t1", "policy", about="policy"), Theme("t2", "technology", about="technology")),
    }  # fmt: skip
    return SummaryStarted(**(fields | more))


def source(name: str, text: str = SUPPLIERS, **more: Any) -> Source:
    return Source(f"principle/{name}", hash_of(text), **more)


def written(sentence: str, text: str, *sources: Source, theme: str = "t1", after: str | None = None, **more: Any) -> SentenceWritten:
    return SentenceWritten("1", theme, Sentence(sentence, text, tuple(sources), **more), after)


def disposed(*answers: Disposition) -> InputsDisposed:
    return InputsDisposed("1", answers)


def reflected(name: str) -> Disposition:
    return Disposition(f"principle/{name}", "reflected")


def summary_of(*facts: msgspec.Struct) -> Summary:
    return reduce(SUMMARIES.evolve, facts, SUMMARIES.initial)


class Desk:
    """A summary on the desk: what is given of it, what is done to it, and what comes of that."""

    def __init__(self, *facts: msgspec.Struct) -> None:
        self.facts = list(facts)
        self.now = NOW

    @property
    def summary(self) -> Summary:
        return summary_of(*self.facts)

    def when(self, command: msgspec.Struct) -> Self:
        """Decide, and go on from the facts that follow."""
        self.last = list(SUMMARIES.decide(self.summary, command))  # type: ignore[arg-type]  # the test chooses the command
        self.facts += self.last
        return self

    def refused(self, command: msgspec.Struct) -> Refused:
        """The refusal of a command."""
        with pytest.raises(Refused) as caught:
            SUMMARIES.decide(self.summary, command)  # type: ignore[arg-type]  # as above
        return caught.value

    def start(self, **more: Any) -> Self:
        return self.when(StartSummary(**({"by": CHAIR, "at": self.now, "summary": "1", "forum": FORUM, "title": "Chair's summary"} | more)))

    def write(self, text: str, *names: str, known: Inputs | None = None, **more: Any) -> Self:
        cited = tuple(Cited(f"principle/{name}") for name in names)
        fields: dict[str, Any] = {"by": CHAIR, "at": self.now, "theme": "t1", "sources": cited} | more
        return self.when(WriteSentence(text=text, known=(known or inputs()).by_reference, **fields))

    def compose(self, known: Inputs, forum: Forum = FORUM) -> Self:
        return self.when(ComposeSummary(CHAIR, self.now, known, forum, groups_of(self.summary, known)))

    def issue(self, known: Inputs, forum: Forum = FORUM, after: timedelta | None = None) -> Self:
        return self.when(IssueSummary(CHAIR, self.now, known, forum, KEYS.sign, self.now + after if after is not None else None))

    def texts(self) -> list[str]:
        return [one.text for _, sentences in self.summary.in_order() for one in sentences]

    def kinds(self) -> list[str]:
        return [type(fact).__name__ for fact in self.last]


def everything(desk: Desk, kind: type[msgspec.Struct]) -> Sequence[Any]:
    return [fact for fact in desk.facts if isinstance(fact, kind)]
