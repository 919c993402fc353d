"""Writes what is generated from the code: schemas/, the table of problems, and the reference pages in docs/. `make schemas` runs it."""

import hashlib
import inspect
import json
import tempfile
import types
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import msgspec
import typer
import yaml
from tests.problems_found import problems

from parley.kernel import kafka_topics
from parley.kernel.database import Database
from parley.kernel.decider import Catalogue
from parley.kernel.envelope import private_headers, public_headers
from parley.kernel.log import Recorded
from parley.kernel.process import Part, Process, application
from parley.kernel.settings import Settings
from parley.main import VERSION, cli, parts
from parley.protocol.access import AFTER_CLOSE, AUDIENCE, AUTHORS, IN_STATE, MAY, READERS, ROLES

ROOT = Path(__file__).resolve().parents[1]
EVENTS = Path("schemas/events")
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def written() -> dict[Path, str]:
    """Every generated file, by its path from the root of the repository."""
    all_parts = parts()
    catalogues = [part.catalogue for part in all_parts]
    facts = {name: event_schema(catalogue, name) for catalogue in catalogues for name in sorted(catalogue.types)}
    return {
        **{EVENTS / f"{name}.json": as_json(schema) for name, schema in facts.items()},
        Path("schemas/asyncapi.yaml"): yaml.safe_dump(asyncapi(catalogues), sort_keys=False, allow_unicode=True, width=160),
        Path("schemas/openapi/parley.json"): as_json(openapi(all_parts)),
        Path("services/parley/problems.json"): as_json(problems()),
        Path("docs/problems.md"): problems_page(),
        Path("docs/access.md"): access_page(),
        Path("docs/settings.md"): settings_page(),
        Path("docs/commands.md"): commands_page(),
    }


def as_json(value: object) -> str:
    """JSON as it is committed: keys in order, so that a change shows as what it is."""
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


# -- facts --------------------------------------------------------------------------------------------------------------------------------------------------


def event_schema(catalogue: Catalogue, name: str) -> dict[str, Any]:
    """The JSON Schema of one fact. A reader must accept fields that it does not know: facts only ever gain some."""
    fact = catalogue.types[name]
    others = msgspec.json.schema(fact)["$defs"]
    for one in others.values():
        if "description" in one:
            one["description"] = inspect.cleandoc(one["description"])
    mine = others.pop(fact.__name__)
    return {
        "$schema": DIALECT, "$id": f"urn:parley:schema:{name}", **mine, "x-audience": "everybody" if fact in catalogue.public else "services",
        "examples": [example_of(fact)], **({"$defs": others} if others else {}),
    }  # fmt: skip


def example_of(form: Any, name: str = "") -> Any:
    """A value of a type, told by the type and the field's name alone; the same on every machine."""
    if isinstance(form, type) and issubclass(form, msgspec.Struct):
        tag = form.__struct_config__.tag
        tagged = {form.__struct_config__.tag_field: tag} if tag is not None else {}
        return {**tagged, **{field.encode_name: example_of(field.type, field.name) for field in msgspec.structs.fields(form)}}
    if get_origin(form) is not None:
        return _example_of_several(get_origin(form), get_args(form), name)
    if form is str:
        return hashlib.sha256(name.encode()).hexdigest() if "hash" in name else name.replace("_", " ")
    return {int: 1, bool: False, datetime: "2019-05-03T12:00:00Z", Any: {}, types.NoneType: None}[form]


def _example_of_several(origin: Any, arguments: tuple[Any, ...], name: str) -> Any:
    """A value of a union, a literal or a container, made from the types in it."""
    if origin in (Union, types.UnionType):
        return example_of(next(one for one in arguments if one is not types.NoneType), name)
    if origin is Literal:
        return arguments[0]
    if origin in (dict, Mapping):
        return {str(example_of(arguments[0], "key")): example_of(arguments[1], name)}
    several = arguments if origin is tuple and arguments[-1] is not Ellipsis else arguments[:1]
    return [example_of(one, name) for one in several]


def asyncapi(catalogues: list[Catalogue]) -> dict[str, Any]:
    """What is carried: one channel for each service, one for everybody, one for what nobody could read."""
    channels: dict[str, Any] = {}
    for catalogue in catalogues:
        if catalogue.types:
            said = f"Facts of the {catalogue.service} service, for the services among themselves. Key: the negotiation, so its facts stay in order."
            address = kafka_topics.topic_of(catalogue.service)
            channels[address] = _channel(address, said, sorted(catalogue.types))
    public = sorted(catalogue.name(fact) for catalogue in catalogues for fact in catalogue.public)
    channels[kafka_topics.PUBLIC_TOPIC] = _channel(
        kafka_topics.PUBLIC_TOPIC, "What is released to everybody, numbered by itself: what is hidden leaves no gap.", public
    )
    letters = "What a view could not apply, by id and reason and without any of its text; for the operator, who replays it from the record."
    channels[kafka_topics.DEAD_LETTERS] = _channel(kafka_topics.DEAD_LETTERS, letters, [])
    schema_format = "application/schema+json;version=2020-12"
    messages = {
        name: {
            "name": name, "contentType": "application/json", "headers": {"$ref": "#/components/schemas/Headers"},
            "payload": {"schemaFormat": schema_format, "schema": {"$ref": f"./events/{name}.json"}},
        }
        for catalogue in catalogues for name in sorted(catalogue.types)
    }  # fmt: skip
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Parley", "version": VERSION, "description": "Facts as CloudEvents 1.0 in Kafka's binary mode: the fact is the value, all else is headers."},
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": {
            f"send.{name}": {"action": "send", "channel": {"$ref": f"#/channels/{name}"}, "summary": channel["description"]}
            for name, channel in channels.items()
        },
        "components": {"messages": messages, "schemas": {"Headers": _headers()}},
    }  # fmt: skip


