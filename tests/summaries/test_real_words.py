"""Real words: what was really said composes into a text whose counts are those that anybody can count in the source."""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from parley.summaries.gate import report
from parley.summaries.inputs import Inputs, Voice
from parley.summaries.issuing import OverrideFinding
from parley.summaries.wording import count_of
from summaries.drafting_room import CHAIR, FORUM, NOW, Desk, hash_of, inputs, principle, started

DATA = Path(__file__).resolve().parents[2] / "../shared/data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the real data is not beside this repository (../shared/data)")


@needs_data
def test_the_prague_principles_compose_into_a_text_that_says_them_word_by_word() -> None:
    said = [json.loads(line) for line in (DATA / "prague/statement_2019.jsonl").read_text().splitlines()]
    known = inputs(
        *(principle(one["ref"].lower(), one["text"], f"D{place:02}", seq=place, theme=one["section"]) for place, one in enumerate(said) if one["complete"])
    )
    desk = Desk(started(themes=())).compose(known)
    assert (len(said), len(desk.texts()), len(known.by_reference)) == (12, 8, 8)
    assert [len(theme.sentences) for theme in desk.summary.themes] == [4, 4]
    assert all(text.startswith("One delegation put forward: ") for text in desk.texts())
    assert all(any(" ".join(one.text.split()) in text for text in desk.texts()) for one in known.live())
    # What is left are words of the originals that claim a decision anywhere else; the chair answers for each of them.
    (finding,) = report(desk.summary, known, FORUM).open
    assert (finding.code, finding.place) == ("claims-decision", "s5")
    desk.when(OverrideFinding(CHAIR, NOW, finding.finding, "These are the words of the original.", known, FORUM))
    assert desk.issue(known).kinds() == ["SummaryIssued", *["ReceiptSigned"] * 8, "VersionReleased"]


@pytest.fixture(scope="module")
def votes() -> dict[str, dict[str, set[str]]]:
    """Who agreed and who disagreed with each statement, counted from the file alone."""
    heard: dict[str, dict[str, set[str]]] = {}
    with (DATA / "polis/participants-votes.csv").open(newline="") as lines:
        for row in csv.DictReader(lines):
            for statement, vote in row.items():
                if statement.isdecimal() and vote in ("1", "-1"):
                    heard.setdefault(statement, {"1": set(), "-1": set()})[vote].add(row["participant"])
    return heard


@pytest.fixture(scope="module")
def deliberation(votes: dict[str, dict[str, set[str]]]) -> Inputs:
    """The statements of a public deliberation, with every participant's vote as its position."""
    with (DATA / "polis/comments.csv").open(newline="") as lines:
        statements = list(csv.DictReader(lines))
    put_in = []
    for one in sorted(statements, key=lambda row: int(row["comment-id"])):
        text, heard = one["comment-body"], votes.get(one["comment-id"], {"1": set(), "-1": set()})
        voices = [Voice(who, stance, hash_of(text)) for vote, stance in (("1", "support"), ("-1", "oppose")) for who in sorted(heard[vote], key=int)]
        put_in.append(replace(principle(one["comment-id"], text, seq=int(one["comment-id"]), theme="UberX"), voices=tuple(voices), delegation="P"))
    return inputs(*put_in)


@needs_data
def test_the_counts_of_a_public_deliberation_are_those_of_its_votes(deliberation: Inputs, votes: dict[str, dict[str, set[str]]]) -> None:
    forum = replace(FORUM, accredited=1921, names=())
    desk = Desk(started(themes=())).compose(deliberation, forum)
    sentences: list[Any] = list(desk.summary.sentences.values())
    cited = {source.input for one in sentences for source in one.sources}
    assert cited == set(deliberation.by_reference)
    for sentence in sentences:
        vote = "-1" if sentence.basis.endswith("#oppose") else "1"
        counted = set[str]().union(*(votes.get(source.input.removeprefix("principle/"), {vote: set()})[vote] for source in sentence.sources))
        assert count_of(sentence, deliberation, forum).saying == len(counted)
    assert report(desk.summary, deliberation, forum).open == ()


@needs_data
def test_the_guide_says_how_many_were_heard_and_in_which_words(deliberation: Inputs, votes: dict[str, dict[str, set[str]]]) -> None:
    forum = replace(FORUM, accredited=1921, names=())
    sentences = list(Desk(started(themes=())).compose(deliberation, forum).summary.sentences.values())
    assert (len(deliberation.by_reference), sum(len(one) for heard in votes.values() for one in heard.values())) == (197, 42_923)
    quantified = Counter((" ".join(one.text.split()[:2]), "opposition" if one.basis.endswith("#oppose") else "support") for one in sentences)
    assert quantified == {
        ("Many delegations", "support"): 2, ("Some delegations", "support"): 97, ("Some delegations", "opposition"): 101, ("A few", "support"): 1,
        ("One delegation", "support"): 95,
    }  # fmt: skip
    assert max(count_of(one, deliberation, forum).saying for one in sentences) == 689
    assert sorted(len(one.sources) for one in sentences)[-2:] == [1, 3]
