"""Parley's composition root: the one place that knows every service, and what is wired to what."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from parley.kernel.clock import Clock
    from parley.kernel.process import Part, Process
    from parley.kernel.settings import Settings

VERSION = "0.1.0"


def parts() -> "list[Part]":
    """The services, in the order in which their facts build on each other."""
    from parley.delegations.part import PART as DELEGATIONS
    from parley.drafts.part import PART as DRAFTS
    from parley.observers.part import PART as OBSERVERS
    from parley.summaries.part import PART as SUMMARIES

    return [DELEGATIONS, DRAFTS, SUMMARIES, OBSERVERS]


def part(service: str) -> "Part":
    """One service, without importing the others."""
    from importlib import import_module

    from parley.kernel.process import Part

    found = import_module(f"parley.{service}.part").PART
    assert isinstance(found, Part)  # noqa: S101  (a module of ours)
    return found


def process(settings: "Settings", clock: "Clock | None" = None) -> "Process":
    """All services in one process, on the record that the settings name."""
    from parley.kernel.database import Database
    from parley.kernel.process import Process

    try:
        settings.keys()  # made now, or said now that they cannot be read: not when the chair issues
    except ValueError as unreadable:
        sys.exit(str(unreadable))
    except OSError as error:
        sys.exit(f"{settings.signing_keys}: {error.strerror}. The signing keys must be there, or the service's user must be able to make them there.")
    return Process(Database(settings.database_url), parts(), clock, settings.secret().get_secret_value().encode(), settings.proved_facts, settings.keys)


def delegations_alone(settings: "Settings") -> "Process":
    """The one service that invites, beside its own instances where the services are many."""
    from parley.kernel.database import Database
    from parley.kernel.process import Process

    database = Database(settings.database, settings.schema_name or "delegations")
    return Process(database, [part("delegations")], secret=settings.secret().get_secret_value().encode())


def app(running: "Process") -> "FastAPI":
    """The whole application of one process: the services' HTTP under /api/v1, and the pages."""
    import httpx

    from parley.gateway.headers import SecurityHeaders
    from parley.gateway.pages import pages
    from parley.kernel.process import application
    from parley.problems import PROBLEMS

    whole = application(running, title="Parley", version=VERSION)
    whole.add_middleware(SecurityHeaders)
    # In one process the pages reach the services through the application itself, without a socket.
    whole.router.default = pages(
        httpx.AsyncClient(transport=httpx.ASGITransport(whole, raise_app_exceptions=False), base_url="http://parley"), problems=PROBLEMS
    )
    return whole


def settings_from(data: Path | None = None) -> "Settings":
    """The settings of the environment, with the data folder of the command line before them; a wrong one is a wrong call, and ends with a sentence."""
    from parley.kernel.settings import SettingsRefused, read_settings

    try:
        return read_settings(data=data) if data else read_settings()
    except SettingsRefused as refused:
        print(refused, file=sys.stderr)  # noqa: T201  (the answer to who called)
        sys.exit(2)
