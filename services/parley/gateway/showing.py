"""Showing: the templates, and how a time, a kind of event and a text are put before a reader. Every word from outside is escaped."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


def templates(**known: Any) -> Environment:
    """The templates of the pages; `known` is what each of them may use."""
    environment = Environment(loader=PackageLoader("parley.gateway"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"moment": moment, "minute": minute, "day": day, "step": step, "coded": coded}
    environment.globals |= {"page_of": page_of, "notes_of": notes_of, **known}
    return environment


def moment(said: str, zone: str) -> Markup:
    """A time in the conference's own zone, which is named, and in UTC."""
    at, there = _read(said), _zone(zone)
    if at is None:
        return Markup("<span>{}</span>").format(said)
    here = at.astimezone(there)
    utc = "" if there.key == "UTC" else f" · {at:%H:%M} UTC" if at.date() == here.date() else f" · {_day(at)}, {at:%H:%M} UTC"
    zone_named = "UTC" if there.key == "UTC" else f"{there.key.replace('_', ' ')} time"
    return Markup('<time datetime="{}">{}, {:%H:%M} <span class="zone">{}{}</span></time>').format(_iso(at), _day(here), here, zone_named, utc)


def minute(said: str, zone: str) -> Markup:
    """A time in the conference's zone, where the zone is named once for many."""
    at = _read(said)
    if at is None:
        return Markup("<span>{}</span>").format(said)
    here = at.astimezone(_zone(zone))
    return Markup('<time datetime="{}">{}, {:%H:%M}</time>').format(_iso(at), _day(here), here)


def day(said: str, zone: str) -> Markup:
    """The day of a time in the conference's zone."""
    at = _read(said)
    return Markup("<span>{}</span>").format(said) if at is None else Markup('<time datetime="{}">{}</time>').format(_iso(at), _day(at.astimezone(_zone(zone))))


def coded(said: str) -> Markup:
    """A sentence in which what stands between backticks is code."""
    parts = said.split("`")
    return Markup("").join(Markup("<code>{}</code>").format(part) if number % 2 else part for number, part in enumerate(parts))


def step(part: object) -> str:
    """A part of an address."""
    return quote(str(part), safe="")


_OF_A_SUMMARY = ("summary-released", "correction-released", "statement-released", "statement-back-released", "reissue-released")
_SHELVES = {"version-released": "documents", **dict.fromkeys(_OF_A_SUMMARY, "summaries")}
"""Where the text stands of which an entry of this kind speaks."""


def page_of(entry: Mapping[str, Any], negotiation: str) -> str:
    """The page of the text that an entry speaks of; nothing if it speaks of none."""
    shelf = _SHELVES.get(entry["kind"])
    if shelf is None or entry["version"] is None:
        return ""
    return f"/negotiations/{step(negotiation)}/{shelf}/{step(entry['subject'])}/{entry['version']}"


def themes_of(words: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The themes of a summary, each with its numbered sentences, in either form in which they are published."""
    return [
        _theme(one) if isinstance(one, Mapping) else {"title": one[0], "sentences": [_sentence(said) for said in one[1]]} for one in words.get("themes", [])
    ]


def notes_of(corrections: Sequence[Mapping[str, Any]], place: object) -> list[Mapping[str, Any]]:
    """The corrections that speak of a place in the text."""
    return [one for one in corrections if any(str(changed[0]) == str(place) for changed in one["corrections"])]


def _theme(theme: Mapping[str, Any]) -> dict[str, Any]:
    return {"title": theme.get("title", ""), "sentences": [_sentence(said) for said in theme.get("sentences", [])]}


def _sentence(said: Any) -> dict[str, Any]:
    if isinstance(said, Mapping):
        return {"number": said.get("number", ""), "text": said.get("text", ""), "who": said.get("who", "")}
    number, text, *more = said
    return {"number": number, "text": text, "who": more[0] if more else ""}


def _read(said: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(said)
    except (TypeError, ValueError):
        return None
    return at.astimezone(UTC) if at.tzinfo else None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def _day(at: datetime) -> str:
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
