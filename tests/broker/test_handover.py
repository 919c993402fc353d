"""Partitions move from member to member of a group while their first messages come: each message is given to somebody."""

import asyncio
import random
import secrets
import subprocess
import sys
import time
from pathlib import Path

import pytest
from infra.native.kafka import Kafka
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

pytestmark = pytest.mark.real

PARTITIONS = 200  # each gets one message, so that nothing of it was committed when it moves
COUNTING = Path(__file__).with_name("counting_member.py")


class Group:
    """Members of one group, as processes."""

    def __init__(self, broker: Kafka, folder: Path) -> None:
        self.name, self.topic = f"counting-{secrets.token_hex(3)}", f"first-{secrets.token_hex(3)}"
        self.broker = broker
        self.folder = folder
        self.fresh = random.Random(2).sample(range(PARTITIONS), PARTITIONS)  # in no order, so that those of every member are among them
        self.sent: set[int] = set()
        self._producer = KafkaProducer(bootstrap_servers=broker.bootstrap, acks="all")
        self._members: list[subprocess.Popen[bytes]] = []
        admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
        admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in (self.topic, f"{self.name}-counts-changelog")])
        admin.close()

    def come(self) -> subprocess.Popen[bytes]:
        """A new member."""
        command = [sys.executable, str(COUNTING), self.broker.bootstrap, self.name, self.topic, str(self.folder / str(len(self._members)))]
        with (self.folder / "log").open("ab") as log:
            self._members.append(subprocess.Popen(command, stdout=log, stderr=log))
        return self._members[-1]

    async def send(self, number: int, seconds: float) -> None:
        """One message to each of some partitions that had none, spread over a time."""
        for _ in range(number):
            self.sent.add(partition := self.fresh.pop())
            self._producer.send(self.topic, b"a message", partition=partition)
            await asyncio.sleep(seconds / number)

    def never_given(self) -> set[int]:
        """The partitions whose message was given to no member."""
        lines = [line for path in self.folder.glob("[0-9]*") for line in path.read_text().splitlines()]
        return self.sent - {int(line.split()[0]) for line in lines}

    def end(self) -> None:
        """End whoever still runs."""
        for member in self._members:
            member.kill()
            member.wait()
        self._producer.close()


async def test_the_first_messages_of_partitions_that_move_are_given_to_somebody(kafka: Kafka, tmp_path: Path) -> None:
    group = await asyncio.to_thread(Group, kafka, tmp_path)
    try:
        elder = group.come()
        await asyncio.sleep(5)
        for _ in range(3):
            other = group.come()
            await group.send(20, 6)
            elder.terminate()
            await group.send(40, 4)
            await asyncio.to_thread(elder.wait)
            elder = other
        until = time.monotonic() + 30
        while missing := group.never_given():
            assert time.monotonic() < until, missing
            await asyncio.sleep(0.5)
    finally:
        await asyncio.to_thread(group.end)
