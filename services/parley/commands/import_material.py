"""`parley import`: real material becomes a document with amendments, or principles; over the same HTTP as everything else."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from parley.client import Client, Problem
from parley.commands import sources
from parley.commands.progress import steps
from parley.commands.sources import AMENDMENTS, PRINCIPLES, TEXT, Meaning
from parley.delegations.http_access import invite_secretariat
from parley.drafts import material
from parley.drafts.quoting import UNKNOWN
from parley.kernel.process import BODY_LIMIT, Process
from parley.kernel.settings import Settings
from parley.text import Clause, version

_TITLE_LIMIT = 300
_TOO_LARGE = f"A text is brought in with at most {BODY_LIMIT:,} bytes, its clauses' names and numbers among them. Divide it into several documents."


def bring_in(
    files: list[Path],
    negotiation: str,
    toml: Path | None,
    columns: list[str],
    settings: Settings,
    build: Callable[[Settings], Process],
    compose: Callable[[Process], FastAPI],
    *,
    as_json: bool,
) -> int:
    """Bring the files in and say what became of every row; 1 if something was refused, 2 if a file or the mapping cannot be understood."""
    try:
        mapping = sources.mapping_of(toml, columns)
        found = [_sorted_out(file, mapping) for file in files]
        if len(texts := [one.file.name for one in found if one.text]) > 1:
            raise ValueError(f"{', '.join(texts)} are a text each. Bring in one text at a time, with the amendments to it.")  # noqa: TRY301  (answered below)
    except (ValueError, UnicodeDecodeError) as error:
        print(json.dumps({"error": str(error)}) if as_json else f"Nothing was brought in. {error}")
        return 2
    report = asyncio.run(_bring_in(found, negotiation, mapping, settings, build, compose))
    if as_json:
        print(json.dumps(report, ensure_ascii=False))
    else:
        for name, value in report.items():
            print(f"{name:24} {_said(value)}")
    return 1 if report["refused"] else 0


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{word} {one}" for word, one in value.items()) or "none"
    return ("; ".join(_said(one) for one in value) or "none") if isinstance(value, list) else str(value)


@dataclass(frozen=True)
class _Found:
    """What a file holds: the clauses of a text, or rows of amendments or principles."""

    file: Path
    kind: str
    rows: list[dict[str, Any]]
    text: tuple[Clause, ...] = ()


def _sorted_out(file: Path, mapping: Meaning) -> _Found:
    try:
        if read := sources.WRITTEN.get(file.suffix.lower()):
            return _Found(file, TEXT, [], read(sources.words_of(file)).clauses)
        rows = sources.rows_of(file)
        kind = sources.kind_of(rows, mapping)
        return _Found(file, kind, rows, tuple(material.clauses(rows, mapping.drafts)) if kind == TEXT else ())
    except ValueError as error:
        raise ValueError(f"{file.name}: {str(error).removeprefix(f'{file}: ')}") from error


async def _bring_in(
    found: list[_Found],
    negotiation: str,
    mapping: Meaning,
    settings: Settings,
    build: Callable[[Settings], Process],
    compose: Callable[[Process], FastAPI],
) -> dict[str, Any]:
    report: dict[str, Any] = {"negotiation": negotiation, "refused": []}
    brought = [one for file in found if file.kind == PRINCIPLES for one in sources.principles(file.rows, mapping.principles, file.file.stem)]
    process = build(settings)
    app = compose(process)
    async with process, httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://parley") as http:
        house = await Client(http, "house").sign_in(await invite_secretariat(process.services["delegations"]))
        secretariat = Client(http, negotiation, house.token)
        await _opened(secretariat, list(dict.fromkeys(one.theme for one in brought)) or ["General"])
        amendments = [row for file in found if file.kind == AMENDMENTS for row in file.rows]
        for text in (file for file in found if file.kind == TEXT):
            await _document(secretariat, text, amendments, mapping, report)
        if brought:
            await _principles(secretariat, brought, report)
    return report


async def _opened(secretariat: Client, themes: list[str]) -> None:
    """Open the negotiation, unless there is one of this name."""
    try:
        await secretariat.ask("")
    except Problem as problem:
        if problem.code != "unknown":
            raise
        opening = {"negotiation": secretariat.negotiation, "title": secretariat.negotiation, "themes": themes, "attribution": "named"}
        await secretariat.tell("/api/v1/negotiations", opening)


async def _document(secretariat: Client, found: _Found, entries: list[dict[str, Any]], mapping: Meaning, report: dict[str, Any]) -> None:
    name, clauses = sources.name_of(found.file), found.text
    title = next((one.text for one in clauses if one.kind == "title" and len(one.text) <= _TITLE_LIMIT and "\n" not in one.text), name)
    body = [{"id": one.id, "text": one.text, "number": one.number, "kind": one.kind, "parent": one.parent} for one in clauses]
    path = f"/documents/{name}"
    try:
        await secretariat.tell("/documents", {"document": name, "title": title, "clauses": body})
    except Problem as problem:
        if problem.code != "already-tabled":
            detail = _TOO_LARGE if problem.code == "too-large" else problem.detail
            report["refused"].append({"source": found.file.name, "code": problem.code, "detail": detail, "errors": problem.body.get("errors", [])})
            return
        if (await secretariat.ask(f"{path}/versions/0"))["version_hash"] != version(clauses).root:
            why = f"There is another text called {name}. Give the file another name, or propose amendments to that text."
            report["refused"].append({"source": found.file.name, "code": problem.code, "detail": why})
            return
    seen: set[str] = set()
    for one in steps("amendments", material.entries(entries, mapping.drafts, clauses), len(entries)):
        wanted = one.wanted
        said: dict[str, Any] = {"source": one.source, "location": one.location, "authors": list(one.authors), "operation": wanted.operation}
        said |= {"old": wanted.old, "new": wanted.new, "number": wanted.number, "reason": one.reason, "theme": one.theme}
        said["clause"] = None if wanted.clause == UNKNOWN else wanted.clause
        try:
            seen.add(str((await secretariat.tell(f"{path}/imports", said))["amendment"]))
        except Problem as problem:
            report["refused"].append({"source": one.source, "code": problem.code, "detail": problem.detail})
    conflicts = await secretariat.ask(f"{path}/conflicts")
    report |= {
        "document": name,
        "clauses": len(clauses),
        "version hash": (await secretariat.ask(f"{path}/versions/0"))["version_hash"],
        "rows of amendments": len(entries),
        "amendments": len(seen),
        "amendments by state": dict(Counter(one["state"] for one in await _every_amendment(secretariat, f"{path}/amendments"))),
        "contested places": len(conflicts["contested"]),
        "identical groups": len(conflicts["identical"]),
        **await _open_points(secretariat, path),
    }


async def _open_points(secretariat: Client, path: str) -> dict[str, Any]:
    """What the text itself leaves open: its brackets, and those of its signs that have no partner."""
    measures = await secretariat.ask(f"{path}/measures")
    lonely = [one for one in measures["brackets"] if not one["balanced"]]
    return {
        **{name.replace("_", " "): measures["total"][name] for name in ("open_brackets", "alternatives", "placeholders")},
        "unbalanced brackets": [{"clause": one["clauses"][0], "character": one["at"] + 1, "is": one["what"]} for one in lonely],
    }


async def _principles(secretariat: Client, brought: list[sources.Principle], report: dict[str, Any]) -> None:
    known = {one["delegation"] for one in (await secretariat.ask("/roster"))["delegations"]}
    for code, name in dict.fromkeys((one.delegation, one.delegation_name) for one in brought):
        if code not in known:
            known.add(code)
            await secretariat.tell("/delegations", {"delegation": code, "name": name})
    seen: set[str] = set()
    for one in steps("principles", brought, len(brought)):
        body = {"delegation": one.delegation, "text": one.text, "theme": one.theme, "reason": one.reason, "source": one.source}
        try:
            seen.add(str((await secretariat.tell("/principles/import", body))["principle"]))
        except Problem as problem:
            report["refused"].append({"source": one.source, "code": problem.code, "detail": problem.detail})
    report |= {"rows of principles": len(brought), "principles": len(seen)}


async def _every_amendment(client: Client, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = 0
    while page := (await client.ask(path, after=after, limit=500))["amendments"]:
        found += page
        after = int(str(page[-1]["amendment"])[1:])
    return found
