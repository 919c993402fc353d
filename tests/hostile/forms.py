"""Forms: where a string may stand in the body of each command, as the interface describes it; and bodies with something planted there."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from hostile.deeds import Deed
from hostile.stage import ROLE_OF
from parley.main import parts
from parley.protocol.access import MAY
from schemas_written import openapi

Place = tuple[str | int, ...]


@cache
def _description() -> dict[str, Any]:
    return openapi(parts())


@cache
def bodies() -> dict[str, dict[str, Any]]:
    """The form of each operation's body."""
    operations = [operation for methods in _description()["paths"].values() for operation in methods.values()]
    return {one["operationId"]: next(iter(one["requestBody"]["content"].values()))["schema"] for one in operations if "requestBody" in one}


def places(operation: str) -> Iterator[Place]:
    """Where a string may stand in an operation's body."""
    yield from _places(bodies()[operation], 0)


def _places(schema: dict[str, Any], depth: int) -> Iterator[Place]:
    if "$ref" in schema:
        yield from _places(_description()["components"]["schemas"][schema["$ref"].rpartition("/")[2]], depth)
    elif schema.get("type") == "string":
        yield ()
    elif schema.get("type") == "array" and depth < 4:
        for inner in (schema.get("items") or {}, *schema.get("prefixItems", ())):
            yield from ((0, *place) for place in _places(inner, depth + 1))
    elif schema.get("type") == "object":
        for name, one in schema.get("properties", {}).items():
            yield from ((name, *place) for place in _places(one, depth + 1))
    for one in schema.get("anyOf", ()):
        yield from _places(one, depth)


def planted(body: Any, place: Place, word: Any) -> Any:
    """The body with a word in one place; behind what stands there."""
    if not place:
        return f"{body} {word}" if isinstance(body, str) and isinstance(word, str) and body else word
    step, *rest = place
    if isinstance(step, int):
        items = body if isinstance(body, list) and body else [None]
        return [planted(items[0], tuple(rest), word), *items[1:]]
    held = body if isinstance(body, dict) else {}
    return {**held, step: planted(held.get(step), tuple(rest), word)}


def who_may(deed: Deed) -> str:
    """Somebody who may do it."""
    entitled = [who for who in ROLE_OF if ROLE_OF[who] in MAY[deed.action]]
    return next((who for who in entitled if who not in dict(deed.refused)), entitled[0])
