"""What cannot be applied parks its negotiation and nothing else: the dead letter names it without a word of its text, and a replay goes on from there."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from infra.native.kafka import Kafka as Broker
from sqlalchemy import Connection

from kernel.counting import CATALOGUE, raising
from kernel.postgres import fresh_schema
from parley.kernel import migrations
from parley.kernel.database import Database
from parley.kernel.envelope import Headers, opened, private_headers, public_headers
from parley.kernel.kafka_intake import Intake
from parley.kernel.kafka_topics import DEAD_LETTERS, Kafka, make_topics
from parley.kernel.log import Recorded
from parley.kernel.parking import MISSING, Parking
from parley.kernel.projection import Projection
from parley.kernel.sql_log import SqlLog
from parley.kernel.view import View

pytestmark = pytest.mark.real

SECRET_WORD = "cipher-of-the-delegation"


@dataclass
class Message:
    fact: Recorded
    offset: int
    topic: str = "parley.counters"
    partition: int = 0
    broken: dict[str, bytes] = field(default_factory=dict)

    @property
    def key(self) -> bytes:
        return self.fact.lane.encode()

    @property
    def value(self) -> bytes:
        return self.fact.body

    @property
    def headers(self) -> Headers:
        return list((dict(private_headers(self.fact)) | self.broken).items())


@dataclass
class FromRecord:
    """The other service's record, in the next room: what the HTTP between services gives, without the HTTP."""

    log: SqlLog
    away: bool = False

    def missing(self, service: str, lane: str, after: int, *, public: bool) -> list[Recorded]:
        import httpx

        if self.away:
            raise httpx.ConnectError("away")
        return self.log.lane(service, lane, after, 500, public_only=public)

    def heads(self, service: str, *, public: bool) -> dict[str, int]:
        import httpx

        if self.away:
            raise httpx.ConnectError("away")
        return self.log.heads(service, public_only=public)


@dataclass
class Room:
    log: SqlLog
    intake: Intake
    peers: FromRecord
    seen: list[tuple[str, int]]
    poison: set[str]

    async def facts(self, *lanes: str, each: int = 3) -> list[Recorded]:
        for lane in lanes:
            for n in range(each):
                await self.log.handle(raising(f"{lane}-{n}", lane=lane))
        return self.log.read(0, 1_000)


@pytest.fixture
def room(kafka: Broker, postgres: str) -> Iterator[Room]:
    cluster = Kafka(kafka.bootstrap)
    assert make_topics(cluster, ["counters"], 2) == []
    sender, reader = Database(postgres, fresh_schema(postgres)), Database(postgres, fresh_schema(postgres))
    migrations.upgrade(sender)
    log, seen, poison = SqlLog(sender), list[tuple[str, int]](), set[str]()

    def fold(_: Connection, fact: Recorded) -> None:
        if fact.id in poison:
            raise ValueError(f"{SECRET_WORD} cannot be read")
        seen.append((fact.lane, fact.seq))

    projection = Projection(reader, View("readers", 1, frozenset({CATALOGUE.service}), (), fold))
    parking, peers = Parking(reader, "readers", cluster), FromRecord(log)
    yield Room(log, Intake(projection, parking, peers, lambda: False), peers, seen, poison)  # type: ignore[arg-type]  # it answers what Peers answers
    parking.close()
    log.close()
    for database in (sender, reader):
        database.close()


def dead_letters(kafka: Broker) -> list[Any]:
    from kafka import KafkaConsumer

    consumer = KafkaConsumer(DEAD_LETTERS, bootstrap_servers=kafka.bootstrap, auto_offset_reset="earliest", enable_auto_commit=False, consumer_timeout_ms=3_000)
    found = list(consumer)
    consumer.close()
    return found


def messages(facts: list[Recorded]) -> list[Message]:
    return [Message(fact, offset) for offset, fact in enumerate(facts)]


async def test_a_fact_that_cannot_be_applied_parks_its_lane_and_all_others_go_on(room: Room, kafka: Broker) -> None:
    facts = await room.facts("well", "ill", "other")
    room.poison.add("counters:ill:2")
    await asyncio.to_thread(room.intake.take_in, messages(facts))
    assert sorted(set(room.seen)) == [("ill", 1), ("other", 1), ("other", 2), ("other", 3), ("well", 1), ("well", 2), ("well", 3)]
    (letter,) = [one for one in dead_letters(kafka) if dict(one.headers)["id"] == b"counters:ill:2"]
    assert letter.value == b""
    assert dict(letter.headers)["reason"] == b"ValueError"
    assert SECRET_WORD.encode() not in repr(letter).encode()

    more = await room.facts("ill", "well", each=1)
    await asyncio.to_thread(room.intake.take_in, messages(more[-2:]))
    assert ("ill", 4) not in room.seen, "what stands behind a parked fact waits for it"
    assert ("well", 4) in room.seen

    room.poison.clear()
    assert await asyncio.to_thread(room.intake.replay, "counters", "ill") == 3
    assert [seq for lane, seq in room.seen if lane == "ill" and seq > 1] == [2, 3, 4]
    assert room.intake.parking.lanes() == {}


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"ce_specversion": b"0.3"}, "not CloudEvents 1.0 with JSON in it"),
        ({"ce_sequence": b"first"}, "not readable: ValueError"),
        ({"ce_type": b"parley.others.Raised.v1"}, "type is not one of its source"),
        ({"ce_partitionkey": b"elsewhere"}, "key is not the lane"),
        ({"ce_time": b"yesterday"}, "not readable: ValueError"),
        ({"ce_type": b"\xff\xfe"}, "not readable: UnicodeDecodeError"),
    ],
)
async def test_a_message_that_is_no_envelope_parks_its_lane(room: Room, broken: dict[str, bytes], reason: str) -> None:
    facts = await room.facts("ill", "well", each=1)
    forged = Message(facts[0], 0, broken=broken)
    await asyncio.to_thread(room.intake.take_in, [forged, Message(facts[1], 1)])
    assert room.intake.parking.lanes()["counters", "ill"].reason == reason
    assert room.seen == [("well", 1)]
    await asyncio.to_thread(room.intake.replay, "counters", "ill")
    assert room.seen == [("well", 1), ("ill", 1)]


