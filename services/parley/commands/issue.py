"""`parley issue`: the chair issues a summary from the command line, or first sees what stands against it; over HTTP like everybody else."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from parley.client import Problem
from parley.commands.asking import WrongCall, asking, say_wrong, token_in

READERS = {"public": "everybody", "participants": "participants only", "restricted": "the bench and those who are listed only"}
"""Who may read a version once it is released, by its marking."""


def issue(negotiation: str, summary: str, release_at: datetime | None, server: str, token_file: Path | None, *, dry_run: bool, as_json: bool) -> int:
    """Issue the next version, or with `dry_run` ask what the answer would be; 1 if it is or would be refused, 2 if nobody can be asked.

    `release_at` is in UTC where it names no zone.
    """
    body = {} if release_at is None else {"release_at": (release_at if release_at.tzinfo else release_at.replace(tzinfo=UTC)).isoformat()}
    try:
        token = token_in(token_file, "the chair's")
        said = asyncio.run(_asked(negotiation, summary, body, server, token, dry_run=dry_run))
    except WrongCall as wrong:
        return say_wrong(wrong, as_json=as_json)
    except Problem as problem:
        _say_refusal(problem, dry_run=dry_run, as_json=as_json)
        return 1
    print(json.dumps(said) if as_json else _sentence(said, dry_run=dry_run))
    return 0


async def _asked(negotiation: str, summary: str, body: dict[str, Any], server: str, token: str, *, dry_run: bool) -> dict[str, Any]:
    path = f"/summaries/{summary}"
    async with asking(server, negotiation, token) as chair:
        if dry_run:
            said = await chair.tell(f"{path}/issue?dry_run=true", body)
        else:
            said = await chair.tell(f"{path}/issue", body, seen=await chair.etag(path))
    return {name: value for name, value in said.items() if name != "receipt"}


def _sentence(said: dict[str, Any], *, dry_run: bool) -> str:
    if said.get("signed"):
        return "Nothing stands against it; it would be signed for issue." if dry_run else "It is signed for issue; somebody else of the bench signs after you."
    what = f"{said['symbol']}, to be released at {said['release_at']} to {READERS[said['marking']]}"
    return f"Nothing stands against it; it would be {what}." if dry_run else f"Issued: {what}."


def _say_refusal(problem: Problem, *, dry_run: bool, as_json: bool) -> None:
    findings = problem.body.get("findings", [])
    if as_json:
        print(json.dumps({"refused": problem.code, "detail": problem.detail, "findings": findings}))
        return
    print(f"{'It would be refused' if dry_run else 'Refused'} ({problem.code}): {problem.detail}")
    for one in findings:
        print(f"\n{one['place']}  {one['says']}\n    {one['mend']}" + (f"\n    or let it stand with a reason: {one['finding']}" if one["may_stand"] else ""))
