"""`parley tell`: say or ask anything that the interface takes, with one's own token; a retry has no second effect."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import httpx

from parley.client import Client, Problem

SECONDS = 60


def tell(negotiation: str, path: str, body: str | None, method: str | None, seen: str | None, server: str, token_file: Path | None) -> int:
    """Print what is answered, as JSON; 1 with the problem if it is refused, 2 if nobody can be asked or the body is no JSON.

    Without `body` and `method` it asks, else it tells. `seen` is the path of what was read before, whose present state is meant.
    """
    try:
        token = token_file.read_text().strip() if token_file else ""
        said = None if body is None else json.loads(sys.stdin.read() if body == "-" else body)
    except OSError as unreadable:
        return _wrong_call(f"{token_file}: {unreadable.strerror}. Name the file with your token.")
    except ValueError:
        return _wrong_call('The body is no JSON. Write it as in \'{"says": "We object."}\', or - to read it from standard input.')
    if not token:
        return _wrong_call("Name the file with your token: --token-file, or PARLEY_TOKEN_FILE. Signing in gives the token.")
    try:
        answered = asyncio.run(_told(negotiation, path, said, method, seen, server, token))
    except Problem as problem:
        print(json.dumps({"refused": problem.code, "detail": problem.detail} | problem.body, indent=1, ensure_ascii=False))
        return 1
    except httpx.HTTPError as error:
        return _wrong_call(f"{server} does not answer ({type(error).__name__}). Start `parley up`, or name another address with --server.")
    print(json.dumps(answered, indent=1, ensure_ascii=False))
    return 0


async def _told(negotiation: str, path: str, said: Any, method: str | None, seen: str | None, server: str, token: str) -> Any:
    async with httpx.AsyncClient(base_url=server, timeout=SECONDS) as http:
        client = Client(http, negotiation, token)
        if said is None and method is None:
            return await client.ask(path)
        return await client.tell(path, said, method=method or "POST", seen=None if seen is None else await client.etag(seen))


def _wrong_call(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 2
