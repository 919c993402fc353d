"""The text engine on real material: everything at once, nothing misplaced, nothing lost. The figures stand in docs/guides/gdpr-rebase.md."""

import json
from collections import Counter, defaultdict
from pathlib import Path

import pytest
import regex

from parley.text import Amendment, InsertClause, Misquote, Version, as_html, consolidate, fitting, redline_of
from parley.text.compatible import best_package
from parley.text.concordance import concordance
from parley.text.conflicts import Conflicts
from parley.text.contests import contests
from parley.text.rebasing import rebase
from text.gdpr_texts import FOLDER, bare, base_text, distinct_amendments, plain, tabled

GUIDE = Path(__file__).resolve().parents[2] / "docs/guides/gdpr-rebase.md"


@pytest.fixture(scope="module")
def base() -> Version:
    return base_text()


@pytest.fixture(scope="module")
def fates(base: Version) -> dict[str, tuple[dict, Amendment | None]]:
    """Per amendment its row, and the amendment if it has a place in the text and quotes it rightly."""
    found = {}
    for row in distinct_amendments():
        try:
            amendment = tabled(base, row)
        except Misquote:
            amendment = None
        if amendment:
            fitting(base, amendment)
        found[row["amendment_id"]] = (row, amendment)
    return found


@pytest.fixture(scope="module")
def live(fates: dict[str, tuple[dict, Amendment | None]]) -> list[Amendment]:
    return [amendment for _, amendment in fates.values() if amendment]


def guide_says(*figures: object) -> None:
    text = GUIDE.read_text(encoding="utf-8")
    missing = [figure for figure in figures if not regex.search(rf"(?<![\d,]){figure:,}(?![\d,])", text)]
    assert not missing, f"docs/guides/gdpr-rebase.md does not say {missing}"


def test_every_exact_quote_anchors_and_no_misquote_does(base: Version, fates: dict[str, tuple[dict, Amendment | None]]) -> None:
    expected = json.loads((FOLDER / "expected_counts.json").read_text(encoding="utf-8"))
    assert (len(base.clauses), len(fates)) == (expected["base_units"], expected["unique_amendments"]) == (884, 1506)
    assert Counter(row["old_vs_base"] for row, _ in fates.values()) == expected["old_vs_base"]
    placed = Counter(row["old_vs_base"] for row, amendment in fates.values() if amendment)
    assert placed == {"exact": 1111, "n/a": 247}
    guide_says(884, 1506, 1111, 247, 1358, 19, 15)


def test_identical_amendments_are_one_group_without_a_false_member(
    base: Version, fates: dict[str, tuple[dict, Amendment | None]], live: list[Amendment]
) -> None:
    groups = Conflicts(base, live).groups()
    for group in groups:
        rows = [fates[name][0] for name in group]
        assert len({(row["unit_ids"][0], row["kind"], str(plain(bare(row["new"])) if row["kind"] != "delete" else "")) for row in rows}) == 1
    theirs = defaultdict(list)
    for name, (row, _) in fates.items():
        theirs[tuple(row["unit_ids"]), tuple(regex.findall(r"\w+", row["old"])), tuple(regex.findall(r"\w+", row["new"]))].append(name)
    several = [set(names) for names in theirs.values() if len(names) > 1]
    assert (len(several), sum(map(len, several))) == (123, 318)
    found = [names for names in several if any(names <= set(group) for group in groups)]
    not_live = [names for names in several if not any(fates[name][1] for name in names)]
    assert (len(groups), sum(map(len, groups)), len(found), len(not_live)) == (122, 321, 101, 16)
    guide_says(122, 321, 101, 16)


def test_one_more_amendment_finds_its_rivals_without_looking_at_all(base: Version, live: list[Amendment]) -> None:
    index = Conflicts(base, live)
    assert list(index.contests()) == list(contests(base, live))
    busiest = max(index.contests("a33p1"), key=lambda contest: len(contest.amendments))
    name = busiest.amendments[0]
    amendment = next(one for one in live if one.id == name)
    before = index.standing(name)
    index.withdraw(name)
    assert index.add(amendment) == before


def test_the_first_revision_takes_what_collides_with_nothing_and_keeps_the_rest(base: Version, live: list[Amendment]) -> None:
    index = Conflicts(base, live)
    alone = [one for one in live if not index.standing(one.id).collisions]
    rest = [one for one in live if index.standing(one.id).collisions]
    made = consolidate(base, alone)
    assert consolidate(base, alone[::-1]).version.root == made.version.root
    outcomes = rebase(made, rest)
    states = Counter(outcome.state for outcome in outcomes)
    assert sum(states.values()) == len(rest)
    assert states == {"carried": 666, "moved": 132}
    for outcome in outcomes:
        assert outcome.amendment is not None
        fitting(made.version, outcome.amendment)
    shown = redline_of(made)
    assert (shown.before(), shown.after()) == (base, made.version)
    changes = Counter(entry.change for entry in concordance(made).entries)
    guide_says(len(alone), len(rest), 666, 132, len(made.version.clauses), changes["deleted"], changes["inserted"], len(list(index.contests())))
    assert as_html(shown).count("<p class=") == len(shown.rows)


def test_the_package_with_most_support_makes_a_revision_and_names_who_must_speak(base: Version, live: list[Amendment]) -> None:
    package = best_package(base, live)
    made = consolidate(base, [one for one in live if one.id in package.amendments])
    open_ones = [one for one in live if one.id not in package.amendments]
    outcomes = rebase(made, open_ones)
    states = Counter(outcome.state for outcome in outcomes)
    suggested = sum(outcome.suggested is not None for outcome in outcomes)
    assert package.exact
    assert sum(states.values()) == len(open_ones)
    guide_says(len(package.amendments), package.support, len(open_ones), *states.values(), suggested)
    for outcome, amendment in zip(outcomes, open_ones, strict=True):
        assert outcome.id == amendment.id
        insertion = isinstance(amendment.operations[0], InsertClause)
        assert outcome.state not in {"needs-author", "fallen"} or insertion or outcome.passages
