"""The topics are made once as they are to be, and never silently left as they are not to be."""

import pytest
from infra.native.kafka import Kafka as Broker

from parley.kernel.kafka_topics import DEAD_LETTERS, PUBLIC_TOPIC, Kafka, make_topics, partition_of, topics

pytestmark = pytest.mark.real


def test_what_is_there_is_left_and_what_differs_is_said(kafka: Broker) -> None:
    cluster = Kafka(kafka.bootstrap)
    assert make_topics(cluster, ["speeches"], 2) == []
    assert make_topics(cluster, ["speeches"], 2) == []
    said = make_topics(cluster, ["speeches"], 5)
    assert any(sentence.startswith("parley.speeches has 2 partitions, not 5") for sentence in said)
    assert not any(sentence.startswith(DEAD_LETTERS) for sentence in said)


def test_a_topic_forgets_nothing_and_takes_what_a_request_may_hold(kafka: Broker) -> None:
    make_topics(Kafka(kafka.bootstrap), ["speeches"], 2)
    has = settings_of(kafka, "parley.speeches")
    assert (has["retention.ms"], has["retention.bytes"], has["cleanup.policy"]) == ("-1", "-1", "delete")
    assert (has["max.message.bytes"], has["min.insync.replicas"]) == ("4000000", "1")


def settings_of(kafka: Broker, topic: str) -> dict[str, str]:
    from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    (described,) = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)], config_filter="all").values()
    admin.close()
    return {name: one["value"] for name, one in described[topic].items()}


def test_a_topic_that_somebody_else_made_so_that_it_forgets_is_said(kafka: Broker) -> None:
    from kafka.admin import KafkaAdminClient

    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    admin.create_topics({"parley.forgetful": {"num_partitions": 2, "replication_factor": 1, "configs": {"retention.ms": "86400000"}}})
    admin.close()
    said = [one for one in make_topics(Kafka(kafka.bootstrap), ["forgetful"], 2) if one.startswith("parley.forgetful")]
    assert any("has retention.ms=86400000, not -1" in one for one in said), said
    assert any("has max.message.bytes=" in one for one in said), said


def test_with_three_brokers_everything_is_on_three_and_acknowledged_by_two() -> None:
    assert {(one.replicas, one.settings["min.insync.replicas"]) for one in topics(["a", "b"], 6, brokers=3)} == {(3, "2")}
    assert {(one.replicas, one.settings["min.insync.replicas"]) for one in topics(["a", "b"], 6, brokers=1)} == {(1, "1")}
    assert {one.name for one in topics(["a"], 6, 1)} == {"parley.a", PUBLIC_TOPIC, DEAD_LETTERS}


@pytest.mark.parametrize("lane", ["prague", "n1", "Žižkov", "a" * 64])
def test_a_lane_goes_where_kafkas_own_clients_would_put_its_key(kafka: Broker, lane: str) -> None:
    from kafka import KafkaProducer

    make_topics(Kafka(kafka.bootstrap), ["speeches"], 2)
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap)
    put = producer.send("parley.speeches", b"{}", key=lane.encode()).get(timeout=30)
    producer.close()
    assert put.partition == partition_of(lane, 2)
