"""A small world for tests of the kernel: counters that are raised, some of it in public."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from parley.kernel.decider import Catalogue, Decider, require
from parley.kernel.log import Request


class Raised(msgspec.Struct, frozen=True):
    by: int
    at: datetime


class Announced(msgspec.Struct, frozen=True):
    total: int


CATALOGUE = Catalogue("counters", private=(Raised,), public=(Announced,))


@dataclass(frozen=True)
class Raise:
    by: int
    at: datetime
    aloud: bool = False


def decide(total: int, command: Raise) -> list[Raised | Announced]:
    require(command.by > 0, "not-positive", "Raise it by one or more.")
    if command.by == 99:
        raise ZeroDivisionError
    raised: list[Raised | Announced] = [Raised(command.by, command.at)]
    return [*raised, Announced(total + command.by)] if command.aloud else raised


def evolve(total: int, fact: Raised | Announced) -> int:
    return total + fact.by if isinstance(fact, Raised) else total


COUNTERS = Decider("counter", CATALOGUE, 0, decide, evolve)


def raising(counter: str, by: int = 1, *, lane: str = "lane", aloud: bool = False, **more: object) -> Request:
    return Request(COUNTERS, counter, lane, lambda at, _: Raise(by, at, aloud), **more)  # type: ignore[arg-type]
