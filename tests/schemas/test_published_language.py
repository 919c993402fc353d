"""What is published of Parley's language says what the code does: schemas, descriptions, problems."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.problems_found import by_code, is_code
from tests.schemas_written import EVENTS, ROOT, written

from parley.kernel.problem import PROBLEM_SCHEMA, TECHNICAL
from parley.main import parts
from parley.problems import PROBLEMS

WRITTEN = written()
FACTS: dict[str, tuple[Any, bool]] = {name: (fact, fact in part.catalogue.public) for part in parts() for name, fact in part.catalogue.types.items()}
OPENAPI = json.loads(WRITTEN[Path("schemas/openapi/parley.json")])
OPERATIONS = [(f"{method.upper()} {path}", operation) for path, methods in OPENAPI["paths"].items() for method, operation in methods.items()]


@pytest.mark.parametrize("path", sorted(WRITTEN), ids=str)
def test_what_is_published_is_what_the_code_would_write(path: Path) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == WRITTEN[path], "run `make schemas`, and commit what it wrote"


def test_every_fact_has_a_schema_and_no_schema_lacks_a_fact() -> None:
    assert {file.stem for file in (ROOT / EVENTS).glob("*.json")} == set(FACTS)


def schema_of(name: str) -> Any:
    return json.loads(WRITTEN[EVENTS / f"{name}.json"])


@pytest.mark.parametrize("name", sorted(FACTS))
def test_a_schema_is_one_and_its_example_is_a_fact(name: str) -> None:
    schema, fact = schema_of(name), FACTS[name][0]
    Draft202012Validator.check_schema(schema)
    assert schema["description"], "the fact's docstring says what happened"
    (example,) = schema["examples"]
    Draft202012Validator(schema).validate(example)
    said = msgspec.json.decode(json.dumps(example), type=fact)
    assert msgspec.json.decode(msgspec.json.encode(said), type=fact) == said


@pytest.mark.parametrize("name", sorted(FACTS))
def test_a_schema_refuses_a_fact_that_lacks_what_it_must_say(name: str) -> None:
    schema = schema_of(name)
    (example,) = schema["examples"]
    for field in schema.get("required", ()):
        assert not Draft202012Validator(schema).is_valid({key: value for key, value in example.items() if key != field})


def test_a_reader_of_a_fact_accepts_what_a_later_release_adds_to_it() -> None:
    for name, (fact, _) in FACTS.items():
        more = {**schema_of(name)["examples"][0], "added_later": 1}
        Draft202012Validator(schema_of(name)).validate(more)
        msgspec.json.decode(json.dumps(more), type=fact)


def values_of(form: Any) -> st.SearchStrategy[Any]:
    """Values of a fact, by its fields."""
    return st.builds(form, **{field.name: st.from_type(field.type) for field in msgspec.structs.fields(form)})


st.register_type_strategy(int, st.integers(-(2**53), 2**53))
st.register_type_strategy(msgspec.Struct, values_of)
st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))


@pytest.mark.deep
@settings(max_examples=5)
@given(st.data())
def test_whatever_a_fact_says_is_valid_under_its_schema_and_read_back_the_same(data: st.DataObject) -> None:
    for name, (fact, _) in FACTS.items():
        said = data.draw(values_of(fact))
        body = msgspec.json.encode(said, order="deterministic")
        assert msgspec.json.decode(body, type=fact) == said
        Draft202012Validator(schema_of(name)).validate(json.loads(body))


# -- what is carried ----------------------------------------------------------------------------------------------------------------------------------------


def test_the_channels_are_the_services_the_public_and_the_dead_letters() -> None:
    channels = yaml.safe_load(WRITTEN[Path("schemas/asyncapi.yaml")])["channels"]
    assert set(channels) == {"parley.delegations", "parley.drafts", "parley.summaries", "parley.public", "parley.dead-letters"}
    assert set(channels["parley.public"]["messages"]) == {name for name, (_, public) in FACTS.items() if public}
    for service in ("delegations", "drafts", "summaries"):
        assert set(channels[f"parley.{service}"]["messages"]) == {name for name in FACTS if name.startswith(f"parley.{service}.")}


def test_every_reference_of_the_asyncapi_leads_somewhere() -> None:
    document = yaml.safe_load(WRITTEN[Path("schemas/asyncapi.yaml")])
    for reference in references(document):
        if reference.startswith("./"):
            assert Path("schemas") / reference in WRITTEN
        else:
            assert followed(document, reference) is not None


def test_every_message_has_the_headers_of_cloudevents_and_the_public_ones_nothing_that_counts_what_is_hidden() -> None:
    headers = yaml.safe_load(WRITTEN[Path("schemas/asyncapi.yaml")])["components"]["schemas"]["Headers"]
    assert {"ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_dataschema", "ce_sequence", "ce_partitionkey"} <= set(headers["required"])
    assert not {"ce_position", "ce_streamversion", "ce_author", "ce_hash", "ce_subject"} & set(headers["required"])


# -- HTTP ---------------------------------------------------------------------------------------------------------------------------------------------------


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [one for value in node.values() for one in references(value)]
    return [one for value in node for one in references(value)] if isinstance(node, list) else []


def followed(document: Any, reference: str) -> Any:
    for step in reference.removeprefix("#/").split("/"):
        document = document[step]
    return document


def test_every_reference_of_the_openapi_leads_somewhere() -> None:
    assert OPENAPI["openapi"].startswith("3.1")
    for reference in references(OPENAPI):
        assert followed(OPENAPI, reference), reference
    assert OPENAPI["components"]["schemas"]["Problem"]["properties"] == PROBLEM_SCHEMA["properties"]


def test_operations_have_names_of_their_own_and_say_in_a_few_words_what_they_do() -> None:
    names = [operation["operationId"] for _, operation in OPERATIONS]
    assert len(names) == len(set(names))
    assert all(operation["summary"][0].isupper() for _, operation in OPERATIONS)


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[name for name, _ in OPERATIONS])
def test_an_operation_says_with_which_problems_and_headers_it_works(name: str, operation: Any) -> None:
    shared = {one["$ref"].rpartition("/")[2] for one in operation["parameters"] if "$ref" in one}
    command = not name.startswith(("GET", "HEAD"))
    assert ({"IdempotencyKey", "IfMatch"} <= shared) == command
    assert any(status.startswith("4") for status in operation["responses"]), "it can refuse"
    if command:
        assert {"401", "403", "404", "409", "412", "413", "422", "428", "503", "507"} <= set(operation["responses"])


# -- problems -----------------------------------------------------------------------------------------------------------------------------------------------


def test_every_technical_problem_and_every_refusal_is_explained() -> None:
    assert set(TECHNICAL) <= set(PROBLEMS)
    assert set(by_code()) == set(PROBLEMS)


def test_a_code_has_one_status_wherever_it_is_given() -> None:
    doubtful = {code: [(one.status, one.place) for one in found] for code, found in by_code().items() if len({one.status for one in found}) > 1}
    assert doubtful == {}, "a program acts on the code; give the odd one a code or a status of its own"


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_a_problem_has_a_code_for_programs_and_sentences_for_people(code: str) -> None:
    status, sentences = PROBLEMS[code]
    assert is_code(code)
    assert 400 <= status < 600
    for sentence in sentences.split("\n"):
        assert sentence.endswith((".", "}")), sentence
        assert len(sentence.split()) >= 3, sentence