async def test_what_comes_twice_late_or_again_has_one_effect_in_order(room: Room) -> None:
    facts = await room.facts("a", "b", each=5)
    sent = messages(facts)
    for batch in (sent[:4], sent[2:7], sent[:10], sent[5:]):
        await asyncio.to_thread(room.intake.take_in, batch)
    assert room.seen == [(fact.lane, fact.seq) for fact in facts]


async def test_what_did_not_come_is_fetched_from_the_record(room: Room) -> None:
    facts = await room.facts("a", each=6)
    await asyncio.to_thread(room.intake.take_in, messages(facts[:1]))
    await asyncio.to_thread(room.intake.take_in, messages(facts[4:]))
    assert [seq for _, seq in room.seen] == [1, 2, 3, 4, 5, 6]


async def test_a_lane_goes_on_by_itself_once_the_record_answers_again(room: Room, kafka: Broker) -> None:
    facts = await room.facts("far", "near", each=3)
    room.peers.away = True
    away = [message for message in messages(facts) if (message.fact.lane, message.fact.seq) != ("far", 1)]
    await asyncio.to_thread(room.intake.take_in, away)
    assert [lane for lane, _ in room.seen] == ["near"] * 3
    assert room.intake.parking.lanes()["counters", "far"].reason == MISSING
    assert all(dict(one.headers)["id"] != b"counters:far:2" for one in dead_letters(kafka)), "nobody has to look at this one"
    room.peers.away = False
    await asyncio.to_thread(room.intake.retry_missing)
    assert [seq for lane, seq in room.seen if lane == "far"] == [1, 2, 3]


async def test_a_fact_comes_out_of_its_envelope_as_it_went_in(room: Room) -> None:
    receipt = await room.log.handle(raising("c", lane="Žižkov / 5G", aloud=True, trace="00-" + "a" * 32 + "-" + "b" * 16 + "-01"))
    for fact in room.log.read(0, 10):
        private = opened(fact.lane.encode(), fact.body, private_headers(fact), public=False)
        assert private == msgspec.structs.replace(fact, position=0)
        fact = msgspec.structs.replace(fact, by=b'{"person":"jp-head"}')  # noqa: PLW2901  (as if somebody had said it)
        if fact.public_seq:
            public = opened(fact.lane.encode(), fact.body, public_headers(fact), public=True)
            assert (public.public_seq, public.body, public.at) == (1, fact.body, fact.at)
            assert (public.position, public.seq, public.version, public.stream, public.by, public.hash) == (0, 0, 0, "", b"{}", b"")
            said = b" ".join(value for _, value in public_headers(fact))
            assert b"jp-head" not in said
            assert fact.hash.hex().encode() not in said
    assert receipt.seq == 2


async def test_the_last_facts_that_no_message_brings_are_fetched_at_the_second_look_and_not_at_the_first(room: Room) -> None:
    facts = await room.facts("a", "b")
    room.intake.take_in([Message(fact, n) for n, fact in enumerate(facts) if (fact.lane, fact.seq) not in {("a", 3), ("b", 2), ("b", 3)}])
    assert await asyncio.to_thread(room.intake.look_again) == 0, "it may be on its way"
    assert room.intake.lag == 3
    await room.log.handle(raising("a-3", lane="a"))
    assert await asyncio.to_thread(room.intake.look_again) == 4
    assert room.intake.lag == 4, "as it was when it looked"
    assert room.seen == [("a", 1), ("a", 2), ("b", 1), ("a", 3), ("a", 4), ("b", 2), ("b", 3)]
    assert [await asyncio.to_thread(room.intake.look_again) for _ in range(2)] == [0, 0]
    assert room.intake.lag == 0


async def test_a_lane_that_is_parked_or_whose_record_is_away_is_not_looked_into(room: Room) -> None:
    facts = await room.facts("a", "b")
    room.poison.add(facts[1].id)
    room.intake.take_in([Message(fact, n) for n, fact in enumerate(facts) if fact.lane == "a"])
    room.peers.away = True
    assert [await asyncio.to_thread(room.intake.look_again) for _ in range(2)] == [0, 0]
    room.peers.away = False
    assert [await asyncio.to_thread(room.intake.look_again) for _ in range(2)] == [0, 3]
    assert room.seen[-3:] == [("b", 1), ("b", 2), ("b", 3)]
