"""A published fact changes by addition only: the check that says so, and the check of the check."""

import json
from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.schemas_written import EVENTS, ROOT, written

from parley.main import parts
from schemas.additive import broken

RELEASED = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted((ROOT / "schemas/released").glob("*.json"))}
NOW = {path.stem: json.loads(text) for path, text in written().items() if path.parent == EVENTS}
TYPES = {name: fact for part in parts() for name, fact in part.catalogue.types.items()}


def test_there_is_a_release_to_be_held_against() -> None:
    assert "0.1.0" in RELEASED


@pytest.mark.parametrize("release", RELEASED)
def test_the_present_facts_accept_whatever_the_released_ones_did(release: str) -> None:
    assert broken(RELEASED[release], NOW) == [], "a published fact changes by addition only; anything else is a new fact (`.v2`)"


@pytest.mark.parametrize("release", RELEASED)
def test_the_examples_of_a_release_are_facts_today(release: str) -> None:
    for name, schema in RELEASED[release].items():
        for example in schema["examples"]:
            Draft202012Validator(NOW[name]).validate(example)
            msgspec.json.decode(json.dumps(example), type=TYPES[name])


def test_a_dated_release_has_its_schemas_and_its_record_beside_it() -> None:
    dated = [line.split("]")[0][4:] for line in (ROOT / "CHANGELOG.md").read_text().splitlines() if line.startswith("## [") and line[-1].isdigit()]
    missing = [release for release in dated if release not in RELEASED or not (ROOT / "tests/releases" / release).is_dir()]
    assert missing == [], "run `make release-fixture` before a release is dated"


# -- the check itself ---------------------------------------------------------------------------------------------------------------------------------------


def fact(*fields: Any, **more: Any) -> dict[str, Any]:
    """The published schemas of a service with one fact in it, that has these fields."""
    schema = msgspec.json.schema(msgspec.defstruct("Said", fields))
    return {"parley.test.Said.v1": {**schema["$defs"].pop("Said"), "$defs": schema["$defs"], "x-audience": "services", **more}}


class Old(msgspec.Struct, tag_field="type", tag="old"):
    """A clause goes."""

    clause: str
    why: str | None = None


class New(msgspec.Struct, tag_field="type", tag="new"):
    """A clause comes."""

    clause: str
    after: int


class NewByAnotherName(msgspec.Struct, tag_field="type", tag="added"):
    """The same under another tag."""

    clause: str
    after: int


class NewWithMore(msgspec.Struct, tag_field="type", tag="new"):
    """The same with a field that must be there."""

    clause: str
    after: int
    reason: str


class Tree(msgspec.Struct):
    """A thing in itself."""

    name: str
    below: "list[Tree]" = []


