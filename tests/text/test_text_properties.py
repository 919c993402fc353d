"""Laws of the text engine, on texts and amendments drawn at random and compared with looking at everything."""

import itertools
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parley.text import (
    Amendment,
    Clash,
    Clause,
    as_data,
    as_html,
    as_markdown,
    as_terminal,
    consolidate,
    derived,
    fitting,
    pieces,
    redline,
    redline_of,
    version,
)
from parley.text.authorship import authorship
from parley.text.claims import collide
from parley.text.compatible import best_package
from parley.text.concordance import concordance, concordance_between, present_names
from parley.text.conflicts import Conflicts
from parley.text.contests import collisions, contests, overlaps
from parley.text.differences import differences, readable
from parley.text.numbering import renumbered
from parley.text.rebasing import rebase
from parley.text.redlining import text
from parley.text.tokens import tokens
from text.amending import all_claims, any_amendment, any_amendments, any_other, any_version, any_words, compatible_few, stand_together

randoms = st.integers(0, 2**40).map(Random)  # a seed each: texts drawn step by step would not shrink any better
SIGNS = st.lists(st.sampled_from(["a", "b", "the ", " ", "  ", "foo", ".", ", ", "数", "据", "\n", "é", "\u0301", "\u202e", "👩\u200d👧"]), max_size=16).map(
    "".join
)


@settings(max_examples=300)
@given(st.text(max_size=60))
def test_tokens_joined_are_the_text(words: str) -> None:
    assert "".join(tokens(words)) == words


@settings(max_examples=400)
@given(SIGNS, SIGNS)
def test_differences_turn_one_text_into_the_other(old: str, new: str) -> None:
    for found in (differences(old, new), readable(old, new)):
        at = to = 0
        for a, b, c, d in found:
            assert a >= at
            assert c >= to
            assert a < b or c < d
            assert old[at:a] == new[to:c]
            at, to = b, d
        assert old[at:] == new[to:]
    shown = pieces(old, new)
    assert (text(shown, "inserted"), text(shown, "deleted")) == (old, new)


@settings(max_examples=300)
@given(randoms)
def test_a_redline_gives_both_versions_back_whatever_moved(rng: Random) -> None:
    base = any_version(rng)
    other = any_other(rng, base)
    for old, new in (
        (base, other),
        (other, base),
        (base, version(msgspec.structs.replace(one, id=f"i{at}", parent="") for at, one in enumerate(other.clauses))),
    ):
        shown = redline(old, new)
        assert (shown.before(), shown.after()) == (old, new)
        assert all((as_html(shown), as_markdown(shown), as_terminal(shown), as_data(shown))) or not shown.rows


@settings(max_examples=300)
@given(randoms)
def test_a_full_text_becomes_operations_that_make_it(rng: Random) -> None:
    base = any_version(rng)
    wanted = any_other(rng, base)
    operations = derived(base, wanted)
    if not operations:
        assert wanted == base
        return
    amendment = Amendment("A", base.root, operations)
    fitting(base, amendment)
    made = consolidate(base, [amendment])
    assert made.version == wanted
    shown = redline_of(made)
    assert (shown.before(), shown.after()) == (base, wanted)


@settings(max_examples=300)
@given(randoms)
def test_any_sequence_of_acceptance_gives_the_same_bytes(rng: Random) -> None:
    base = any_version(rng)
    chosen = compatible_few(rng, base, any_amendments(rng, base))
    made = consolidate(base, chosen)
    assert consolidate(base, chosen[::-1]).version == made.version
    assert consolidate(base, rng.sample(chosen, len(chosen))).version.root == made.version.root
    assert version(made.version.clauses).place == made.version.place  # parents still stand before their children
    shown = redline_of(made)
    assert (shown.before(), shown.after()) == (base, made.version)


@settings(max_examples=300)
@given(randoms)
def test_what_collides_is_refused_and_nothing_else(rng: Random) -> None:
    base = any_version(rng)
    amendments = any_amendments(rng, base, 4)
    claimed = all_claims(base, amendments)
    if stand_together(claimed, list(claimed)):
        consolidate(base, amendments)
    else:
        with pytest.raises(Clash) as refused:
            consolidate(base, amendments)
        assert not stand_together(claimed, list(refused.value.between))


@settings(max_examples=200)
@given(randoms)
def test_an_edit_in_one_clause_changes_no_other(rng: Random) -> None:
    base = any_version(rng)
    amendment = any_amendment(rng, base, "A")
    named = {one.clause for one in amendment.operations if isinstance(one.clause, str)}
    if all(type(one).__name__ == "Edit" for one in amendment.operations):
        made = consolidate(base, [amendment])
        assert [one for one in made.version.clauses if one.id not in named] == [one for one in base.clauses if one.id not in named]


