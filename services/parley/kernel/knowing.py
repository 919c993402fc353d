"""Knowing: what every service holds in memory about callers, folded from the facts of another service by functions that it is given."""

from collections.abc import Callable, Collection
from typing import Any

import msgspec

from parley.kernel.log import Recorded
from parley.kernel.view import Knowledge


def of_lane(kind: str, initial: Any, source: str, words: Collection[str], after: Callable[[Any, str, dict[str, Any], int], Any]) -> Knowledge[Any]:
    """A state by lane, from the facts with these words; `after` gets the state, the fact's own word (`NegotiationOpened`), its body, and its `seq`."""

    def key_of(fact: Recorded) -> str | None:
        return fact.lane if fact.service == source and word_of(fact) in words else None

    def evolve(state: Any, fact: Recorded) -> Any:
        return after(state, word_of(fact), msgspec.json.decode(fact.body), fact.seq)

    return Knowledge(kind, type(initial), initial, key_of, evolve)


def of_field(kind: str, initial: Any, source: str, words: Collection[str], field: str, after: Callable[[Any, str, str, dict[str, Any]], Any]) -> Knowledge[Any]:
    """A state by the value of a body's `field` (a token's hash); `after` gets the state, the fact's word, its lane and its body."""

    def key_of(fact: Recorded) -> str | None:
        return str(msgspec.json.decode(fact.body)[field]) if fact.service == source and word_of(fact) in words else None

    def evolve(state: Any, fact: Recorded) -> Any:
        return after(state, word_of(fact), fact.lane, msgspec.json.decode(fact.body))

    return Knowledge(kind, type(initial), initial, key_of, evolve)


def word_of(fact: Recorded) -> str:
    """The fact's own word: `AmendmentProposed` of `parley.drafts.AmendmentProposed.v1`."""
    return fact.type.split(".")[2]
