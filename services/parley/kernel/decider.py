"""The decider: what a service's rules are made of, and the one way in which they say no."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

import msgspec

State = TypeVar("State")
Command = TypeVar("Command")
Fact = TypeVar("Fact", bound=msgspec.Struct)


class Refused(Exception):  # noqa: N818  (a refusal is an answer of the rules, not an error of the program)
    """A rule said no. `rule` is a stable code, `why` a sentence that says what to do; `details` go into the answer as they are."""

    status = 409

    def __init__(self, rule: str, why: str, **details: Any) -> None:
        super().__init__(rule)
        self.rule = rule
        self.why = why
        self.details = details


class NotEntitled(Refused):
    """The caller may see the thing but has not the right to do this to it."""

    status = 403


class Unknown(Refused):
    """There is no such thing, or the caller may not know of it: the same answer in both cases."""

    status = 404

    def __init__(self, why: str = "There is nothing here under this address that you may see.") -> None:
        super().__init__("unknown", why)


class Invalid(Refused):
    """The input can never be right, whatever the state of things; it has to be changed before it is sent again."""

    status = 422


@dataclass(frozen=True)
class Catalogue:
    """The facts that a service publishes, by their published names.

    `private` facts are for the services among themselves. `public` facts hold only what everybody may read; they are numbered once more, by a sequence of
    their own, so that what is hidden leaves no gap in what is seen.
    """

    service: str
    private: tuple[type[msgspec.Struct], ...]
    public: tuple[type[msgspec.Struct], ...] = ()

    def name(self, fact: type[msgspec.Struct]) -> str:
        """The published name of a fact, as in `parley.drafts.AmendmentProposed.v1`."""
        return f"parley.{self.service}.{fact.__name__}.v1"

    @property
    def types(self) -> dict[str, type[msgspec.Struct]]:
        """Every fact of the service by its published name."""
        return {self.name(fact): fact for fact in (*self.private, *self.public)}

    def decoder(self) -> Callable[[str, bytes], msgspec.Struct]:
        """A function from published name and body to the fact. It raises KeyError for a name that is not in the catalogue."""
        return _decoder(self)


@cache
def _decoder(catalogue: Catalogue) -> Callable[[str, bytes], msgspec.Struct]:
    decoders = {name: msgspec.json.Decoder(fact).decode for name, fact in catalogue.types.items()}
    return lambda name, body: decoders[name](body)


@dataclass(frozen=True)
class Decider(Generic[State, Command, Fact]):
    """The rules of one kind of thing, all of them pure: no clock, no random, no input or output.

    `decide` gives the facts that follow from a command, or raises Refused; `evolve` gives the state after a fact and never refuses, because what is
    recorded is true. `kind` is the first part of the stream's name: `document/<id>`.
    """

    kind: str
    catalogue: Catalogue
    initial: State
    decide: Callable[[State, Command], Sequence[Fact]]
    evolve: Callable[[State, Fact], State]

    def stream(self, identity: str) -> str:
        """The name of the stream in which this thing's facts stand."""
        return f"{self.kind}/{identity}"


def require(holds: object, rule: str, why: str, **details: Any) -> None:
    """Refuse by `rule` unless `holds`."""
    if not holds:
        raise Refused(rule, why, **details)
