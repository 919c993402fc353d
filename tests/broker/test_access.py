"""On a broker that asks who comes, each service may do what its list says, and nothing else; TLS and SASL are the real ones."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from infra.native.kafka import Kafka as Broker

from parley.commands.topics import CARRIED, MEASURING, make
from parley.kernel.kafka_topics import DEAD_LETTERS, PUBLIC_TOPIC, Kafka, access_list, make_access, make_topics, minutes_topic, topic_of
from parley.kernel.settings import Settings

pytestmark = pytest.mark.real

SERVICES = (*CARRIED, "observers")
TOPICS = (*(topic_of(service) for service in CARRIED), PUBLIC_TOPIC, DEAD_LETTERS, *(minutes_topic(service) for service in MEASURING))


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    broker = Broker(tmp_path_factory.mktemp("secure"), secure=True)
    broker.up()
    admin = as_(broker, "admin")
    assert make_topics(admin, CARRIED, 2, MEASURING) == []
    make_access(admin, SERVICES, MEASURING)
    for topic in TOPICS:
        assert may_write(admin, topic)
    yield broker
    broker.down()


def as_(broker: Broker, who: str) -> Kafka:
    return Kafka(broker.bootstrap, who, f"{who}-secret", broker.authority)


def may_write(kafka: Kafka, topic: str) -> bool:
    from kafka import KafkaProducer
    from kafka.errors import ClusterAuthorizationFailedError, KafkaTimeoutError, TopicAuthorizationFailedError

    producer = KafkaProducer(**kafka.client(), max_block_ms=4_000, allow_auto_create_topics=False)
    try:
        producer.send(topic, b"x", key=b"lane", partition=0).get(timeout=10)
    except (TopicAuthorizationFailedError, ClusterAuthorizationFailedError, KafkaTimeoutError):
        return False
    finally:
        producer.close(timeout=2)
    return True


def may_read(kafka: Kafka, topic: str, group: str | None = None) -> bool:
    """Whether a message that is there is received: a client that is refused may also simply get nothing."""
    from kafka import KafkaConsumer, TopicPartition
    from kafka.errors import GroupAuthorizationFailedError, TopicAuthorizationFailedError

    consumer = KafkaConsumer(**kafka.client(), group_id=group, auto_offset_reset="earliest", enable_auto_commit=False, allow_auto_create_topics=False)
    try:
        if group is None:
            consumer.assign([TopicPartition(topic, 0)])
            consumer.seek(TopicPartition(topic, 0), 0)
        else:
            consumer.subscribe([topic])
        until = time.monotonic() + (2 if group is None else 6)
        while time.monotonic() < until:
            if consumer.poll(timeout_ms=300):
                return True
    except (TopicAuthorizationFailedError, GroupAuthorizationFailedError):
        pass
    finally:
        consumer.close()
    return False


def test_each_principal_writes_and_reads_exactly_what_its_list_says(broker: Broker) -> None:
    listed = {(who, operation, name) for who, operation, kind, name in access_list(SERVICES, MEASURING) if kind == "TOPIC" and operation in ("READ", "WRITE")}
    found = set()
    for who in (*SERVICES, "stranger"):
        for topic in TOPICS:
            if may_write(as_(broker, who), topic):
                found.add((who, "WRITE", topic))
            if may_read(as_(broker, who), topic):
                found.add((who, "READ", topic))
    assert found == listed


def test_the_broker_holds_exactly_the_list_for_every_principal_resource_and_operation(broker: Broker) -> None:
    from kafka.admin import ACLFilter, ACLOperation, ACLPermissionType, ACLResourcePatternType, KafkaAdminClient, ResourcePatternFilter, ResourceType

    admin = KafkaAdminClient(**as_(broker, "admin").client())
    everything = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
    held, _ = admin.describe_acls(ACLFilter(None, None, ACLOperation.ANY, ACLPermissionType.ANY, everything))
    admin.close()
    assert {one.permission_type for one in held} == {ACLPermissionType.ALLOW}
    assert sorted((one.principal, one.operation.name, one.resource_pattern.resource_type.name, one.resource_pattern.resource_name) for one in held) == sorted(
        (f"User:{who}", operation, kind, name) for who, operation, kind, name in access_list(SERVICES, MEASURING)
    )
    by_beginning = {one.resource_pattern.resource_name for one in held if one.resource_pattern.pattern_type is not ACLResourcePatternType.LITERAL}
    assert by_beginning == {f"parley-{service}-" for service in SERVICES}


@pytest.mark.parametrize("who", SERVICES)
def test_no_service_makes_changes_or_deletes_a_topic_or_says_who_may(broker: Broker, who: str) -> None:
    from kafka.admin import KafkaAdminClient
    from kafka.errors import KafkaError

    admin = KafkaAdminClient(**as_(broker, who).client())
    before = KafkaAdminClient(**as_(broker, "admin").client())
    try:
        for topic in TOPICS:
            with pytest.raises(KafkaError):
                admin.create_partitions({topic: 9})
            with pytest.raises(KafkaError):
                admin.delete_topics([topic])
        with pytest.raises(KafkaError):
            admin.create_topics({f"parley.{who}-own": {"num_partitions": 1, "replication_factor": 1}})
        with pytest.raises(KafkaError):
            make_access(as_(broker, who), SERVICES, MEASURING)
        assert set(TOPICS) <= set(before.list_topics())
        assert {len(one["partitions"]) for one in before.describe_topics(list(TOPICS))} <= {1, 2}
    finally:
        admin.close()
        before.close()


@pytest.mark.parametrize(("who", "password"), [("drafts", "drafts-secret"), ("admin", "guessed")])
def test_who_may_not_make_topics_is_told_so_in_sentences(broker: Broker, who: str, password: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "password").write_text(password)
    settings = Settings(kafka=broker.bootstrap, kafka_user=who, kafka_password_file=tmp_path / "password", kafka_authority=broker.authority, kafka_partitions=2)
    assert make(settings) == 1
    said = capsys.readouterr().out
    assert said.startswith(f"The topics could not be made at {broker.bootstrap} (")
    assert "PARLEY_KAFKA_USER" in said
    assert password not in said


def test_the_observers_read_what_is_public_and_nothing_else() -> None:
    assert {(operation, name) for who, operation, kind, name in access_list(SERVICES, MEASURING) if who == "observers" and kind == "TOPIC"} == {
        ("READ", PUBLIC_TOPIC), ("DESCRIBE", PUBLIC_TOPIC), ("WRITE", DEAD_LETTERS), ("DESCRIBE", DEAD_LETTERS),
    }  # fmt: skip


def test_a_service_joins_its_own_groups_and_no_other(broker: Broker) -> None:
    observers = as_(broker, "observers")
    assert may_read(observers, PUBLIC_TOPIC, "parley-observers-v1-1")
    assert not may_read(observers, PUBLIC_TOPIC, "parley-drafts-v1-1")


def test_a_wrong_password_is_refused(broker: Broker) -> None:
    from kafka import KafkaProducer
    from kafka.errors import KafkaError

    with pytest.raises(KafkaError):
        KafkaProducer(**Kafka(broker.bootstrap, "drafts", "guessed", broker.authority).client(), bootstrap_timeout_ms=4_000)


def test_a_broker_of_another_authority_is_not_trusted(broker: Broker, tmp_path: Path) -> None:
    import trustme
    from kafka import KafkaProducer
    from kafka.errors import KafkaError

    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    with pytest.raises(KafkaError):
        KafkaProducer(**Kafka(broker.bootstrap, "drafts", "drafts-secret", tmp_path / "other.pem").client(), bootstrap_timeout_ms=4_000)


def test_the_list_that_is_committed_for_operators_is_the_one_that_is_applied() -> None:
    committed = (Path(__file__).parents[2] / "infra/kafka/access-list.txt").read_text().splitlines()
    said = [" ".join(one) for one in access_list(SERVICES, MEASURING)]
    assert [line for line in committed if not line.startswith("#")] == said
