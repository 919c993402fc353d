"""Partitions move from member to member of a group while messages come: each message is given to somebody."""

import asyncio
import random
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count, islice
from pathlib import Path

import pytest
from infra.native.kafka import Kafka
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

pytestmark = pytest.mark.real

PARTITIONS = 200
COUNTING = Path(__file__).with_name("counting_member.py")


class Group:
    """Members of one group, as processes."""

    def __init__(self, broker: Kafka, folder: Path, slow: float = 0.0) -> None:
        self.name, self.topic = f"counting-{secrets.token_hex(3)}", f"first-{secrets.token_hex(3)}"
        self.broker = broker
        self.folder = folder
        self.slow = slow
        self.sent: Counter[int] = Counter()
        self._producer = KafkaProducer(bootstrap_servers=broker.bootstrap, acks="all")
        self._members: list[subprocess.Popen[bytes]] = []
        admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
        admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in (self.topic, f"{self.name}-counts-changelog")])
        admin.close()

    def come(self) -> subprocess.Popen[bytes]:
        """A new member."""
        file = self.folder / str(len(self._members))
        command = [sys.executable, str(COUNTING), self.broker.bootstrap, self.name, self.topic, str(file), str(self.slow)]
        with (self.folder / "log").open("ab") as log:
            self._members.append(subprocess.Popen(command, stdout=log, stderr=log))
        return self._members[-1]

    async def send(self, partitions: Sequence[int], seconds: float) -> None:
        """A message to each of some partitions, one after the other, spread over a time."""
        for partition in partitions:
            self._producer.send(self.topic, b"a message", partition=partition)
            self.sent[partition] += 1
            await asyncio.sleep(seconds / len(partitions))

    async def until_given(self) -> None:
        """Return when each message was given to a member."""
        until = time.monotonic() + 30
        while missing := self._never_given():
            assert time.monotonic() < until, sorted(missing)
            await asyncio.sleep(0.5)

    def _never_given(self) -> set[tuple[int, int]]:
        """The partition and offset of each message that was given to no member."""
        given = {tuple(map(int, line.split())) for path in self.folder.glob("[0-9]*") for line in path.read_text().splitlines()}
        return {(partition, offset) for partition, sent in self.sent.items() for offset in range(sent)} - given

    def end(self) -> None:
        """End whoever still runs."""
        for member in self._members:
            member.kill()
            member.wait()
        self._producer.close()


async def members_change(group: Group, partitions: Iterator[int], while_one_comes: int, while_one_goes: int) -> None:
    """Members come and go, while so many messages come to partitions as they are named."""
    elder = group.come()
    await asyncio.sleep(5)
    for _ in range(3):
        other = group.come()
        await group.send(list(islice(partitions, while_one_comes)), 6)
        elder.terminate()
        await group.send(list(islice(partitions, while_one_goes)), 4)
        await asyncio.to_thread(elder.wait)
        elder = other
    await group.until_given()


async def test_the_first_messages_of_partitions_that_move_are_given_to_somebody(kafka: Kafka, tmp_path: Path) -> None:
    group = await asyncio.to_thread(Group, kafka, tmp_path)
    try:
        # Each gets one message, so that nothing of it was committed when it moves; in no order, so that those of every member are among them.
        await members_change(group, iter(random.Random(2).sample(range(PARTITIONS), PARTITIONS)), 20, 40)
    finally:
        await asyncio.to_thread(group.end)


async def test_later_messages_of_partitions_that_move_are_given_to_somebody(kafka: Kafka, tmp_path: Path) -> None:
    group = await asyncio.to_thread(Group, kafka, tmp_path, 1.5)
    draw = random.Random(3)
    try:
        await group.send(range(PARTITIONS), 1)
        await members_change(group, (draw.randrange(PARTITIONS) for _ in count()), 400, 300)
    finally:
        await asyncio.to_thread(group.end)


async def test_messages_that_come_after_partitions_have_moved_are_given_to_somebody(kafka: Kafka, tmp_path: Path) -> None:
    group = await asyncio.to_thread(Group, kafka, tmp_path, 0.5)
    try:
        elder = group.come()
        await group.send(range(PARTITIONS), 1)
        await group.until_given()
        for _ in range(3):
            other = group.come()
            await asyncio.sleep(6)
            elder.terminate()
            await asyncio.to_thread(elder.wait)
            await group.send(range(PARTITIONS), 1)  # who has these partitions now has read first what was counted in them
            await group.until_given()
            elder = other
    finally:
        await asyncio.to_thread(group.end)
