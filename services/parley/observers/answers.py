"""How something public is answered over HTTP: with a hash of what is shown as its ETag, kept by every cache for as long as it is true, to every origin."""

import binascii
import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Any

import msgspec
from fastapi import Request, Response

from parley.kernel.one_reading import NotACursor
from parley.kernel.representations import held

# Kept, but asked for anew each time: what is released is seen at once, and an unchanged answer costs a 304.
MOVING = "public, no-cache"
FULL_PAGE = "public, max-age=3600"
FOR_EVER = "public, max-age=31536000, immutable"

EVERY_ORIGIN = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag, Link, Last-Modified, Parley-Content-Hash"}
_canonical = msgspec.json.Encoder(order="deterministic")


def told(request: Request, body: bytes, media: str, **said: Any) -> Response:
    """An answer to everybody, or 304 to those who have it; see `made` for what else is said."""
    return made(request, f'"{hashlib.sha256(body).hexdigest()}"', lambda: body, media, **said)


def made(
    request: Request,
    tag: str,
    make: Callable[[], bytes],
    media: str,
    *,
    keep: str = MOVING,
    changed: datetime | None = None,
    links: Sequence[str] = (),
    **more: str,
) -> Response:
    """The same for what is made on demand, and not made for those who have what `tag` stands for. `changed` is a public time; `more` are further headers."""
    headers = {"ETag": tag, "Cache-Control": keep, **EVERY_ORIGIN}
    if changed is not None:
        headers["Last-Modified"] = format_datetime(changed.replace(microsecond=0), usegmt=True)
    if links:
        headers["Link"] = ", ".join(links)
    headers |= {name.replace("_", "-"): value for name, value in more.items()}
    # By the hash alone: a time in whole seconds would call something unchanged that changed twice in one.
    if held(request, tag):
        return Response(None, 304, headers)
    return Response(make(), 200, headers, media_type=media)


def told_json(request: Request, shown: Any, **said: Any) -> Response:
    """The same in JSON."""
    return told(request, _canonical.encode(shown), "application/json", **said)


def link(address: str, rel: str, **attributes: str) -> str:
    """One part of a Link header (RFC 8288)."""
    return "; ".join([f"<{address}>", f'rel="{rel}"', *(f'{name}="{value}"' for name, value in attributes.items())])


def cursor_of(*place: str | int) -> str:
    """A place in a list, as text that means something to this service alone."""
    return urlsafe_b64encode("|".join(str(part) for part in place).encode()).decode().rstrip("=")


def place_of(cursor: str, *before: str) -> str:
    """The last part of the place that a cursor stands for, if the parts before it are these.

    Raises:
        NotACursor: it was not given out here, or for another list.
    """
    try:
        place = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split("|")
    except (binascii.Error, ValueError):
        place = []
    if len(place) != len(before) + 1 or tuple(place[:-1]) != before:
        raise NotACursor
    return place[-1]


def number_of(cursor: str, *before: str) -> int:
    """The same for a place that ends in a number."""
    number = place_of(cursor, *before)
    if not number.isascii() or not number.isdigit() or len(number) > 9:
        raise NotACursor
    return int(number)