@settings(max_examples=300)
@given(randoms)
def test_conflicts_are_those_that_every_pair_of_claims_has(rng: Random) -> None:
    base = any_version(rng)
    amendments = any_amendments(rng, base)
    live = Conflicts(base, amendments)
    for gone in rng.sample(amendments, rng.randint(0, len(amendments) // 2)):
        live.withdraw(gone.id)
        amendments.remove(gone)
    claimed = all_claims(base, amendments)
    bulk = collisions(base, amendments)
    for one in claimed:
        others = [name for name in claimed if name != one]
        met = [other for other in others for a in claimed[one] for b in claimed[other] if collide(a, b)]
        assert live.standing(one).collisions == bulk[one] == len(met)
        assert live.rivals(one) == tuple(sorted(set(met)))
        assert live.standing(one).identical == tuple(sorted(name for name in claimed if claimed[name] == claimed[one]))
    found = list(contests(base, amendments))
    assert list(live.contests()) == found
    for contest in found:
        assert contest in live.contests(contest.clause)


@settings(max_examples=150)
@given(randoms)
def test_every_largest_overlap_is_named_once(rng: Random) -> None:
    base = any_version(rng, 2)
    amendments = any_amendments(rng, base, 8)
    claimed = all_claims(base, amendments)
    for lane in {claim[0] for some in claimed.values() for claim in some}:
        here = [(claim, name) for name, some in claimed.items() for claim in some if claim[0] == lane]
        points = range(-2, 2 * max(len(clause.text) for clause in base.clauses) + 3)
        sets = {frozenset(name for claim, name in here if claim[1] <= point <= claim[2]) for point in points}
        largest = {some for some in sets if len(some) > 1 and not any(some < other for other in sets)}
        found = [frozenset(contest.amendments) for contest in overlaps(base, amendments, lane)]
        assert largest <= set(found) <= sets


@settings(max_examples=120)
@given(randoms)
def test_the_best_package_is_the_best_of_all_subsets(rng: Random) -> None:
    base = any_version(rng)
    amendments = any_amendments(rng, base, 9)
    claimed = all_claims(base, amendments)
    groups: dict[tuple[object, ...], list[Amendment]] = {}
    for amendment in amendments:
        groups.setdefault(tuple(claimed[amendment.id]), []).append(amendment)
    weights = {key: len({sponsor for one in group for sponsor in one.sponsors}) for key, group in groups.items()}
    subsets = (some for size in range(len(groups) + 1) for some in itertools.combinations(groups, size))
    best = max(sum(weights[key] for key in some) for some in subsets if stand_together(claimed, [groups[key][0].id for key in some]))
    package = best_package(base, amendments)
    assert (package.support, package.exact) == (best, True)
    assert stand_together(claimed, list(package.amendments))


@settings(max_examples=300)
@given(randoms)
def test_rebased_amendments_do_what_they_would_have_done_at_once(rng: Random) -> None:
    base = any_version(rng)
    amendments = any_amendments(rng, base)
    accepted = compatible_few(rng, base, amendments)[: rng.randint(1, 4)]
    still_open = [one for one in amendments if one not in accepted]
    made = consolidate(base, accepted)
    outcomes = rebase(made, still_open)
    assert [outcome.id for outcome in outcomes] == [one.id for one in still_open]
    claimed = all_claims(base, amendments)
    for amendment, outcome in zip(still_open, outcomes, strict=True):
        together = stand_together(claimed, [*(one.id for one in accepted), amendment.id])
        if outcome.state in {"carried", "moved"}:
            assert outcome.amendment is not None
            fitting(made.version, outcome.amendment)
            assert together
            assert consolidate(made.version, [outcome.amendment]).version == consolidate(base, [*accepted, amendment]).version
        elif outcome.state == "satisfied":
            assert outcome.amendment is None
            assert not together or consolidate(base, [*accepted, amendment]).version == made.version
        else:
            assert not together
            assert outcome.amendment is None
        if outcome.suggested:
            fitting(made.version, outcome.suggested)


@settings(max_examples=200)
@given(randoms)
def test_every_name_ever_used_leads_to_clauses_that_stand(rng: Random) -> None:
    now = any_version(rng)
    tables = []
    names = dict.fromkeys(now.place, 0)
    for generation in range(3):
        drawn = [any_amendment(rng, now, f"{generation}{number}") for number in range(3)] if now.clauses else []
        made = consolidate(now, compatible_few(rng, now, drawn))
        tables.append(concordance(made))
        now = made.version
        names |= {name: generation + 1 for name in now.place if name not in names}
    for name, since in names.items():
        assert all(present in now for present in present_names(name, tables[since:]))


@settings(max_examples=200)
@given(randoms)
def test_the_words_of_a_clause_have_authors_from_end_to_end(rng: Random) -> None:
    now, owned = any_version(rng), {}
    for generation in range(3):
        drawn = [any_amendment(rng, now, f"{generation}{number}") for number in range(3)] if now.clauses else []
        made = consolidate(now, compatible_few(rng, now, drawn))
        owned, now = authorship(made, owned), made.version
        for clause, found in owned.items():
            assert sum(words.size for words in found) == len(now.clause(clause).text)
        for clause, changes in made.changes.items():
            if clause not in made.cuts and clause in now and any(change.new for change in changes):
                assert {by for words in owned[clause] for by in words.by} >= {by for change in changes if change.new for by in change.by}


@settings(max_examples=100)
@given(randoms)
def test_renumbering_changes_numbers_alone(rng: Random) -> None:
    base = any_version(rng)
    now = renumbered(base)
    assert [(one.id, one.text) for one in now.clauses] == [(one.id, one.text) for one in base.clauses]
    assert [entry.change for entry in concordance_between(base, now).entries] == ["renumbered"] * len(base.clauses)


@settings(max_examples=100)
@given(randoms)
def test_an_imported_text_is_matched_by_its_words(rng: Random) -> None:
    base = any_version(rng)
    shuffled = version(Clause(f"i{at}", any_words(rng)) for at in range(rng.randint(1, 6)))
    table = concordance_between(base, shuffled)
    assert {name for entry in table.entries for name in entry.new} == set(shuffled.place)
