"""Texts and amendments drawn at random: small enough that they meet often, with every operation there is."""

import itertools
from random import Random

import msgspec

from parley.text import Amendment, Clause, DeleteClause, Edit, InsertClause, MergeClauses, MoveClause, Unfit, Version, fitting, version
from parley.text.claims import Claim, claims, collide
from parley.text.proposing import split

WORDS = ("the", "party", "shall", "share", "data", "of", "risk,", "plan.", "5G", "个人", "हिन्दी", "café")


def any_words(rng: Random, most: int = 12) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(rng.randint(1, most)))


def any_version(rng: Random, most: int = 8) -> Version:
    made: list[Clause] = []
    path: list[str] = []
    for at in range(rng.randint(1, most)):
        path = path[: rng.randint(0, min(len(path), 2))]
        made.append(Clause(f"c{at}", any_words(rng), parent=path[-1] if path else ""))
        path.append(f"c{at}")
    return version(made)


def any_other(rng: Random, base: Version) -> Version:
    """The same document after somebody has rewritten it: clauses moved, dropped, put under new ones, reworded."""
    made: list[Clause] = []

    def put(parent: str, into: str) -> None:
        children: list[str] = []
        for child in base.children.get(parent, ()):
            if rng.random() > 0.2:
                children.append(child)
            elif rng.random() > 0.5:
                children += base.children.get(child, ())
        if rng.random() < 0.4:
            rng.shuffle(children)
        for child in children:
            under = into
            if rng.random() < 0.25:
                made.append(Clause(f"n{len(made)}", any_words(rng), parent=into))
                under = made[-1].id if rng.random() < 0.5 else into
            clause = base.clause(child)
            made.append(msgspec.structs.replace(clause, parent=under, text=clause.text if rng.random() < 0.5 else any_words(rng)))
            put(child, child)

    put("", "")
    return version(made)


def any_amendment(rng: Random, base: Version, name: str) -> Amendment:
    """An amendment that fits, of one operation or a package."""
    while True:
        try:
            operation = _any_operation(rng, base, name)
            more = any_amendment(rng, base, f"{name}_").operations if rng.random() < 0.3 else ()
            amendment = Amendment(name, base.root, (operation, *more), (rng.choice("PQRS"),))
            fitting(base, amendment)
        except Unfit:
            continue
        return amendment


def _any_operation(rng: Random, base: Version, name: str):
    clause, other = rng.choice(base.clauses), rng.choice(base.clauses)
    kind = rng.random()
    if kind < 0.6:
        start = rng.randint(0, len(clause.text))
        end = min(len(clause.text), start + rng.choice((0, 0, 1, 4, 9)))
        return Edit(clause.id, start, end, clause.text[start:end], rng.choice(("x", "y", "z ", "")))
    if kind < 0.7:
        return DeleteClause(clause.id, clause.text)
    if kind < 0.8:
        return InsertClause(clause.id, Clause(f"n{name}", rng.choice(("One", "Two")), parent=rng.choice((clause.id, clause.parent))))
    if kind < 0.9:
        return MoveClause(clause.id, other.id, rng.choice((other.id, other.parent)))
    if kind < 0.95:
        return split(base, clause.id, rng.randint(0, len(clause.text)), f"s{name}")
    return MergeClauses(clause.id, other.id)


def any_amendments(rng: Random, base: Version, most: int = 7) -> list[Amendment]:
    return [any_amendment(rng, base, f"A{number}") for number in range(rng.randint(1, most))]


def all_claims(base: Version, amendments: list[Amendment]) -> dict[str, list[Claim]]:
    return {amendment.id: claims(base, amendment) for amendment in amendments}


def stand_together(claimed: dict[str, list[Claim]], names: list[str]) -> bool:
    """Compatible, by looking at every pair of claims."""
    pairs = itertools.combinations(names, 2)
    return not any(collide(one, other) for a, b in pairs for one in claimed[a] for other in claimed[b])


def compatible_few(rng: Random, base: Version, amendments: list[Amendment]) -> list[Amendment]:
    """Some of them that can stand together, in any sequence."""
    claimed = all_claims(base, amendments)
    chosen: list[Amendment] = []
    for amendment in rng.sample(amendments, len(amendments)):
        if stand_together(claimed, [*(one.id for one in chosen), amendment.id]):
            chosen.append(amendment)
    return chosen
