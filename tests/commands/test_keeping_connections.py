"""The server keeps an idle connection longer than those who use it, so that no request is lost on one that it gives up just then."""

import asyncio
import threading
from types import SimpleNamespace
from typing import Any, cast

from fastapi import FastAPI

from parley.commands.up import listen, server_of

CLIENTS_KEEP_SECONDS = 5.0  # httpx, and so the gateway
ASKED = b"GET /health HTTP/1.1\r\nHost: parley\r\n\r\n"


async def test_an_idle_connection_is_still_served_when_its_clients_give_it_up_themselves() -> None:
    bound = listen("127.0.0.1", 0)
    server = server_of(cast("Any", SimpleNamespace(stopping=asyncio.Event())), FastAPI())
    serving = threading.Thread(target=server.run, args=([bound],), daemon=True)
    serving.start()
    while not server.started:  # noqa: ASYNC110  (uvicorn says it in no other way)
        await asyncio.sleep(0.01)
    coming, going = await asyncio.open_connection(*bound.getsockname())
    for pause in (CLIENTS_KEEP_SECONDS + 0.5, 0.0):
        going.write(ASKED)
        assert (await coming.readuntil(b"}")).startswith(b"HTTP/1.1 404")
        await asyncio.sleep(pause)
    going.close()
    server.should_exit = True
    await asyncio.to_thread(serving.join)
