"""One reading: what could be read in two ways is refused before anybody reads it, so that no two parts of the program read it differently."""

import json
import re
from typing import Any

from fastapi import Request

from parley.kernel.decider import Invalid, Refused, Unknown
from parley.kernel.problem import TECHNICAL

LEVELS = 100
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class Undeclared(Refused):
    """A parameter that the address does not take, or one that came twice."""

    status = 400

    def __init__(self) -> None:
        super().__init__("undeclared", TECHNICAL["undeclared"][1])


class NotACursor(Refused):
    """A place in a list, a stream or a record that was not given out there."""

    status = 400

    def __init__(self) -> None:
        super().__init__("not-a-cursor", TECHNICAL["not-a-cursor"][1])


def reads_one_way(body: bytes) -> bool:
    """Whether a body is JSON in UTF-8 without a byte order mark, with every name once in its object, finite numbers, and at most `LEVELS` levels."""
    try:
        read = json.loads(body.decode(), object_pairs_hook=_once, parse_constant=_never)
    except (ValueError, RecursionError):
        return False
    return not _deeper_than(LEVELS, read)


async def only_declared(request: Request) -> None:
    """A FastAPI dependency that lets through what the route declares, once each, and no control characters.

    Raises:
        Undeclared: a parameter is not one of the route's, or came twice.
        Unknown: nothing has such a name.
        Invalid: a parameter holds a control character.
    """
    if any(_CONTROL.search(str(step)) for step in request.path_params.values()):
        raise Unknown
    if not request.scope["query_string"]:
        return
    asked = request.query_params.multi_items()
    names = [name for name, _ in asked]
    if len(set(names)) != len(names) or not set(names) <= _query_of(request.scope["route"].dependant):
        raise Undeclared
    if any(_CONTROL.search(value) for _, value in asked):
        raise Invalid("malformed", "A parameter holds no control characters.")


def _query_of(dependant: Any) -> set[str]:
    return {field.alias for field in dependant.query_params}.union(*(_query_of(one) for one in dependant.dependencies))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("a name stands twice")
    return read


def _never(_: str) -> None:
    raise ValueError("not a number of JSON")


def _deeper_than(levels: int, read: Any) -> bool:
    layer = [read]
    for _ in range(levels):
        layer = [inner for one in layer if isinstance(one, dict | list) for inner in (one.values() if isinstance(one, dict) else one)]
        if not layer:
            return False
    return True
