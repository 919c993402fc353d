"""The public record: what it says of each public fact, and that nothing else can move it."""

import tempfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observers.public_life import SAYERS, CheckpointSigned, announced, closed, correction, deadline, draft, hidden, service_of, summary, whole_life
from parley.observers.entries import entry_of
from parley.observers.view import view
from recording import Recording, kept_live, rebuilt

said = st.one_of(
    st.sampled_from(hidden()),
    st.sampled_from([announced(), closed(), deadline(), deadline("positions", 2), correction(), correction(2, 2), CheckpointSigned("ab")]),
)
lanes = st.sampled_from(["prague", "vienna"])


def record_of(saying: list[tuple[str, Any]]) -> Recording:
    record = Recording()
    versions: dict[str, int] = {}
    for lane, wanted in saying:
        fact = wanted
        if isinstance(wanted, str):
            # A text is released once under each version, as its service sees to.
            versions[lane + wanted] = versions.get(lane + wanted, 0) + 1
            fact = {"draft": draft, "summary": summary}[wanted](versions[lane + wanted])
        service = service_of(fact)
        record.submit(SAYERS[service], f"{service}-{lane}", lane, lambda _, fact=fact: fact)
    return record


def seen(rows: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    """What readers can be shown: the tables, without the kernel's own notes."""
    return {name: found for name, found in rows.items() if name.startswith("observers_")}


@pytest.mark.deep
@settings(max_examples=15)
@given(st.lists(st.tuples(lanes, st.one_of(said, st.sampled_from(["draft", "summary"]))), min_size=1, max_size=25), st.lists(st.integers(1, 5), min_size=1))
def test_a_record_kept_live_equals_a_record_rebuilt(saying: list[Any], chunks: list[int]) -> None:
    record = record_of(saying)
    with tempfile.TemporaryDirectory() as folder:
        live, anew = kept_live(Path(folder), view, record.facts, chunks), rebuilt(Path(folder), view, record.facts)
    assert live == anew
    for lane in ("prague", "vienna"):
        numbers = sorted(row[1] for row in live["observers_entry"] if row[0] == lane)
        public = [fact for fact in record.facts if fact.public_seq is not None and fact.lane == lane]
        assert numbers == list(range(1, len(public) + 1))


@pytest.mark.deep
@settings(max_examples=15)
@given(st.data())
def test_hidden_facts_between_public_ones_move_nothing_on_the_record(data: st.DataObject) -> None:
    quiet, busy = Recording(), Recording()
    for fact in whole_life():
        for secret in data.draw(st.lists(st.sampled_from(hidden()), max_size=3)):
            busy.submit(SAYERS[service_of(secret)], "x", "prague", lambda _, fact=secret: fact)
            busy.now = quiet.now
        for record in (quiet, busy):
            record.submit(SAYERS[service_of(fact)], "x", "prague", lambda _, fact=fact: fact)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        assert seen(rebuilt(Path(one), view, quiet.facts)) == seen(rebuilt(Path(other), view, busy.facts))


def test_every_public_fact_is_told_in_a_sentence() -> None:
    facts = [*whole_life(), CheckpointSigned("ab")]
    told = [entry_of(service_of(fact), type(fact).__name__, msgspec.to_builtins(fact)).title for fact in facts]
    assert told == [
        "Negotiation opened: Security of 5G networks",
        "Deadline set for principles: 2019-05-03T10:00:00Z",
        "Deadline set for positions: 2019-05-05T10:00:00Z",
        "Draft released: Principles on 5G (zero draft)",
        "Deadline set for principles: 2019-05-04T10:00:00Z",
        "Draft released: Principles on 5G (Rev.1)",
        "Summary released: Chair's summary (PRAGUE/CS/1)",
        "Correction released: PRAGUE/CS/1/Corr.1",
        "Summary released: Chair's summary (PRAGUE/CS/1/Rev.1)",
        "Negotiation closed",
        "Checkpoint signed",
    ]


def test_a_fact_that_lacks_what_we_look_for_is_shown_with_what_it_has() -> None:
    for service, word in [("summaries", "SummaryReleased"), ("drafts", "VersionReleased"), ("delegations", "DeadlineAnnounced"), ("new", "SomethingSaid")]:
        entry = entry_of(service, word, {"new_field": 1})
        assert entry.body == {"new_field": 1}


def test_the_words_of_a_text_stand_under_its_own_address_and_not_in_the_record() -> None:
    for fact in (summary(), draft()):
        entry = entry_of(service_of(fact), type(fact).__name__, msgspec.to_builtins(fact))
        assert not {"themes", "markdown", "html", "text", "clauses"} & set(entry.body)
        assert entry.version == fact.version
