"""Whether a change of the published facts is additive: the present schemas accept whatever the released ones did, and mean the same by it.

Facts are never changed, so a reader of today meets facts of every release. A field, a member of an enumeration or a tag may come; none may go, become
narrower or become required. Only what our schemas use of JSON Schema is weighed; a keyword that is not known here counts as a limit, and must not change.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]

SAID = frozenset({"$schema", "$id", "$defs", "$ref", "title", "description", "examples", "discriminator", "default", "x-audience"})
WEIGHED = frozenset({"type", "enum", "anyOf", "properties", "required", "additionalProperties", "items", "prefixItems"})
GONE = object()


def broken(released: Mapping[str, Schema], now: Mapping[str, Schema]) -> list[str]:
    """What a reader of today would lose of the released facts, a sentence for each; nothing where the change is additive."""
    found: list[str] = []
    for name, schema in sorted(released.items()):
        if name not in now:
            found.append(f"{name} is gone")
            continue
        if now[name].get("x-audience") != schema.get("x-audience"):
            found.append(f"{name} was for {schema.get('x-audience')}, and is for {now[name].get('x-audience')}")
        found += _lost(_Place(schema, schema), _Place(now[name], now[name]), name, frozenset())
    return found


@dataclass(frozen=True)
class _Place:
    """A schema within the whole that its references lead into."""

    schema: Schema
    whole: Schema

    def at(self, schema: Schema) -> "_Place":
        return _Place(schema, self.whole)

    def alternatives(self) -> list["_Place"]:
        """What it allows, one by one, with references followed."""
        if "$ref" in self.schema:
            return self.at(self.whole["$defs"][self.schema["$ref"].rpartition("/")[2]]).alternatives()
        if "anyOf" in self.schema:
            return [place for one in self.schema["anyOf"] for place in self.at(one).alternatives()]
        if isinstance(self.schema.get("type"), list):
            return [self.at({**self.schema, "type": one}) for one in self.schema["type"]]
        return [self]


def _lost(old: _Place, new: _Place, where: str, above: frozenset[tuple[int, int]]) -> Iterator[str]:
    """Each alternative of the old must be within one of the new; else the nearest one says what it lacks."""
    for was in old.alternatives():
        lacking = []
        for now in new.alternatives():
            pair = id(was.schema), id(now.schema)
            lacks = [] if pair in above else list(_narrowed(was, now, where, above | {pair}))  # within itself: what is found is found above
            lacking.append((was.schema.get("title") != now.schema.get("title"), len(lacks), lacks))
        if all(lacks for _, _, lacks in lacking):
            yield from min(lacking, key=lambda one: one[:2])[2]


def _narrowed(old: _Place, new: _Place, where: str, above: frozenset[tuple[int, int]]) -> Iterator[str]:
    was, now = old.schema, new.schema
    if "type" in now and _type(was) != now["type"] and (_type(was), now["type"]) != ("integer", "number"):
        yield f"{where} was {_type(was)}, and is {now['type']}"
        return
    if "enum" in now and (fewer := [one for one in was.get("enum", ["anything"]) if one not in now["enum"]]):
        yield f"{where} no longer takes {', '.join(map(str, fewer))}"
    for limit in sorted(set(now) - SAID - WEIGHED):
        if now[limit] != was.get(limit):
            yield f"{where} has another limit: {limit} {now[limit]}"
    yield from _narrowed_fields(old, new, where, above)
    yield from _narrowed_items(old, new, where, above)


def _type(schema: Schema) -> str:
    """An enumeration of texts says no type, and is one."""
    texts = "enum" in schema and all(isinstance(one, str) for one in schema["enum"])
    return str(schema.get("type", "string" if texts else "anything"))


def _narrowed_fields(old: _Place, new: _Place, where: str, above: frozenset[tuple[int, int]]) -> Iterator[str]:
    was, now = old.schema, new.schema
    for name in now.get("required", ()):
        if name not in was.get("required", ()):
            yield f"{where}.{name} is required"
    for name, field in was.get("properties", {}).items():
        if name not in now.get("properties", {}):
            yield f"{where}.{name} is gone"
            continue
        other = now["properties"][name]
        if "default" in field and name not in now.get("required", ()) and other.get("default", GONE) != field["default"]:
            yield f"{where}.{name} means another value where it is left out"
        yield from _lost(old.at(field), new.at(other), f"{where}.{name}", above)
    yield from _narrowed_under("additionalProperties", old, new, f"{where}.*", above)


def _narrowed_items(old: _Place, new: _Place, where: str, above: frozenset[tuple[int, int]]) -> Iterator[str]:
    before, after = old.schema.get("prefixItems", []), new.schema.get("prefixItems", [])
    if len(before) != len(after):
        yield f"{where} had {len(before)} fixed places, and has {len(after)}"
    for place, (was, now) in enumerate(zip(before, after, strict=False)):
        yield from _lost(old.at(was), new.at(now), f"{where}[{place}]", above)
    yield from _narrowed_under("items", old, new, f"{where}[]", above)


def _narrowed_under(keyword: str, old: _Place, new: _Place, where: str, above: frozenset[tuple[int, int]]) -> Iterator[str]:
    """A keyword that holds a schema, or says that anything or nothing may stand there."""
    was, now = old.schema.get(keyword, True), new.schema.get(keyword, True)
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        yield from _lost(old.at(was), new.at(now), where, above)
    elif now not in (True, {}) and was is not False and now != was:
        yield f"{where} took more than it does"
