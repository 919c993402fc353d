"""HTTP for everybody: the public record as a stream of server-sent events that is taken up again where it broke off."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event
from starlette.types import Message, Send

from parley.kernel.decider import Unknown
from parley.kernel.http import caught_up
from parley.kernel.one_reading import NotACursor
from parley.kernel.service import Service
from parley.observers import queries
from parley.observers.answers import EVERY_ORIGIN
from parley.observers.http import PROBLEMS, Name
from parley.observers.live import PING_SECONDS, Live

SLOW_SECONDS = 30.0
_ID = re.compile(r"(?P<negotiation>.{1,64}):(?P<n>0|[1-9][0-9]{0,8})")
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": (
            "Server-sent events: each entry as an unnamed message whose `id` is the entry's name and whose data is the entry as in the record. An event "
            "`reset` says that the id which was sent is not one of this record: forget what you have, the whole record follows. A comment comes every 15 s."
        ),
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}
RESET = format_sse_event(event="reset", data_str='{"detail":"That id is not one of this record. Forget what you have: the whole record follows."}', id="")


class EventStream(StreamingResponse):
    """A stream that gives up on a reader who takes nothing for `SLOW_SECONDS`; such a reader comes back with the last id that it has."""

    media_type = "text/event-stream"

    def __init__(self, frames: AsyncIterator[bytes], headers: dict[str, str], slow_seconds: float) -> None:
        super().__init__(frames, 200, headers)
        self._slow_seconds = slow_seconds

    async def stream_response(self, send: Send) -> None:
        """Send what comes; the connection is cut where the reader does not keep up."""

        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(self._slow_seconds):
                await send(message)

        try:
            await super().stream_response(send_in_time)
        except TimeoutError:
            return


def routes(service: Service, ping_seconds: float = PING_SECONDS, slow_seconds: float = SLOW_SECONDS) -> APIRouter:
    """The routes of this subject. The times are arguments so that a test need not wait for them."""
    router = APIRouter(tags=["public record"], prefix="/public/negotiations", dependencies=[Depends(caught_up(service))])
    live = Live(service, ping_seconds)

    @router.get("/{negotiation}/stream", summary="The public record as it grows", responses=PROBLEMS | _STREAM)
    async def stream_public_record(
        negotiation: Name,
        last_event_id: Annotated[str | None, Header(description="the last id that you have; a browser sends it by itself")] = None,
        after: Annotated[str | None, Query(max_length=100, description="the same for the first request, where a browser cannot set the header")] = None,
    ) -> Response:
        last = await service.ask(queries.last, negotiation)
        if last is None:
            raise Unknown
        said = last_event_id or after
        place = _place(said, negotiation, last) if said else 0
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", **EVERY_ORIGIN}
        return EventStream(_events(live, negotiation, place), headers, slow_seconds)

    return router


async def _events(live: Live, negotiation: str, place: int | None) -> AsyncIterator[bytes]:
    # Spread over two seconds: when a process goes down, its readers must not all come back in one instant.
    yield format_sse_event(retry=2_000 + secrets.randbelow(2_001))
    if place is None:
        yield RESET
    async for frames in live.frames(negotiation, place or 0):
        yield frames


def _place(said: str, negotiation: str, last: int) -> int | None:
    """The number behind an id of this record; None if no entry has it.

    Raises:
        NotACursor: it was given out for another record, or nowhere.
    """
    found = _ID.fullmatch(said)
    if found is None or found["negotiation"] != negotiation:
        raise NotACursor
    return int(found["n"]) if int(found["n"]) <= last else None
