"""What `parley doctor` looks at where the parts are many: PostgreSQL, Kafka and the running services."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from socket import create_connection

import httpx
from sqlalchemy.exc import DBAPIError, ProgrammingError

from parley.commands.finding import Finding
from parley.commands.serve import kafka_of
from parley.commands.topics import CARRIED
from parley.kernel import migrations
from parley.kernel.database import Database
from parley.kernel.kafka_topics import topics, topics_there
from parley.kernel.process import Part
from parley.kernel.settings import Settings

SECONDS = 5
POSTGRES_PORT = 5432


def parts_away(settings: Settings, parts: Sequence[Part]) -> Iterator[Finding]:
    """The database of each service, the brokers and their topics, and the services that run."""
    if not settings.database:
        yield Finding("database", well=False, seen="PARLEY_KAFKA is set and PARLEY_DATABASE is not", do="Set PARLEY_DATABASE, or unset PARLEY_KAFKA.")
    else:
        yield from _schemas(settings, parts)
    yield from _kafka(settings)
    yield from _services(settings)


def store_away(database: Database) -> Finding | None:
    """What keeps us from a PostgreSQL, if anything does."""
    host, port = database.url.host, database.url.port or POSTGRES_PORT
    where = f"{database.url.database} at {host or 'the local socket'}:{port}"
    if host and not _answers(host, port):
        return Finding("database", well=False, seen=f"no PostgreSQL answers at {host}:{port}", do="Start it, or correct host and port in PARLEY_DATABASE.")
    try:
        with database.reading() as connection:
            connection.exec_driver_sql("SELECT 1")
    except DBAPIError as error:
        do = "Correct the name, the user or the password in PARLEY_DATABASE, or let the role sign in (pg_hba.conf)."
        return Finding("database", well=False, seen=f"{where} does not let us in ({type(error.orig).__name__})", do=do)
    return None


def _schemas(settings: Settings, parts: Sequence[Part]) -> Iterator[Finding]:
    services = [part.catalogue.service for part in parts]
    closed: list[str] = []
    for service in services:
        database = Database(settings.database, settings.schema_name or service)
        try:
            if away := store_away(database):
                yield away
                return
            try:
                revision = migrations.revision(database)
            except ProgrammingError:  # each service has a role of its own, which may not look into the others' schemas
                closed.append(service)
                continue
            seen = f"form {revision}; this release knows {migrations.HEAD}" if revision else f"none yet; `parley serve {service}` makes it"
            do = f"Start `parley serve {service}` of this release once: it migrates. If the form is of a newer release, start that one."
            yield Finding(f"record {service}", revision in (None, migrations.HEAD), seen, do)
        finally:
            database.close()
    if closed:
        do = "Set PARLEY_DATABASE to the role of the service that you ask about."
        yield Finding(f"records of {', '.join(closed)}", closed != services, "closed to this role; ask with their own PARLEY_DATABASE", do)


def _kafka(settings: Settings) -> Iterator[Finding]:
    brokers = [one.strip() for one in settings.kafka.split(",") if one.strip()]
    away = [one for one in brokers if not _answers(one.rpartition(":")[0], int(one.rpartition(":")[2]) if one.rpartition(":")[2].isdigit() else 9092)]
    if away:
        seen = f"no broker answers at {', '.join(away)}" + ("" if len(away) == len(brokers) else ": the others carry on")
        yield Finding("kafka", well=False, seen=seen, do="Start it, or correct PARLEY_KAFKA. Submissions are taken all the same, and carried when it is back.")
    if len(away) == len(brokers):
        return
    try:
        # Its client draws a broker by lot until the time is over, and may have drawn none but those that are away.
        there = topics_there(replace(kafka_of(settings), bootstrap=",".join(one for one in brokers if one not in away)), SECONDS)
    except Exception as error:  # noqa: BLE001  (whatever keeps Kafka's client out is what there is to say)
        do = "Check PARLEY_KAFKA_USER, PARLEY_KAFKA_PASSWORD_FILE and PARLEY_KAFKA_AUTHORITY, and the broker's own log."
        yield Finding("kafka", well=False, seen=f"{settings.kafka} does not let us in ({type(error).__name__})", do=do)
        return
    missing = [one.name for one in topics(CARRIED, settings.kafka_partitions, len(brokers)) if one.name not in there]
    yield Finding("topics", not missing, f"{', '.join(missing)} missing" if missing else "all there", "Run `parley topics`: it makes what is missing.")


def _services(settings: Settings) -> Iterator[Finding]:
    for service, addresses in settings.peers.items():
        for address in (one.strip() for one in addresses.split(",")):
            try:
                said = httpx.get(f"{address}/health/ready", timeout=SECONDS).json()
                ready, view = bool(said["ready"]), said.get(service, "")
                parked = (said.get("carrier") or {}).get("parked", 0)
            except (httpx.HTTPError, ValueError, KeyError, AttributeError, TypeError) as error:
                seen = f"does not answer at {address} ({type(error).__name__})"
                yield Finding(f"service {service}", well=False, seen=seen, do=f"Start `parley serve {service}`, or correct PARLEY_PEERS.")
                continue
            seen = f"{address} is {'ready' if ready else 'not ready'}, its view {view}" + (f", {parked} lanes parked" if parked else "")
            do = (
                f"Run `parley replay {service}`: it says what is parked and tries it again."
                if parked
                else "If it does not catch up in a minute, look into its log."
            )
            yield Finding(f"service {service}", ready and not parked, seen, do)


def _answers(host: str, port: int) -> bool:
    try:
        create_connection((host.strip("[]"), port), timeout=SECONDS).close()
    except OSError:
        return False
    return True
