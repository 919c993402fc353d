"""`parley serve`: one service in a process of its own, on its own schema, with Kafka between it and the others."""

import sys
import time
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any

import msgspec
from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from parley.commands.up import listen, server_of
from parley.kernel import telemetry
from parley.kernel.database import Database
from parley.kernel.kafka_carrier import Carrier, measured
from parley.kernel.kafka_measures import Measures
from parley.kernel.kafka_noise import quieten
from parley.kernel.kafka_topics import Kafka
from parley.kernel.opening import RecordRefused
from parley.kernel.peers import facts_route, only_for_services
from parley.kernel.process import Part, Process, application
from parley.kernel.service import Service
from parley.kernel.settings import Settings
from parley.kernel.signing import no_keys

WAIT_SECONDS = 60


def kafka_of(settings: Settings) -> Kafka:
    """Where Kafka is and who signs in there, as the settings say."""
    password = settings.kafka_password_file.read_text().strip() if settings.kafka_password_file else ""
    return Kafka(settings.kafka, settings.kafka_user, password, settings.kafka_authority)


def serve(settings: Settings, part: Part, version: str, services: Collection[str]) -> None:
    """Serve one of the services until a signal comes."""
    name = part.catalogue.service
    if not settings.kafka or not settings.database:
        sys.exit("Set PARLEY_KAFKA and PARLEY_DATABASE: a service of its own needs Kafka and PostgreSQL. `parley up` needs neither.")
    if part.signs:
        _require_keys(settings)
    telemetry.set_up(name, settings.otlp_endpoint, settings.log_level)
    quieten()
    try:
        bound = listen(settings.host, settings.port)
    except OSError as error:
        sys.exit(f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}. Stop what uses the port, or set PARLEY_PORT.")
    process, app = service_of(settings, part, version, services)
    server_of(process, app, level=settings.log_level).run([bound])


def _require_keys(settings: Settings) -> None:
    """All instances sign with the same keys, so none of them may make its own."""
    if not settings.signing_keys_file:
        sys.exit("Set PARLEY_SIGNING_KEYS_FILE: this service signs what is issued. `parley keys --rotate` makes the file; give all instances the same.")
    try:
        settings.keys()
    except (OSError, ValueError) as unreadable:
        sys.exit(str(unreadable))


def service_of(settings: Settings, part: Part, version: str, services: Collection[str]) -> tuple[Process, FastAPI]:
    """One service's process with its carrier, and its application."""
    name = part.catalogue.service
    database = Database(settings.database, settings.schema_name or name)
    with _turn(database):
        secret = settings.secret().get_secret_value().encode()
        try:
            process = Process(database, [part], secret=secret, keys=settings.keys if part.signs else no_keys, elsewhere=services)
        except RecordRefused as refused:
            sys.exit(str(refused))
        carrier = Carrier(process, kafka_of(settings), settings.peers)
    app = application(process, title=f"Parley {name}", version=version, checks={"carrier": lambda: (True, carrier.seen())})
    app.include_router(facts_route(process.services[name]))
    app.include_router(_carrier_routes(carrier, process.services[name]))
    if carrier.measures:
        app.include_router(_measures_route(carrier.measures, process.services[name]))
    measured(carrier)
    _beside(app, carrier)
    return process, app


def _carrier_routes(carrier: Carrier, service: Service) -> APIRouter:
    """What the operator's commands ask of a running service; for who has the service's word, since it names negotiations."""
    router = APIRouter(prefix="/internal", include_in_schema=False, dependencies=[only_for_services(service)])

    @router.get("/parked")
    def parked() -> Response:
        return JSONResponse([vars(one) for one in carrier.parking.lanes().values()])

    @router.post("/replay")
    def replay() -> Response:
        outcome: list[Mapping[str, Any]] = []
        for one in carrier.parking.lanes().values():
            try:
                outcome.append({"lane": one.lane, "source": one.source, "facts": carrier.intake.replay(one.source, one.lane)})
            except Exception as fault:  # noqa: BLE001  (whatever still stands in the way is what the operator has to know)
                outcome.append({"lane": one.lane, "source": one.source, "stays": type(fault).__name__})
        return JSONResponse(outcome)

    return router


def _measures_route(measures: Measures, service: Service) -> APIRouter:
    """What happened in each minute, for who has the word that the services share: the observers have another."""
    router = APIRouter(prefix="/internal", include_in_schema=False, dependencies=[only_for_services(service)])

    @router.get("/measures")
    async def counts() -> Response:
        return Response(msgspec.json.encode(measures.counts()), media_type="application/json", headers={"Cache-Control": "no-store"})

    return router


def _beside(app: FastAPI, more: AbstractAsyncContextManager[Any]) -> None:
    """Let something start after an application's process and end before it."""
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def both(whole: FastAPI) -> AsyncIterator[None]:
        async with inner(whole), more:
            yield

    app.router.lifespan_context = both


@contextmanager
def _turn(database: Database) -> Iterator[None]:
    """One process after the other makes tables; the database is waited for, because all start at once."""
    until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            with database.apart() as connection:
                connection.execute(text("SELECT pg_advisory_lock(hashtextextended(:name, 0))"), {"name": f"start of {database.schema}"})
                yield
                return
        except OperationalError as error:
            if time.monotonic() > until:
                sys.exit(f"The database does not answer ({type(error.orig).__name__}). Check PARLEY_DATABASE, and that the service's role may sign in.")
            time.sleep(0.5)
