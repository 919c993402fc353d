"""A line to PostgreSQL that breaks: it lets everything through, until it is told to lose the answer to a COMMIT."""

import socket
import threading
from contextlib import closing, suppress

from sqlalchemy.engine import URL, make_url


class Line:
    """Listens on a port of its own and passes bytes on, both ways.

    `lose` says how many answers to a COMMIT are still to be lost: the server has got it and has answered, then both ends are cut and nobody was told.
    """

    def __init__(self, server: str) -> None:
        self._server = make_url(server)
        self.lose = 0
        self.lost = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> URL:
        """The server's address through this line."""
        query = {name: value for name, value in self._server.query.items() if name not in ("host", "port")}
        return self._server.set(host="127.0.0.1", port=self._listening.getsockname()[1], query=query)

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):  # it was closed
            while True:
                client, _ = self._listening.accept()
                server = self._reached()
                cut = threading.Event()
                threading.Thread(target=self._forward, args=(client, server, cut), daemon=True).start()
                threading.Thread(target=self._back, args=(client, server, cut), daemon=True).start()

    def _reached(self) -> socket.socket:
        host = self._server.host or str(self._server.query["host"])
        port = self._server.port or int(str(self._server.query.get("port", 5432)))
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        local = socket.socket(socket.AF_UNIX)
        local.connect(f"{host}/.s.PGSQL.{port}")
        return local

    def _forward(self, client: socket.socket, server: socket.socket, cut: threading.Event) -> None:
        with suppress(OSError), closing(client), closing(server):
            while said := client.recv(65_536):
                if self.lose and b"COMMIT" in said:
                    self.lose -= 1
                    cut.set()
                server.sendall(said)
            if not cut.is_set():
                server.shutdown(socket.SHUT_RDWR)

    def _back(self, client: socket.socket, server: socket.socket, cut: threading.Event) -> None:
        with suppress(OSError):
            while said := server.recv(65_536):
                if cut.is_set():  # it is committed: this is the answer
                    self.lost += 1
                    break
                client.sendall(said)
        for end in (client, server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
