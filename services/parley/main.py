"""Parley's command line."""

import gc
import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parley.wiring import VERSION, app, delegations_alone, part, parts, process, settings_from

if TYPE_CHECKING:
    import httpx
    from starlette.types import ASGIApp

cli = typer.Typer(
    name="parley",
    help="Carry a negotiation between many parties from first submissions to the chair's issued, non-binding summary.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

TIMES = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z"]

AsJson = Annotated[bool, typer.Option("--json", help="print one JSON object instead of sentences")]
Data = Annotated[Path | None, typer.Option("--data", help="folder of the embedded record (PARLEY_DATA)")]


# -- the commands, in the order in which a newcomer meets them -----------------------------------------------------------------------------------------------


@cli.command()
def up(
    data: Data = None,
    host: Annotated[str | None, typer.Option(help="address to listen on (PARLEY_HOST)")] = None,
    port: Annotated[int | None, typer.Option(help="port to listen on, 0 for a free one (PARLEY_PORT)")] = None,
) -> None:
    """Start everything in one process on one file, and say how to sign in."""
    gc.disable()  # nothing that a start makes is garbage; looking for some took a fifth of its time. `Server.startup` turns it on
    from parley.commands.up import serve

    settings = settings_from(data)
    said = {name: value for name, value in {"host": host, "port": port}.items() if value is not None}
    serve(settings.model_copy(update=said), process, app)


@cli.command()
def demo(
    speed: Annotated[float, typer.Option(min=0.1, help="how many times faster than a minute")] = 1.0,
    out: Annotated[Path, typer.Option(help="folder for what the negotiation gives")] = Path("demo"),
    as_json: AsJson = False,
) -> None:
    """Play a whole negotiation through HTTP, from first submissions to the issued summary and its correction."""
    from parley.commands.demo import play

    sys.exit(play(speed, out, process, app, as_json=as_json))


@cli.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="a text (JSONL, CSV, .txt or .md) and amendments, or principles")],
    negotiation: Annotated[str, typer.Option(help="the negotiation to bring it into; opened if there is none")],
    mapping: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="TOML file that says which column is what")] = None,
    column: Annotated[list[str] | None, typer.Option(help="one column of the mapping, as in text=text_en; may be repeated")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Bring in real material: a text as version 0 (rows, plain text, Markdown; with brackets), amendments to it, or principles."""
    from parley.commands.import_material import bring_in

    sys.exit(bring_in(files, negotiation, mapping, column or [], settings_from(data), process, app, as_json=as_json))


@cli.command()
def diff(
    before: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="the old text: plain, Markdown, or JSON as Parley gives it")],
    after: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="the new text")],
    side: Annotated[bool, typer.Option("--side", help="the two texts beside each other")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what changed between two texts, word by word: 0 if nothing did, 1 if something did."""
    from parley.commands.diff import compare

    sys.exit(compare(before, after, side=side, as_json=as_json))


@cli.command()
def invite(
    person: Annotated[str, typer.Argument(help="the person's name in addresses: lower case letters, digits, hyphens")] = "secretariat",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Make an invitation into the secretariat, at the machine itself."""
    from parley.commands.up import invite as invited

    settings = settings_from(data)
    sys.exit(invited(person, settings, delegations_alone if settings.kafka else process, as_json=as_json))


@cli.command()
def issue(
    negotiation: Annotated[str, typer.Argument(help="the negotiation's name")],
    summary: Annotated[str, typer.Argument(help="the summary's number")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what stands against it, where, and how to mend it")] = False,
    release_at: Annotated[datetime | None, typer.Option(formats=TIMES, help="when the embargo ends, in UTC; at once if left out")] = None,
    server: Annotated[str | None, typer.Option(help="where Parley runs, as in https://parley.example; here if left out")] = None,
    token_file: Annotated[Path | None, typer.Option(help="file with the chair's token (PARLEY_TOKEN_FILE)")] = None,
    as_json: AsJson = False,
) -> None:
    """Issue the next version of a summary as its chair: 1 if it is refused, with every finding of the gate."""
    from parley.commands.issue import issue as issued

    settings = settings_from()
    here = server or f"http://{settings.host}:{settings.port}"
    sys.exit(issued(negotiation, summary, release_at, here, token_file or settings.token_file, dry_run=dry_run, as_json=as_json))


@cli.command()
def tell(
    negotiation: Annotated[str, typer.Argument(help="the negotiation's name")],
    path: Annotated[str, typer.Argument(help="where in it, as in /summaries/1/silence/objections")],
    body: Annotated[str | None, typer.Argument(help="what is said, as JSON; - reads it from standard input; without one it is asked")] = None,
    method: Annotated[str | None, typer.Option(help="PUT or DELETE where the interface wants it")] = None,
    seen: Annotated[str | None, typer.Option(help="the path of what you have read, where a change asks for it, as in /summaries/1")] = None,
    server: Annotated[str | None, typer.Option(help="where Parley runs, as in https://parley.example; here if left out")] = None,
    token_file: Annotated[Path | None, typer.Option(help="file with your token (PARLEY_TOKEN_FILE)")] = None,
) -> None:
    """Say or ask anything that the interface takes, with your token: objections, statements, calls; 1 if it is refused."""
    from parley.commands.tell import tell as told

    settings = settings_from()
    sys.exit(told(negotiation, path, body, method, seen, server or f"http://{settings.host}:{settings.port}", token_file or settings.token_file))


@cli.command()
def export(
    negotiation: Annotated[str, typer.Argument(help="the negotiation's name")],
    out: Annotated[Path, typer.Option(help="the file to write")] = Path("export.jsonl"),
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Write every fact of a negotiation with its hash, as JSON lines that `parley verify` can prove."""
    from parley.commands.export import export as written

    sys.exit(written(negotiation, out, settings_from(data), as_json=as_json))


@cli.command()
def verify(
    files: Annotated[
        list[Path] | None, typer.Argument(exists=True, dir_okay=False, help="issued summaries and receipts (JSON) or exports (JSONL); none: the record itself")
    ] = None,
    key: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="the published keys, from `parley keys --json` or /api/v1/keys")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Prove that what was issued, exported or recorded is what it says it is."""
    from parley.commands.verify import verify as proven

    sys.exit(proven(files or [], key, settings_from(data), as_json=as_json))


@cli.command()
def keys(
    rotate: Annotated[bool, typer.Option("--rotate", help="sign with a new key from now on; what the old ones signed still verifies")] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show the public keys of what is issued and of receipts, for `parley verify --key`; make a new one when it is time."""
    from parley.commands.keys import show

    sys.exit(show(settings_from(data), rotate=rotate, as_json=as_json))


@cli.command()
def rebuild(data: Data = None, as_json: AsJson = False) -> None:
    """Throw all views away and fold them anew from the facts."""
    from parley.commands.rebuild import rebuild as rebuilt

    sys.exit(rebuilt(settings_from(data), parts(), as_json=as_json))


@cli.command()
def doctor(data: Data = None, as_json: AsJson = False) -> None:
    """Say what is wrong, if anything, and what to do."""
    from parley.commands.doctor import examine

    sys.exit(examine(data, parts(), as_json=as_json))


# -- scaled out: each service in a process of its own -------------------------------------------------------------------------------------------------------


class Serving(StrEnum):
    """What runs in a process of its own."""

    DELEGATIONS = "delegations"
    DRAFTS = "drafts"
    SUMMARIES = "summaries"
    OBSERVERS = "observers"
    GATEWAY = "gateway"


@cli.command()
def serve(service: Annotated[Serving, typer.Argument(help="which one")]) -> None:
    """Run one service by itself, with PostgreSQL and Kafka (PARLEY_DATABASE, PARLEY_KAFKA, PARLEY_PEERS)."""
    from parley.commands import gateway, serve

    if service is Serving.GATEWAY:
        gateway.serve(settings_from(), parts(), _pages, VERSION)
    else:
        serve.serve(settings_from(), part(service), VERSION, [one for one in Serving if one is not Serving.GATEWAY])


def _pages(client: "httpx.AsyncClient") -> "ASGIApp":
    from parley.gateway.pages import pages
    from parley.problems import PROBLEMS

    return pages(client, problems=PROBLEMS)


@cli.command()
def topics() -> None:
    """Make the topics that are missing in Kafka, and say what differs from what it is to be."""
    from parley.commands.topics import make

    sys.exit(make(settings_from()))


@cli.command()
def replay(service: Annotated[Serving, typer.Argument(help="the service whose view has parked something")], as_json: AsJson = False) -> None:
    """Say what a service has parked because it could not be applied, and try it again from the record."""
    from parley.commands.replay import replayed

    sys.exit(replayed(settings_from(), service, as_json=as_json))


@cli.command()
def move(
    to: Annotated[str, typer.Argument(help="SQLAlchemy URL of the PostgreSQL, as in postgresql+psycopg://user@host/database")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Take an embedded record to PostgreSQL, with every hash checked; run again, it goes on where it stopped."""
    from parley.commands.move import move as moved

    sys.exit(moved(settings_from(data), to, parts(), as_json=as_json))


@cli.command()
def top(
    seconds: Annotated[float, typer.Option(min=0.2, help="how often it is looked at anew")] = 1.0,
    as_json: AsJson = False,
) -> None:
    """Show how every running service stands, and what comes in: submissions by theme and minute, contested clauses."""
    from parley.commands.top import top as shown

    sys.exit(shown(settings_from(), seconds, as_json=as_json))


if __name__ == "__main__":
    cli()
