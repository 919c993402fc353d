"""A public life for tests: services that say public and hidden things, and the observers service that listens to them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
from fastapi import FastAPI

from house import TestClock, house
from parley.commands.up import Server, listen, server_of
from parley.delegations.facts import CATALOGUE as DELEGATIONS
from parley.delegations.facts import CloseAnnounced, DeadlineAnnounced, DelegationAdmitted, NegotiationAnnounced
from parley.drafts.facts import CATALOGUE as DRAFTS
from parley.drafts.facts import Clause, EditDropped, VersionReleased
from parley.kernel.database import Database
from parley.kernel.decider import Catalogue, Decider
from parley.kernel.log import Request
from parley.kernel.process import Part, Process, application
from parley.kernel.view import View
from parley.observers.part import PART as OBSERVERS
from parley.summaries.facts import CATALOGUE as SUMMARIES
from parley.summaries.facts import CorrectionReleased, SummaryReleased, SummaryRetitled
from parley.summaries.facts_afterwards import StatementBackReleased, StatementReleased

AT = "/api/v1/public/negotiations"
NOON = datetime(2019, 5, 3, 10, 0, tzinfo=UTC)
XSS = "<script>alert(1)</script> & \"quotes\" 'here'"


def saying(catalogue: Catalogue) -> Decider[int, msgspec.Struct, msgspec.Struct]:
    """A service whose rule is to say what it is told to say."""
    return Decider("said", catalogue, 0, lambda _, fact: [fact], lambda count, _: count + 1)


class CheckpointSigned(msgspec.Struct, frozen=True):
    """A public fact of which the observers have never heard."""

    root: str


LATER = Catalogue("summaries", private=SUMMARIES.private, public=(*SUMMARIES.public, CheckpointSigned))
SAYERS = {"delegations": saying(DELEGATIONS), "drafts": saying(DRAFTS), "summaries": saying(LATER)}


def service_of(fact: msgspec.Struct) -> str:
    return next(name for name, sayer in SAYERS.items() if type(fact) in sayer.catalogue.types.values())


def announced(negotiation: str = "prague", title: str = "Security of 5G networks") -> NegotiationAnnounced:
    return NegotiationAnnounced(negotiation, title, "Europe/Prague", ("policy", "security"))


def deadline(phase: str = "principles", days: int = 0) -> DeadlineAnnounced:
    return DeadlineAnnounced(phase, NOON + timedelta(days=days))


def closed(negotiation: str = "prague") -> CloseAnnounced:
    return CloseAnnounced(negotiation)


def draft(version: int = 0, text: str = "Networks are secure.") -> VersionReleased:
    clauses = (Clause("c1", "Having met in Prague,", "", "preamble"), Clause("c2", text, "1"))
    label = f"Rev.{version}" if version else "zero draft"
    return VersionReleased("prague/zero", "Principles on 5G", version, label, clauses, f"{version:064x}", version - 1 if version else None)


def summary(version: int = 1, text: str = "Networks are built from the equipment of more than one supplier.", name: str = "1") -> SummaryReleased:
    themes = (("policy", ((1, text), (2, "Suppliers are assessed."))), ("security", ((3, "Updates come in time."),)))
    symbol = f"PRAGUE/CS/{name}" + (f"/Rev.{version - 1}" if version > 1 else "")
    markdown, html = f"# Summary\n\n1. {text}\n", "<!doctype html><p>1. words</p>"
    document = {
        "summary": name,
        "version": version,
        "symbol": symbol,
        "title": "Chair's summary",
        "header": "This summary is not binding.",
        "authority": "The Chair",
        "marking": "public",
        "language": "en",
        "issued_at": NOON,
        "content_hash": f"{version + 16:064x}",
        "themes": [{"title": title, "sentences": [{"number": n, "text": said} for n, said in sentences]} for title, sentences in themes],
    }
    said: dict[str, Any] = {
        "summary": name, "version": version, "symbol": symbol, "title": "Chair's summary", "issued_at": NOON, "released_at": NOON + timedelta(hours=1),
        "authority": "The Chair", "content_hash": f"{version + 16:064x}", "header": "This summary is not binding.", "themes": themes,
        "markdown": markdown, "html": html, "text": f"{symbol}\n{text}\n", "document": msgspec.json.encode(document).decode(),
    }  # fmt: skip
    return SummaryReleased(**said)


def correction(version: int = 1, number: int = 1) -> CorrectionReleased:
    return CorrectionReleased("1", version, f"PRAGUE/CS/1/Corr.{number}", number, (("2", "assessed", "examined"),), "A slip of the pen.", NOON)


def statement(number: int = 1, says: str = "We reserve our position.") -> StatementReleased:
    return StatementReleased("1", 1, "PRAGUE/CS/1", number, "reservation", "JP", says, NOON, (2,), "EU", ("CZ", "JP"))


def taken_back(number: int = 1) -> StatementBackReleased:
    return StatementBackReleased("1", 1, "PRAGUE/CS/1", number, NOON + timedelta(hours=1))


def hidden(number: int = 0) -> list[msgspec.Struct]:
    """Things that nobody outside may learn of, one from each service."""
    return [DelegationAdmitted("SECRET", f"canary-{number}"), EditDropped("zero", f"canary-{number}"), SummaryRetitled("1", f"canary-{number}")]


def whole_life() -> list[msgspec.Struct]:
    """All kinds of public facts, in an order in which they may come."""
    return [announced(), deadline(), deadline("positions", 2), draft(0), deadline("principles", 1), draft(1), summary(1), correction(), summary(2), closed()]


@dataclass
class PublicLife:
    """A house in which public and hidden things are said, and what everybody may ask of it."""

    process: Process
    client: httpx.AsyncClient
    clock: TestClock

    async def say(self, *facts: msgspec.Struct, lane: str = "prague") -> None:
        for fact in facts:
            service = service_of(fact)
            sayer = SAYERS[service]
            await self.process.log.handle(Request(sayer, f"{service}-{lane}", lane, lambda _, __, fact=fact: fact))
            if type(fact) in sayer.catalogue.public:
                self.clock.forward(seconds=1)
        await self.settled()

    async def settled(self) -> None:
        """The observers have seen all that was said."""
        end = self.process.log.position()
        for _ in range(500):
            if self.process.services["observers"].projection.position >= end:
                return
            await asyncio.sleep(0.01)
        raise AssertionError("the observers do not follow")

    async def ask(self, path: str = "", **headers: str) -> httpx.Response:
        return await self.client.get(AT + path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    async def entries(self, negotiation: str = "prague") -> list[dict[str, Any]]:
        return (await self.ask(f"/{negotiation}/record?limit=500")).json()["entries"]


def _silent(service: str) -> Part:
    """A part of which only the record is of interest."""
    return Part(SAYERS[service].catalogue, lambda: View(service, 1, frozenset(), (), lambda _, __: None), lambda _: [])


def parts(observers: Part = OBSERVERS) -> Sequence[Part]:
    return [*(_silent(service) for service in SAYERS), observers]


@asynccontextmanager
async def served(folder: Path, observers: Part = OBSERVERS, compose: Callable[[Process], FastAPI] | None = None) -> AsyncIterator[tuple[PublicLife, Server]]:
    """The same behind a real server on a socket, which is stopped at the end."""
    clock = TestClock()
    process = Process(Database(f"sqlite:///{folder / 'parley.db'}"), parts(observers), clock)
    app = compose(process) if compose else application(process, title="Parley", version="test")
    ready = asyncio.Event()

    async def started() -> None:
        ready.set()

    bound = listen("127.0.0.1", 0)
    server = server_of(process, app, started)
    serving = asyncio.create_task(server.serve([bound]))
    await ready.wait()
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{bound.getsockname()[1]}", timeout=10) as client:
            yield PublicLife(process, client, clock), server
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def public_life(folder: Path) -> AsyncIterator[PublicLife]:
    clock = TestClock()
    async with house(folder, parts(), clock) as (process, client):
        yield PublicLife(process, client, clock)
