"""A tape of facts as the record would hold them, for tests of the view: what siblings said, and what came of the chair's commands."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from parley.delegations.facts import CATALOGUE as DELEGATIONS
from parley.drafts.facts import CATALOGUE as DRAFTS
from parley.kernel.decider import Catalogue
from parley.kernel.log import Recorded
from parley.summaries.facts import CATALOGUE as OWN
from parley.summaries.rules import SUMMARIES, identity
from summaries.drafting_room import NOW

LANE = "prague"


@dataclass
class Tape:
    """Facts in the order of their commits."""

    facts: list[Recorded] = field(default_factory=list)
    states: dict[str, Any] = field(default_factory=dict)
    now: datetime = NOW

    def told(self, fact: msgspec.Struct) -> None:
        """A sibling said something."""
        catalogue = next(one for one in (DELEGATIONS, DRAFTS) if type(fact) in (*one.private, *one.public))
        self._record(catalogue, f"sibling/{len(self.facts)}", fact)

    def asked(self, summary: str, command: msgspec.Struct) -> None:
        """The chair asked for something; Refused is raised as it is."""
        state = self.states.get(summary, SUMMARIES.initial)
        facts = SUMMARIES.decide(state, command)  # type: ignore[arg-type]  # the test chooses the command
        for fact in facts:
            state = SUMMARIES.evolve(state, fact)
            self._record(OWN, SUMMARIES.stream(identity(LANE, summary)), fact)
        self.states[summary] = state

    def _record(self, catalogue: Catalogue, stream: str, fact: msgspec.Struct) -> None:
        self.now += timedelta(seconds=1)
        seq = 1 + sum(one.service == catalogue.service for one in self.facts)
        version = 1 + sum(one.stream == stream for one in self.facts)
        self.facts.append(
            Recorded(
                len(self.facts) + 1,
                catalogue.service,
                stream,
                version,
                LANE,
                seq,
                None,
                catalogue.name(type(fact)),
                msgspec.json.encode(fact),
                b"{}",
                self.now,
                b"",
            )
        )
