"""The socket that every command serves on."""

import asyncio
from socket import IPPROTO_TCP, TCP_NODELAY, socket

from parley.commands.up import listen


async def test_each_part_of_an_answer_is_sent_at_once() -> None:
    """Otherwise the system holds the second part of an answer back until the first is acknowledged, which takes 40 ms."""
    accepted: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def came(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answering: socket = writer.get_extra_info("socket")
        accepted.set_result(bool(answering.getsockopt(IPPROTO_TCP, TCP_NODELAY)))
        writer.close()

    bound = listen("127.0.0.1", 0)
    async with await asyncio.start_server(came, sock=bound):
        _, writer = await asyncio.open_connection(*bound.getsockname())
        assert await accepted
        writer.close()
        await writer.wait_closed()
