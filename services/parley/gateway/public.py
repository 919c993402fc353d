"""The public record as the pages read it: over HTTP, like any other client, and with no right that a stranger has not."""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

ROOT = "/api/v1/public/negotiations"


class Absent(Exception):  # noqa: N818  (an answer of the record, not an error of the program)
    """Nothing public stands under this address."""


class Unreadable(Exception):  # noqa: N818
    """The record did not answer."""


@dataclass(frozen=True)
class TextPage:
    """All that the page of a text shows: the negotiation, the text's versions and corrections, this version, its words, and what is said beside it."""

    about: dict[str, Any]
    history: dict[str, Any]
    version: dict[str, Any]
    words: dict[str, Any]
    statements: list[dict[str, Any]]


class Public:
    """What is public, asked for over HTTP."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def negotiations(self, cursor: str | None) -> dict[str, Any]:
        """A page of the list of negotiations."""
        return await self._ask([], limit=100, cursor=cursor)

    async def negotiation(self, name: str, entries: int) -> tuple[dict[str, Any], dict[str, Any]]:
        """A negotiation and its newest entries."""
        about, record = await asyncio.gather(self._ask([name]), self._ask([name, "record"], order="newest", limit=entries))
        return about, record

    async def record(self, name: str, cursor: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
        """A negotiation and a page of its record, newest first."""
        about, record = await asyncio.gather(self._ask([name]), self._ask([name, "record"], order="newest", limit=100, cursor=cursor))
        return about, record

    async def text(self, name: str, shelf: str, text: str, version: int) -> TextPage:
        """A released text."""
        at = [name, shelf, text]
        about, history, words, beside = await asyncio.gather(
            self._ask([name]), self._ask(at), self._ask([*at, f"{version}.json"]), self._ask([*at, str(version), "statements"])
        )  # fmt: skip
        this = next((one for one in history["versions"] if one["version"] == version), None)
        if this is None:
            raise Absent
        return TextPage(about, history, this, words, beside["statements"])

    async def _ask(self, steps: list[str], **parameters: Any) -> dict[str, Any]:
        address = "/".join([ROOT, *(quote(step, safe="") for step in steps)])
        try:
            answered = await self._client.get(address, params={name: value for name, value in parameters.items() if value is not None})
        except httpx.TransportError as fault:
            raise Unreadable from fault
        # 400 and 422: an address or a cursor that was made up, not followed.
        if answered.status_code in (400, 404, 422):
            raise Absent
        if answered.status_code != 200:
            raise Unreadable
        body: dict[str, Any] = answered.json()
        return body