A = ("a", str)
PLANTED: dict[str, tuple[Any, Any]] = {
    "a fact is gone": (fact(A), {}),
    "a field is gone": (fact(A, ("b", str, "")), fact(A)),
    "a field has another name": (fact(A, ("b", str, "")), fact(A, ("c", str, ""))),
    "a new field is required": (fact(A), fact(A, ("b", str))),
    "a field becomes required": (fact(A, ("b", str, "")), fact(A, ("b", str))),
    "a type is another one": (fact(A), fact(("a", int))),
    "a number becomes whole": (fact(("a", float)), fact(("a", int))),
    "anything becomes something": (fact(("a", Any)), fact(A)),
    "null goes": (fact(("a", str | None)), fact(A)),
    "a type of several goes": (fact(("a", str | int | None)), fact(("a", int | None))),
    "a member of an enumeration goes": (fact(("a", Literal["x", "y"])), fact(("a", Literal["x"]))),
    "a text becomes an enumeration": (fact(A), fact(("a", Literal["x"]))),
    "a tag goes": (fact(("a", list[Old | New])), fact(("a", list[Old]))),
    "a tag has another name": (fact(("a", Old | New)), fact(("a", Old | NewByAnotherName))),
    "what is tagged needs more": (fact(("a", tuple[Old | New, ...])), fact(("a", tuple[Old | NewWithMore, ...]))),
    "what is in a list is narrower": (fact(("a", list[str | None])), fact(("a", list[str]))),
    "a list of anything becomes one of texts": (fact(("a", list)), fact(("a", list[str]))),
    "a place of a tuple is another type": (fact(("a", tuple[int, str])), fact(("a", tuple[int, int]))),
    "a tuple is longer": (fact(("a", tuple[int, str])), fact(("a", tuple[int, str, str]))),
    "what is under a key is narrower": (fact(("a", dict[str, int | None])), fact(("a", dict[str, int]))),
    "a length is limited": (fact(A), fact(("a", Annotated[str, msgspec.Meta(max_length=3)]))),
    "a default is another one": (fact(A, ("b", int, 1)), fact(A, ("b", int, 2))),
    "what everybody reads becomes hidden": (fact(A, **{"x-audience": "everybody"}), fact(A)),
    "more fields are forbidden": (fact(A), fact(A, additionalProperties=False)),
}
ADDED: dict[str, tuple[Any, Any]] = {
    "nothing": (fact(A), fact(A)),
    "a fact": ({}, fact(A)),
    "a field with a default": (fact(A), fact(A, ("b", str | None, None))),
    "a required field may be left out": (fact(A), fact(("a", str, ""))),
    "null": (fact(A), fact(("a", str | None))),
    "a member of an enumeration": (fact(("a", Literal["x"])), fact(("a", Literal["y", "x"]))),
    "an enumeration becomes a text": (fact(("a", Literal["x"])), fact(A)),
    "a tag": (fact(("a", list[Old])), fact(("a", list[New | Old]))),
    "a fraction": (fact(("a", int)), fact(("a", float))),
    "something becomes anything": (fact(("a", list[str])), fact(("a", Any))),
    "a thing in itself stays": (fact(("a", Tree)), fact(("a", Tree))),
    "words that explain": (fact(A, description="It was said."), fact(A, description="Somebody said it.", title="Other")),
}


@pytest.mark.parametrize("kind", PLANTED)
def test_a_change_that_is_no_addition_is_named(kind: str) -> None:
    released, now = PLANTED[kind]
    assert len(broken(released, now)) >= 1


@pytest.mark.parametrize("kind", ADDED)
def test_an_addition_is_let_through(kind: str) -> None:
    released, now = ADDED[kind]
    assert broken(released, now) == []


def test_what_is_lost_is_named_by_its_place() -> None:
    assert broken(*PLANTED["what is tagged needs more"]) == ["parley.test.Said.v1.a[].reason is required"]
    assert broken(*PLANTED["a member of an enumeration goes"]) == ["parley.test.Said.v1.a no longer takes y"]
    assert broken(*PLANTED["a tag has another name"]) == ["parley.test.Said.v1.a.type no longer takes new"]


def without(released: Any, path: tuple[str, ...]) -> Any:
    """A copy without what stands under a path."""
    copy = json.loads(json.dumps(released))
    place = copy
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return copy


def test_a_field_that_goes_from_any_released_fact_is_missed() -> None:
    for name, schema in NOW.items():
        for field in schema["properties"]:
            assert broken({name: schema}, {name: without(schema, ("properties", field))}), f"{name}.{field}"
        for form, below in schema.get("$defs", {}).items():
            for field in below["properties"]:
                assert broken({name: schema}, {name: without(schema, ("$defs", form, "properties", field))}), f"{name}: {form}.{field}"


FORMS: list[Any] = [
    str, int, float, bool, None, str | None, int | str, Literal["x"], Literal["x", "y"], Old, Old | New, Old | NewWithMore, list[str], list[str | None],
    tuple[int, str], tuple[int, str | None], dict[str, int], dict[str, int | None],
]  # fmt: skip


@settings(max_examples=300)
@given(st.sampled_from(FORMS), st.sampled_from(FORMS), st.data())
def test_what_is_let_through_reads_every_value_of_the_release(old: Any, new: Any, data: st.DataObject) -> None:
    released, now = msgspec.defstruct("Said", [("a", old)]), msgspec.defstruct("Said", [("a", new)])
    if broken(fact(("a", old)), fact(("a", new))):
        return
    made: Callable[..., Any] = released
    body = msgspec.json.encode(made(data.draw(st.from_type(old) if old is not None else st.none())))
    assert msgspec.json.encode(msgspec.json.decode(body, type=now)) is not None


def test_the_check_does_not_say_yes_to_everything_nor_no() -> None:
    verdicts = {(bool(broken(fact(("a", old)), fact(("a", new))))) for old in FORMS for new in FORMS if old is not new}
    assert verdicts == {True, False}
