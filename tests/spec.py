"""Given facts, when a command, then facts or a refusal: how rules are told in tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import msgspec
import pytest

from parley.kernel.decider import Decider, Refused


@dataclass(frozen=True)
class Spec:
    """What was decided of one thing, through its real rules. `past` are the facts so far."""

    decider: Decider[Any, Any, Any]
    past: tuple[Any, ...] = ()

    def given(self, *facts: Any) -> "Spec":
        return Spec(self.decider, (*self.past, *facts))

    @property
    def state(self) -> Any:
        return reduce(self.decider.evolve, self.past, self.decider.initial)

    def when(self, command: Any) -> "When":
        return When(self, command)


@dataclass(frozen=True)
class When:
    """A command that was not decided yet."""

    spec: Spec
    command: Any

    def then(self, *facts: msgspec.Struct) -> None:
        assert list(self.decided()) == list(facts)

    def decided(self) -> Sequence[Any]:
        facts = self.spec.decider.decide(self.spec.state, self.command)
        # What the rules decide must be what the catalogue can record, and read back as it was.
        decode = self.spec.decider.catalogue.decoder()
        for fact in facts:
            assert decode(self.spec.decider.catalogue.name(type(fact)), msgspec.json.encode(fact)) == fact
        return facts

    def after(self) -> Any:
        """The state once the command was recorded."""
        return self.spec.given(*self.decided()).state

    def refused(self, rule: str, kind: type[Refused] = Refused) -> Refused:
        with pytest.raises(Refused) as refusal:
            self.decided()
        assert (refusal.value.rule, type(refusal.value)) == (rule, kind)
        # A sentence that says what to do: it begins as one and ends as one.
        assert refusal.value.why[0].isupper() or refusal.value.why.split()[0].isupper()
        assert refusal.value.why.endswith((".", "`."))
        return refusal.value
