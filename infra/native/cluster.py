"""Parley scaled out on one machine without containers: Kafka, PostgreSQL, every service and the gateway, started and ended as a whole.

python -m infra.native.cluster up|down|status [--folder FOLDER] [--nodes 1|3]
"""  # fmt: skip

import argparse
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import httpx
import psutil

from infra.native.kafka import Kafka, free_ports
from infra.native.postgres import Postgres
from infra.native.started import Started
from parley.kernel.signing import made

SERVICES = ("delegations", "drafts", "summaries", "observers")
READY_SECONDS = 90


class Cluster:
    """Everything in one folder. What is started is noted there, so that `down` ends exactly that.

    Args:
        folder: data, settings and logs.
        nodes: how many brokers, 1 or 3.
        services: which services, each with as many instances as it is named.
        port: where the gateway listens; 0 for a free one.
    """

    def __init__(self, folder: Path, nodes: int = 1, services: Sequence[str] = (*SERVICES, "gateway"), port: int = 0, *, secure: bool = False) -> None:
        self.folder = folder.absolute()
        self.started = Started(self.folder / "services")
        self.program: tuple[str, ...] = ("-m", "parley.main")  # what Python runs
        self.more: dict[str, str] = {}  # settings for every service besides those that make the cluster
        noted = self.folder / "ports.json"
        if not noted.exists():
            names = [f"{name}-{services[:n].count(name) + 1}" for n, name in enumerate(services)]
            free = free_ports(2 * nodes + 1 + len(names))
            ports = dict(zip(names, free[2 * nodes + 1 :], strict=True))
            if port:
                ports["gateway-1"] = port
            said = {"kafka": free[: 2 * nodes], "postgres": free[2 * nodes], "services": ports, "secure": secure}
            noted.write_text(json.dumps(said))
        said = json.loads(noted.read_text())
        self.ports: dict[str, int] = said["services"]
        self.kafka = Kafka(self.folder / "kafka", len(said["kafka"]) // 2, secure=said["secure"], ports=said["kafka"])
        self.postgres = Postgres(self.folder / "postgres", said["postgres"])

    @property
    def address(self) -> str:
        """Where the gateway is."""
        return f"http://127.0.0.1:{self.ports['gateway-1']}"

    def instances(self, service: str) -> list[str]:
        """The names of a service's instances."""
        return [name for name in self.ports if name.rsplit("-", 1)[0] == service]

    def at(self, name: str) -> str:
        """Where one instance is."""
        return f"http://127.0.0.1:{self.ports[name]}"

    def up(self) -> None:
        """Start everything, and return when every part says that it is ready."""
        self.postgres.up()
        self.kafka.up()
        self.run("topics")
        for name in self.ports:
            self.start(name)
        for name in self.ports:
            self.wait(name)

    def start(self, name: str, **more: str) -> None:
        """Start one instance."""
        service = name.rsplit("-", 1)[0]
        self.started.start(name, [sys.executable, *self.program, "serve", service], self.environment(service, self.ports[name]) | self.more | more)

    def wait(self, name: str, seconds: float = READY_SECONDS) -> None:
        """Return when an instance is ready.

        Raises:
            RuntimeError: it is not, or it has ended; with the end of what it said.
        """
        until = time.monotonic() + seconds
        while True:
            if self._listens(name):
                with suppress(httpx.HTTPError):
                    if httpx.get(f"{self.at(name)}/health/ready", timeout=5).status_code == 200:
                        return
            if time.monotonic() > until or self.started.process(name) is None:
                said = (self.started.folder / f"{name}.log").read_text(errors="replace")[-4_000:]
                raise RuntimeError(f"{name} did not get ready:\n{said}")
            time.sleep(0.1)

    def _listens(self, name: str) -> bool:
        """Whether it is this instance that would answer at its address, and not another process that has its port."""
        process = self.started.process(name)
        with suppress(psutil.NoSuchProcess):
            return process is not None and any(
                one.status == psutil.CONN_LISTEN and one.laddr.port == self.ports[name] for one in process.net_connections("tcp4")
            )
        return False

    def run(self, *command: str, service: str = "admin") -> str:
        """Run a command of Parley's to its end, with the settings of a service; what it printed.

        Raises:
            RuntimeError: it failed.
        """
        environment = {**os.environ, **self.environment(service, 0), **self.more}
        done = subprocess.run([sys.executable, *self.program, *command], env=environment, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        return done.stdout

    def environment(self, service: str, port: int) -> dict[str, str]:
        """The settings of a service: its own role, its own schema, the word that the services share; the observers have another, the gateway none."""
        files = self.folder / "secrets"
        files.mkdir(exist_ok=True)
        peers = {one: ",".join(self.at(name) for name in self.instances(one)) for one in SERVICES if self.instances(one)}
        settings = {
            "PARLEY_KAFKA": self.kafka.bootstrap,
            "PARLEY_PEERS": json.dumps(peers),
            "PARLEY_PORT": str(port),
            "PARLEY_DATA": str(self.folder / "data"),
        }
        if service in SERVICES:
            secret = files / ("observers" if service == "observers" else "services")
            if not secret.exists():
                secret.touch(0o600)
                secret.write_text(secrets.token_hex(32))
            settings |= {"PARLEY_DATABASE": self.postgres.url(service), "PARLEY_SECRET_FILE": str(secret)}
        if service == "summaries":
            settings["PARLEY_SIGNING_KEYS_FILE"] = str(made(files / "signing-keys"))
        if self.kafka.secure:
            password = files / f"kafka-{service}"
            password.write_text(f"{service}-secret")
            settings |= {
                "PARLEY_KAFKA_USER": service, "PARLEY_KAFKA_PASSWORD_FILE": str(password), "PARLEY_KAFKA_AUTHORITY": str(self.kafka.authority),
            }  # fmt: skip
        return settings

    def invite(self, person: str = "secretariat") -> str:
        """A code with which a person of the secretariat signs in."""
        return str(json.loads(self.run("invite", person, "--json", service="delegations"))["code"])

    def down(self) -> None:
        """End everything that was started here, the services first."""
        for name in self.started.names():
            self.started.stop(name)
        self.kafka.down()
        self.postgres.down()


def say(sentence: str) -> None:
    """Tell whoever started the command."""
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def main() -> None:
    """Start, end or look at the cluster of a folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["up", "down", "status", "demo"])
    parser.add_argument("--folder", type=Path, default=Path("cluster"))
    parser.add_argument("--nodes", type=int, choices=[1, 3], default=1)
    parser.add_argument("--port", type=int, default=8040)
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--out", type=Path, default=Path("demo"))
    asked = parser.parse_args()
    if asked.command != "up" and not (asked.folder / "ports.json").exists():
        say(f"There is no cluster in {asked.folder}: `make cluster` starts one.")
        return
    asked.folder.mkdir(parents=True, exist_ok=True)
    cluster = Cluster(asked.folder, asked.nodes, port=asked.port)
    if asked.command == "up":
        say("Starting PostgreSQL, Kafka and the services; the first time fetches 46 MB.")
        cluster.up()
        say(f"Parley is at {cluster.address}\n  logs          {cluster.started.folder}\n  to play       make demo-cluster\n  to end it     make cluster-down")
    elif asked.command == "down":
        cluster.down()
        say(f"Everything that was started is ended; the data are kept in {asked.folder}.")
    elif asked.command == "demo":
        from infra.native.demo import play  # noqa: PLC0415  (only who plays needs the services)

        broken = play(cluster, asked.speed, asked.out)
        say("\n".join(broken) or f"Everything that is promised holds. What the negotiation gave is in {asked.out}.")
        sys.exit(1 if broken else 0)
    else:
        for name in cluster.ports:
            say(f"{name:16} {cluster.at(name):28} {'runs' if cluster.started.process(name) else 'does not run'}")


if __name__ == "__main__":
    main()
