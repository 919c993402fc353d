"""The topics: which there are, who may do what to them, and how a client gets there."""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PUBLIC_TOPIC = "parley.public"
DEAD_LETTERS = "parley.dead-letters"
MINUTES_TABLE = "minutes"
CHANGELOG_MILLISECONDS = 2 * 3_600_000  # twice what the live measures keep
FIRST_ANSWER_MS = 10_000  # so long the operator waits to be told that no broker answers, or that none lets us in
MESSAGE_BYTES = 4_000_000  # a request's limit and its envelope, with room


def topic_of(service: str) -> str:
    """The topic of a service for its siblings."""
    return f"parley.{service}"


def measures_app(service: str) -> str:
    """The consumer group of a service's live measures."""
    return f"parley-{service}-measures-v1"


def minutes_topic(service: str) -> str:
    """Where the live measures of a service outlive its instances; the name is the one that Faust gives to the changelog of a table."""
    return f"{measures_app(service)}-{MINUTES_TABLE}-changelog"


@dataclass(frozen=True)
class Kafka:
    """How clients reach the cluster.

    Args:
        bootstrap: host and port of some brokers, with commas.
        user: who signs in with SCRAM-SHA-512 over TLS; empty where the cluster is open.
        password: the password of `user`.
        authority: the certificate of the authority that signed the brokers'.
    """

    bootstrap: str
    user: str = ""
    password: str = ""
    authority: Path | None = None

    def client(self) -> dict[str, Any]:
        """The arguments of every client of kafka-python."""
        said: dict[str, Any] = {"bootstrap_servers": self.bootstrap.split(",")}
        if self.user:
            said |= {
                "security_protocol": "SASL_SSL",
                "sasl_mechanism": "SCRAM-SHA-512",
                "sasl_plain_username": self.user,
                "sasl_plain_password": self.password,
                "ssl_cafile": str(self.authority) if self.authority else None,
            }
        return said

    def tls(self) -> ssl.SSLContext:
        """What trusts the brokers and nobody else."""
        return ssl.create_default_context(cafile=str(self.authority) if self.authority else None)


