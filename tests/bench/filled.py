"""Records of any length, made by the real rules and the real record, a batch at a time."""

import asyncio
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import msgspec
from serving import LANE, WORDS

from parley.delegations.principle import hash_of
from parley.delegations.rules_negotiation import NEGOTIATIONS
from parley.delegations.rules_principle import PRINCIPLES, SubmitPrinciple, TakePosition
from parley.kernel.database import Database
from parley.kernel.log import Request
from parley.kernel.sql_log import BATCH, SqlLog
from parley.protocol.standing import Actor

DISCUSSED = f"{LANE}/discussed"


def fill(folder: Path, numbers: range) -> None:
    """Submit principles with these numbers; the views are brought up by the next start."""
    _handle(folder, (_principle(f"{LANE}/filled-{number}", f"{number}. {WORDS}") for number in numbers))


def discuss(folder: Path, count: int) -> None:
    """One principle, on which twenty other delegations take that many positions."""
    _handle(folder, [_principle(DISCUSSED, WORDS)])
    _handle(folder, (_position(number) for number in range(count)))


def _handle(folder: Path, requests: Iterable[Request]) -> None:
    async def work() -> None:
        database = Database(f"sqlite:///{folder / 'parley.db'}")
        log, waiting = SqlLog(database), iter(requests)
        while batch := list(islice(waiting, BATCH)):
            await asyncio.gather(*map(log.handle, batch))
        log.close()
        database.close()

    asyncio.run(work())


def _by(number: int) -> Actor:
    return Actor(person=f"head-{number}", roles=("head",), delegation=f"D{number}", credentials="provisional", known_at=1)


def _request(by: Actor, name: str, command: object, key: str) -> Request:
    standing = msgspec.json.encode(by, order="deterministic")
    return Request(PRINCIPLES, name, LANE, command, standing, f"delegations|{LANE}|{by.person}", key, hash_of(key))  # type: ignore[arg-type]


def _principle(name: str, text: str) -> Request:
    by = _by(0)

    def command(at, look):
        return SubmitPrinciple(by=by, at=at, standing=look(NEGOTIATIONS, LANE).standing, principle=name, text=text, reason="", theme="policy")

    return _request(by, name, command, name)


def _position(number: int) -> Request:
    by, stance = _by(number % 20 + 1), ("support", "oppose")[number // 20 % 2]

    def command(at, look):
        standing = look(NEGOTIATIONS, LANE).standing
        return TakePosition(by=by, at=at, standing=standing, principle=DISCUSSED, stance=stance, text="", text_hash=hash_of(WORDS))

    return _request(by, DISCUSSED, command, f"position-{number}")
