"""What commands need that ask a running Parley as a person: that person's token, the address, and a sentence where nobody can be asked."""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from parley.client import Client

SECONDS = 60


class WrongCall(Exception):  # noqa: N818  (the caller's mistake, not the program's)
    """Nobody can be asked; the sentence says what to do."""


def token_in(file: Path | None, whose: str = "your") -> str:
    """The token in a file; WrongCall if there is none."""
    try:
        token = file.read_text().strip() if file else ""
    except OSError as unreadable:
        raise WrongCall(f"{file}: {unreadable.strerror}. Name the file with {whose} token.") from unreadable
    if not token:
        raise WrongCall(f"Name the file with {whose} token: --token-file, or PARLEY_TOKEN_FILE. Signing in gives the token.")
    return token


@asynccontextmanager
async def asking(server: str, negotiation: str, token: str) -> AsyncIterator[Client]:
    """A client of a negotiation; WrongCall if the server does not answer."""
    try:
        async with httpx.AsyncClient(base_url=server, timeout=SECONDS) as http:
            yield Client(http, negotiation, token)
    except httpx.HTTPError as error:
        raise WrongCall(f"{server} does not answer ({type(error).__name__}). Start `parley up`, or name another address with --server.") from error


def say_wrong(wrong: WrongCall, *, as_json: bool = False) -> int:
    """Say why nobody was asked, and give the exit code of a wrong call."""
    print(json.dumps({"error": str(wrong)}) if as_json else wrong, file=sys.stdout if as_json else sys.stderr)
    return 2
