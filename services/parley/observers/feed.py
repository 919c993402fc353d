"""The Atom feed of a negotiation: the same entries give the same bytes."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid5

import msgspec

# Names under this one are made from what was recorded, so an entry keeps its id on every machine and after every rebuild.
_NAMES = UUID("6f1c2b0e-94d5-5c4b-8a7e-2d3f5b6a7c81")
_canonical = msgspec.json.Encoder(order="deterministic")


def feed_of(about: Mapping[str, Any], newest: Sequence[Mapping[str, Any]], texts: Mapping[int, Mapping[str, Any]]) -> bytes:
    """The feed of a negotiation: its newest entries, with the words of the texts that they release.

    Args:
        about: the negotiation, as `queries.negotiation` shows it.
        newest: entries, newest first.
        texts: by entry number, what a fact said that released a text.
    """
    from feedgen.feed import FeedGenerator  # noqa: PLC0415  (5 MB with lxml, for who asks for a feed)

    page = f"/negotiations/{quote(about['negotiation'], safe='')}"
    feed = FeedGenerator()
    feed.id(_id("feed", about["negotiation"], about["opened_at"]))
    feed.title(about["title"])
    feed.author(name="Parley, the public record")
    feed.link(href=about["links"]["feed"], rel="self", type="application/atom+xml")
    feed.link(href=page, rel="alternate", type="text/html")
    feed.updated(about["changed_at"])
    feed.generator("Parley")
    for entry in newest:
        item = feed.add_entry(order="append")
        item.id(_id("entry", entry["id"], entry["at"], _canonical.encode(entry["body"])))
        item.title(entry["title"])
        item.link(href=page + _place(entry), rel="alternate", type="text/html")
        item.published(entry["at"])
        item.updated(entry["at"])
        item.category(term=entry["kind"])
        item.content(_words(entry, texts.get(entry["seq"])), type="html")
    return bytes(feed.atom_str(pretty=False))


def _id(*parts: str | datetime | bytes) -> str:
    said = [part.isoformat().encode() if isinstance(part, datetime) else part.encode() if isinstance(part, str) else part for part in parts]
    return uuid5(_NAMES, hashlib.sha256(b"\0".join(said)).hexdigest()).urn


def _place(entry: Mapping[str, Any]) -> str:
    """Where a reader finds the entry on the pages."""
    _, _, text = entry.get("text", "").partition(f"/{quote(entry['id'].rpartition(':')[0], safe='')}/")
    return f"/{text}" if text else f"#e{entry['seq']}"


def _words(entry: Mapping[str, Any], text: Mapping[str, Any] | None) -> str:
    """What the entry says, as HTML in which every word of a submission is escaped."""
    parts = [f"<p>{escape(entry['title'])}</p>"]
    said = text or {}
    if said.get("header"):
        parts.append(f"<p>{escape(str(said['header']))}</p>")
    for title, sentences in said.get("themes", []) if text else []:
        lines = "".join(f'<li value="{number}">{escape(words)}</li>' for number, words, *_ in sentences)
        parts.append(f"<h3>{escape(title)}</h3><ol>{lines}</ol>")
    for place, old, new in entry["body"].get("corrections", []) if entry["kind"] == "correction-released" else []:
        parts.append(f"<p>{escape(place)}: <del>{escape(old)}</del> <ins>{escape(new)}</ins></p>")
    if entry["body"].get("reason"):
        parts.append(f"<p>{escape(str(entry['body']['reason']))}</p>")
    return "".join(parts)
