"""`parley tell`: say or ask anything that the interface takes, with one's own token; a retry has no second effect."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from parley.client import Problem
from parley.commands.asking import WrongCall, asking, say_wrong, token_in


def tell(negotiation: str, path: str, body: str | None, method: str | None, seen: str | None, server: str, token_file: Path | None) -> int:
    """Print what is answered, as JSON; 1 with the problem if it is refused, 2 if nobody can be asked or the body is no JSON.

    Without `body` and `method` it asks, else it tells. `seen` is the path of what was read before, whose present state is meant.
    """
    try:
        token = token_in(token_file)
        answered = asyncio.run(_told(negotiation, path, _said(body), method, seen, server, token))
    except WrongCall as wrong:
        return say_wrong(wrong)
    except Problem as problem:
        print(json.dumps({"refused": problem.code, "detail": problem.detail} | problem.body, indent=1, ensure_ascii=False))
        return 1
    print(json.dumps(answered, indent=1, ensure_ascii=False))
    return 0


def _said(body: str | None) -> Any:
    try:
        return None if body is None else json.loads(sys.stdin.read() if body == "-" else body)
    except ValueError as error:
        raise WrongCall('The body is no JSON. Write it as in \'{"says": "We object."}\', or - to read it from standard input.') from error


async def _told(negotiation: str, path: str, said: Any, method: str | None, seen: str | None, server: str, token: str) -> Any:
    async with asking(server, negotiation, token) as client:
        if said is None and method is None:
            return await client.ask(path)
        return await client.tell(path, said, method=method or "POST", seen=None if seen is None else await client.etag(seen))