@dataclass(frozen=True)
class Topic:
    """A topic as it is to be; `facts` are kept for ever, and what can be counted anew is not."""

    name: str
    partitions: int
    replicas: int
    facts: bool = True

    @property
    def settings(self) -> dict[str, str]:
        """Kept for ever, and acknowledged by two where there are three."""
        short = {"retention.ms": str(CHANGELOG_MILLISECONDS), "segment.ms": str(CHANGELOG_MILLISECONDS // 12), "cleanup.policy": "compact,delete"}
        return {
            **({"retention.ms": "-1", "cleanup.policy": "delete"} if self.facts else short),
            "retention.bytes": "-1",
            "min.insync.replicas": "2" if self.replicas >= 3 else "1",
            "max.message.bytes": str(MESSAGE_BYTES),
            "message.timestamp.type": "CreateTime",
        }


def topics(services: Sequence[str], partitions: int, brokers: int, measuring: Sequence[str] = ()) -> list[Topic]:
    """All topics for a cluster with that many brokers; `measuring` are the services that keep live measures."""
    replicas = 3 if brokers >= 3 else 1
    carried = [*(topic_of(service) for service in services), PUBLIC_TOPIC]
    counts = [Topic(minutes_topic(service), partitions, replicas, facts=False) for service in measuring]
    return [*(Topic(name, partitions, replicas) for name in carried), Topic(DEAD_LETTERS, 1, replicas), *counts]


def make_topics(kafka: Kafka, services: Sequence[str], partitions: int, measuring: Sequence[str] = ()) -> list[str]:
    """Make what is missing; what differs from what it is to be, as sentences. Blocking."""
    from kafka.admin import KafkaAdminClient  # noqa: PLC0415  (only the scaled-out mode pays for Kafka)

    admin = KafkaAdminClient(**kafka.client(), bootstrap_timeout_ms=FIRST_ANSWER_MS)
    try:
        wanted = topics(services, partitions, len(admin.describe_cluster()["brokers"]), measuring)
        there = set(admin.list_topics())
        missing = {
            one.name: {"num_partitions": one.partitions, "replication_factor": one.replicas, "configs": one.settings} for one in wanted if one.name not in there
        }
        if missing:
            admin.create_topics(missing)
        return _differences(admin, [one for one in wanted if one.name in there])
    finally:
        admin.close()


def topics_there(kafka: Kafka, seconds: float) -> set[str]:
    """The topics that this client may see. Raises what Kafka's client does where no broker answers it in time. Blocking."""
    from kafka.admin import KafkaAdminClient  # noqa: PLC0415  (as above)

    admin = KafkaAdminClient(**kafka.client(), request_timeout_ms=int(seconds * 1000), bootstrap_timeout_ms=int(seconds * 1000))
    try:
        return set(admin.list_topics())
    finally:
        admin.close()


def _differences(admin: Any, wanted: Sequence[Topic]) -> list[str]:
    if not wanted:
        return []
    described = {one["name"]: one for one in admin.describe_topics([one.name for one in wanted])}
    said = []
    for one in wanted:
        partitions = described[one.name]["partitions"]
        if len(partitions) != one.partitions:
            said.append(
                f"{one.name} has {len(partitions)} partitions, not {one.partitions}: set PARLEY_KAFKA_PARTITIONS to what is there; it cannot be changed."
            )
        if any(len(partition["replica_nodes"]) != one.replicas for partition in partitions):
            said.append(f"{one.name} is not on {one.replicas} brokers everywhere: reassign its partitions with Kafka's own tool.")
    return said + _other_settings(admin, wanted)


def _other_settings(admin: Any, wanted: Sequence[Topic]) -> list[str]:
    """Settings of topics that somebody else made, or changed: one that forgets after a week looks well for a week."""
    from kafka.admin import ConfigResource, ConfigResourceType  # noqa: PLC0415  (as above)

    resources = [ConfigResource(ConfigResourceType.TOPIC, one.name) for one in wanted]
    (described,) = admin.describe_configs(resources, config_filter="all").values()
    return [
        f"{one.name} has {name}={described[one.name][name]['value']}, not {value}: set it with Kafka's own tool (kafka-configs)."
        for one in wanted
        for name, value in one.settings.items()
        if described[one.name][name]["value"] != value
    ]


def access_list(services: Sequence[str], measuring: Sequence[str] = (), observers: str = "observers") -> list[tuple[str, str, str, str]]:
    """Who may do what, and nobody anything else: principal, operation, resource type, and name (of a group: its beginning)."""
    said: list[tuple[str, str, str, str]] = []
    for service in services:
        mine = service != observers
        if mine:
            said += [(service, operation, "TOPIC", topic_of(service)) for operation in ("WRITE", "DESCRIBE", "READ")]
            # It reads back what it wrote last, to go on from there.
            said += [(service, operation, "TOPIC", PUBLIC_TOPIC) for operation in ("WRITE", "DESCRIBE", "READ")]
            said += [
                (service, operation, "TOPIC", topic_of(other)) for other in services if other not in (service, observers) for operation in ("READ", "DESCRIBE")
            ]
        else:
            said += [(service, operation, "TOPIC", PUBLIC_TOPIC) for operation in ("READ", "DESCRIBE")]
        said += [(service, operation, "TOPIC", DEAD_LETTERS) for operation in ("WRITE", "DESCRIBE")]
        if service in measuring:
            said += [(service, operation, "TOPIC", minutes_topic(service)) for operation in ("WRITE", "DESCRIBE", "READ")]
        said += [(service, operation, "GROUP", f"parley-{service}-") for operation in ("READ", "DESCRIBE")]
    return said


def make_access(kafka: Kafka, services: Sequence[str], measuring: Sequence[str] = ()) -> None:
    """Let each service do what the list says; for a cluster on which nothing else is allowed. Blocking.

    Raises:
        kafka.errors.KafkaError: this client may not say who may do what.
    """
    from kafka.admin import ACL, ACLOperation, ACLPermissionType, ACLResourcePatternType, KafkaAdminClient, ResourcePattern, ResourceType  # noqa: PLC0415

    admin = KafkaAdminClient(**kafka.client(), bootstrap_timeout_ms=FIRST_ANSWER_MS)
    try:
        made = admin.create_acls([
            ACL(
                f"User:{who}", "*", ACLOperation[operation], ACLPermissionType.ALLOW,
                ResourcePattern(ResourceType[kind], name, ACLResourcePatternType.PREFIXED if kind == "GROUP" else ACLResourcePatternType.LITERAL),
            )
            for who, operation, kind, name in access_list(services, measuring)
        ])  # fmt: skip
        for fault in made["failed"]:  # told, not raised
            raise fault()
    finally:
        admin.close()


def partition_of(lane: str, partitions: int) -> int:
    """The partition of a lane: the one that Kafka's own clients would choose for the key, said here so that it is the same from every producer."""
    from kafka.partitioner.default import murmur2  # noqa: PLC0415  (as above)

    return int((murmur2(lane.encode()) & 0x7FFFFFFF) % partitions)
