"""What must be true after any fault, found in the stores and topics themselves."""

import re
import time
from collections import Counter
from collections.abc import Sequence

from infra.native.cluster import Cluster
from sqlalchemy import text

from faults.kept import unchained
from parley.commands.rebuild import hash_of_view
from parley.kernel.database import Database
from parley.kernel.envelope import opened, public_part
from parley.kernel.kafka_topics import DEAD_LETTERS, PUBLIC_TOPIC, topic_of
from parley.kernel.log import Recorded
from parley.kernel.process import Part
from parley.kernel.projection import Projection
from parley.kernel.sql_reader import SqlReader

NUMBER = re.compile(rb"Number (\d+) is to be kept")


class Findings:
    """A look at a cluster from outside."""

    def __init__(self, cluster: Cluster, parts: Sequence[Part]) -> None:
        self.cluster = cluster
        self.parts = tuple(parts)
        self._url = cluster.postgres.url()

    def record(self, service: str) -> list[Recorded]:
        """Everything that a service has recorded."""
        database = Database(self._url, service)
        reader, facts = SqlReader(database), list[Recorded]()
        while more := reader.read(facts[-1].position if facts else 0, 5_000):
            facts += more
        database.close()
        return facts

    def numbers(self) -> Counter[int]:
        """How often each number was recorded as submitted."""
        submitted = ("PrincipleSubmitted.v1", "AmendmentProposed.v1")
        bodies = (fact.body for service in ("delegations", "drafts") for fact in self.record(service) if fact.type.endswith(submitted))
        return Counter(int(found[1]) for body in bodies if (found := NUMBER.search(body)))

    def assert_chained(self) -> None:
        """Every lane of every record is numbered 1, 2, 3 and its hashes follow from each other."""
        for part in self.parts:
            assert unchained(self.record(part.catalogue.service)) == []

    def wait_for_views(self, seconds: float = 120) -> None:
        """Return once every view has everything that it follows.

        Raises:
            AssertionError: it has not, in time.
        """
        wanted = {part.catalogue.service: self._wanted(part) for part in self.parts}
        until = time.monotonic() + seconds
        while behind := {
            service: short for service, want in wanted.items() if (short := {k: (v, h) for k, v in want.items() if (h := self._has(service).get(k, 0)) < v})
        }:
            assert time.monotonic() < until, f"views are behind: {behind}"
            time.sleep(0.3)

    def _wanted(self, part: Part) -> dict[tuple[str, str], int]:
        wanted: dict[tuple[str, str], int] = {}
        view = part.view()
        for source in view.sources:
            for fact in self.record(source):
                if not view.public_only:
                    wanted[source, fact.lane] = fact.seq
                elif fact.public_seq is not None:
                    wanted[source + ".public", fact.lane] = fact.public_seq
        return wanted

    def _has(self, service: str) -> dict[tuple[str, str], int]:
        with self.cluster.postgres.connect() as connection:
            return {(str(source), str(lane)): int(str(seq)) for source, lane, seq in connection.execute(f"SELECT source, lane, seq FROM {service}.progress")}

    def assert_views_equal_rebuilt(self) -> None:
        """What each view holds is what comes out of folding its facts anew."""
        for part in self.parts:
            service, view = part.catalogue.service, part.view()
            live, fresh = Database(self._url, service), Database(self._url, f"rebuilt_{service}")
            with fresh.record() as connection:
                connection.execute(text(f"DROP SCHEMA IF EXISTS rebuilt_{service} CASCADE"))
            fresh.create_schema()
            rebuilt = Projection(fresh, view)
            for source in [one for one in ("delegations", "drafts", "summaries", "observers") if one in view.sources]:
                facts = [public_part(fact) if view.public_only else fact for fact in self.record(source) if fact.public_seq or not view.public_only]
                for start in range(0, len(facts), 1_000):
                    rebuilt.apply(facts[start : start + 1_000])
            assert hash_of_view(live, rebuilt) == hash_of_view(fresh, rebuilt), f"the view of {service} is not what its facts make of it"
            live.close()
            fresh.close()

    def assert_topics_in_order(self, seconds: float = 60) -> None:
        """In every topic each lane's facts stand in the order of their numbers, none left out; what was sent twice changes nothing.

        Views may be there before the topics are: what no message has brought they fetch from the record. So the relays have some time to come after.
        """
        until = time.monotonic() + seconds
        while lacking := self._lacking():
            assert time.monotonic() < until, lacking
            time.sleep(1)

    def _lacking(self) -> str:
        """What a topic does not have yet; AssertionError where its order is wrong already."""
        for topic in (*(topic_of(service) for service in ("delegations", "drafts", "summaries")), PUBLIC_TOPIC):
            last: dict[tuple[str, str], int] = {}
            for fact in self._topic(topic):
                number = (fact.public_seq if topic == PUBLIC_TOPIC else fact.seq) or 0
                assert number <= last.get((fact.service, fact.lane), 0) + 1, f"{topic} steps over a fact before {fact.service}:{fact.lane}:{number}"
                last[fact.service, fact.lane] = max(number, last.get((fact.service, fact.lane), 0))
            services = [topic.removeprefix("parley.")] if topic != PUBLIC_TOPIC else ["delegations", "drafts", "summaries"]
            for service in services:
                for fact in self.record(service):
                    number = fact.public_seq if topic == PUBLIC_TOPIC else fact.seq
                    if number is not None and number > last.get((service, fact.lane), 0):
                        return f"{topic} lacks {fact.id}"
        return ""

    def _topic(self, topic: str) -> list[Recorded]:
        return [opened(one.key, one.value, one.headers, public=topic == PUBLIC_TOPIC) for one in self.messages(topic)]

    def messages(self, topic: str) -> list[object]:
        """Everything in a topic, by partition."""
        from kafka import KafkaConsumer, TopicPartition

        consumer = KafkaConsumer(bootstrap_servers=self.cluster.kafka.bootstrap, enable_auto_commit=False, auto_offset_reset="earliest")
        try:
            where = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]
            ends, found = consumer.end_offsets(where), []
            for one in where:
                consumer.assign([one])
                consumer.seek(one, 0)
                while consumer.position(one) < ends[one]:
                    for messages in consumer.poll(timeout_ms=1_000).values():
                        found += messages
            return found
        finally:
            consumer.close()

    def assert_nothing_parked(self) -> None:
        """No dead letter, no lane that stands still, no view that stopped."""
        assert self.messages(DEAD_LETTERS) == []
        with self.cluster.postgres.connect() as connection:
            for part in self.parts:
                service = part.catalogue.service
                assert connection.execute(f"SELECT * FROM {service}.parked").fetchall() == []
                assert connection.execute(f"SELECT stopped FROM {service}.view WHERE stopped IS NOT NULL").fetchall() == []
