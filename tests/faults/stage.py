"""Where runs of the scenario begin: a nursery, a prepared folder, and after each run every check."""

import os
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from faults import kept, stores
from faults.crowd import Person
from faults.scenario import LANE, Clients, play, prepare
from faults.servers import CALLS, Ended, Nursery, Server, struck

RECOVERY_SECONDS = 5.0
THREADS = ("loop", "record", "worker", "follower")
"""The threads of a server that leave something behind, in the order in which they are made."""


@dataclass
class Stage:
    """A nursery, and a folder in which the submitting may begin."""

    nursery: Nursery
    prepared: Path
    tokens: dict[str, str]
    slowest: float = 0.0

    def folder(self, where: Path) -> Path:
        """A copy in which a run may begin."""
        shutil.copytree(self.prepared, where)
        return where

    def clients(self, server: Server) -> Clients:
        """Everybody, signed in; after a kill they find a new server on the same folder."""

        def revive() -> Server:
            again = self.nursery.start(server.folder)
            self.slowest = max(self.slowest, again.seconds)
            return again

        return Clients(server, revive, {name: Person("house" if name == "house" else LANE, token) for name, token in self.tokens.items()})

    async def killed_at(self, where: Path, point: str = "", strike: tuple[str, int] | None = None) -> int:
        """One run with at most one kill, at a named point or at a thread's n-th call; then every check. How many kills there were."""
        folder = self.folder(where)
        with ExitStack() as during:
            server, kills = self._started(folder, point)
            if strike:
                thread, number = strike
                during.enter_context(struck(server.threads()[THREADS.index(thread)], f"{CALLS}:signal=SIGKILL:when={number}"))
            clients = self.clients(server)
            try:
                await play(clients)
                kills += clients.kills
                if kills:
                    await clients.again()
            finally:
                await clients.close()
        clients.server.end()
        wrong = wrong_in(folder, clients)
        assert not wrong, f"after {point or strike}: {wrong}"
        assert self.slowest < patience(), f"it took {self.slowest:.1f} s to go on after {point or strike}"
        shutil.rmtree(folder)
        return kills

    def _started(self, folder: Path, point: str) -> tuple[Server, int]:
        """A server that kills itself at the point; or one without, where the point has come already: a view may have facts to take in when it starts."""
        try:
            return self.nursery.start(folder, point), 0
        except Ended:
            if not point.startswith("in view"):
                raise
            return self.nursery.start(folder), 1


def patience() -> float:
    """What a recovery may take: five seconds, and on a machine that has more to do than it has processors, its share of that."""
    return RECOVERY_SECONDS * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def wrong_in(folder: Path, clients: Clients) -> list[str]:
    """Everything that is wrong with what a run left behind."""
    record = stores.recorded(folder)
    return kept.everything_wrong(clients.history, record) + stores.unsound(folder) + stores.views_that_differ(folder, record)


async def stage_in(folder: Path, nurse: Nursery) -> Stage:
    """A stage whose runs begin on copies of this folder, which is prepared here."""
    return Stage(nurse, folder, await prepare(folder, nurse))
