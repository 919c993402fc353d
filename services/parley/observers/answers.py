"""How something public is answered over HTTP: with a hash of what is shown as its ETag, kept by every cache for as long as it is true, to every origin."""

import binascii
import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Any

import msgspec
from fastapi import Request, Response

from parley.kernel.one_reading import NotACursor

# Kept, but asked for anew each time: what is released is seen at once, and an unchanged answer costs a 304.
MOVING = "public, no-cache"
FULL_PAGE = "public, max-age=3600"
FOR_EVER = "public, max-age=31536000, immutable"

EVERY_ORIGIN = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag, Link, Last-Modified, Parley-Content-Hash"}
_canonical = msgspec.json.Encoder(order="deterministic")


def told(request: Request, body: bytes, media: str, *, keep: str = MOVING, changed: datetime | None = None, links: Sequence[str] = (), **more: str) -> Response:
    """An answer to everybody, or 304 to those who have it. `changed` is a public time; `more` are further headers."""
    headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()}"', "Cache-Control": keep, **EVERY_ORIGIN}
    if changed is not None:
        headers["Last-Modified"] = format_datetime(changed.replace(microsecond=0), usegmt=True)
    if links:
        headers["Link"] = ", ".join(links)
    headers |= {name.replace("_", "-"): value for name, value in more.items()}
    # By the hash alone: a time in whole seconds would call something unchanged that changed twice in one.
    held = {one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")}
    if held & {headers["ETag"], "*"}:
        return Response(None, 304, headers)
    return Response(body, 200, headers, media_type=media)


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


def preferred(accept: str, offered: Sequence[str]) -> str:
    """Which of the offered media types a reader would like best; the first of them where nothing that it names is offered."""
    wishes: list[tuple[float, str]] = []
    for part in accept.split(","):
        media, *parameters = (one.strip().lower() for one in part.split(";"))
        wishes.append((_quality(parameters), media))

    def liking(media: str) -> tuple[float, int]:
        # The most exact pattern that fits says how well (RFC 9110, 12.5.1).
        patterns = (media, media.split("/", maxsplit=1)[0] + "/*", "*/*")
        return next(((weight, -offered.index(media)) for pattern in patterns for weight, wish in wishes if wish == pattern), (0.0, -offered.index(media)))

    return max(offered, key=liking)


def _quality(parameters: Sequence[str]) -> float:
    for one in parameters:
        name, _, value = one.partition("=")
        if name == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