def _channel(address: str, description: str, names: list[str]) -> dict[str, Any]:
    return {"address": address, "description": description, "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names}}


def _headers() -> dict[str, Any]:
    """The headers as the envelope writes them: those of both audiences are required."""
    fact = Recorded(
        1, "drafts", "document/x", 1, "prague", 1, 1, "parley.drafts.X.v1", b"{}", b"{}", datetime.fromisoformat("2019-05-03T12:00:00+00:00"), b"\0", "t"
    )
    private, public = ([name for name, _ in made] for made in (private_headers(fact), public_headers(fact)))
    optional = {"traceparent"}
    return {
        "type": "object",
        "description": "Headers of every message; those that are not required are for the services among themselves, but for `traceparent`.",
        "required": [name for name in public if name not in optional],
        "properties": {name: {"type": "string"} for name in dict.fromkeys([*public, *private])},
    }


# -- HTTP ---------------------------------------------------------------------------------------------------------------------------------------------------


def openapi(all_parts: list[Part]) -> dict[str, Any]:
    """The description of all services' HTTP in one process."""
    with tempfile.TemporaryDirectory() as folder:
        process = Process(Database(f"sqlite:///{folder}/parley.db"), all_parts)
        try:
            return application(process, title="Parley", version=VERSION).openapi()
        finally:
            process.log.close()
            process.database.close()


# -- pages --------------------------------------------------------------------------------------------------------------------------------------------------


def problems_page() -> str:
    """The page that explains every problem."""
    lines = [
        "# Problems",
        "",
        "Every refusal is an `application/problem+json` (RFC 9457) with a stable `code`. This page lists them all; words in braces are filled in.",
        "It is written from the code by `make schemas`.",
        "",
        "| code | status | what it says |",
        "|---|---|---|",
    ]
    for code, said in problems().items():
        sentences = [str(one).replace("|", "\\|") for one in said["sentences"]]  # type: ignore[attr-defined]  # a list
        lines.append(f"| `{code}` | {said['status']} | {'<br>'.join(sentences)} |")
    return "\n".join(lines) + "\n"


def access_page() -> str:
    """The access table as a grid that a secretariat can read."""
    lines = [
        "# Who may do what",
        "",
        "Everything that is not in this table is denied. The state of the thing and of a delegation's credentials is a second question, answered by the rules.",
        "Whoever holds an office acts in it alone, not for a delegation. The page is written from the code by `make schemas`.",
        "",
        f"| action | {' | '.join(ROLES)} |",
        f"|---|{'---|' * len(ROLES)}",
    ]
    lines += [f"| `{action}` | {' | '.join('yes' if role in roles else '' for role in ROLES)} |" for action, roles in MAY.items()]
    lines += [
        "",
        "## Who reads a submission, by its state",
        "",
        "Of those who may read submissions at all. Its co-sponsors are among its authors; whoever may not read it is answered as if it were not there.",
        "",
        f"| state | {' | '.join(columns := [*ROLES, AUTHORS, AUDIENCE])} |",
        f"|---|{'---|' * len(columns)}",
    ]
    lines += [f"| {state} | {' | '.join('yes' if one in readers else '' for one in columns)} |" for state, readers in READERS.items()]
    states = ("live", "late", "ruled", "settled", "withdrawn")
    lines += ["", "## What may happen to a submission, by its state", "", f"| action | {' | '.join(states)} |", f"|---|{'---|' * len(states)}"]
    lines += [f"| `{action}` | {' | '.join('yes' if state in known else '' for state in states)} |" for action, known in IN_STATE.items()]
    lines += ["", f"A closed negotiation is only read, but for {', '.join(f'`{action}`' for action in sorted(AFTER_CLOSE))}."]
    return "\n".join(lines) + "\n"


def settings_page() -> str:
    """The page of settings."""
    lines = [
        "# Settings",
        "",
        "Every setting is a variable of the environment, or a line in a file `.env` where Parley is started. None has to be set.",
        "The page is written from the code by `make schemas`.",
        "",
        "| variable | default | what it is |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (None, "") else f"`{field.default}`"
        lines.append(f"| `PARLEY_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """The page of commands."""
    lines = ["# Commands", "", "Answers: 0 is well, 1 is not well, 2 is a wrong call. The page is written from the code by `make schemas`.", ""]
    for name, command in typer.main.get_command(cli).commands.items():  # type: ignore[attr-defined]  # a group of commands
        lines += [f"## parley {name}", "", inspect.cleandoc(command.help or ""), ""]
        for parameter in command.params:
            called = ", ".join(f"`{one}`" for one in parameter.opts if one.startswith("-")) or f"`{str(parameter.name).upper()}`"
            lines.append(f"- {called}: {getattr(parameter, 'help', None) or ''}")
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def main() -> None:
    """Write every file, and take away the schemas of facts that are no more."""
    files = written()
    for stale in set((ROOT / EVENTS).glob("*.json")) - {ROOT / path for path in files}:
        stale.unlink()
    for path, text in files.items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
