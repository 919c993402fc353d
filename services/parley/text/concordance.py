"""Concordance: under which name and number a clause of one version stands in another, resolvable for ever."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from parley.text.aligning import aligned
from parley.text.clauses import Version
from parley.text.consolidating import Consolidation


class Entry(msgspec.Struct, frozen=True):
    """One clause of the old version, or a new one: what it was called and numbered, and what it is now."""

    old: str
    new: tuple[str, ...]
    change: Literal["renumbered", "moved", "split", "merged", "deleted", "inserted", "renamed"]
    old_number: str = ""
    new_numbers: tuple[str, ...] = ()


class Concordance(msgspec.Struct, frozen=True):
    """From one version to the next: what is not in it goes on as it was."""

    before: str
    after: str
    entries: tuple[Entry, ...]


def concordance(made: Consolidation) -> Concordance:
    """Every clause that does not simply go on, in the order of the old version, then the inserted ones."""
    s, now = made.structure, made.version
    entries = []
    for clause in made.base.clauses:
        goes_on = goes_on_as(made, clause.id)
        numbers = tuple(now.clause(name).number for name in goes_on)
        if clause.id in s.deleted:
            entries.append(Entry(clause.id, (), "deleted", clause.number))
        elif clause.id in s.merged:
            entries.append(Entry(clause.id, goes_on, "merged", clause.number, numbers))
        elif clause.id in s.split:
            entries.append(Entry(clause.id, goes_on, "split", clause.number, numbers))
        elif clause.id in s.moved:
            entries.append(Entry(clause.id, goes_on, "moved", clause.number, numbers))
    entries += [Entry("", (clause.id,), "inserted", "", (clause.number,)) for clause in now.clauses if clause.id in s.inserted]
    entries += [Entry(twin, goes_on_as(made, twin), "renamed") for twin in s.into if twin not in made.base and twin not in now]
    return Concordance(made.base.root, now.root, tuple(entries))


def numbered_anew(table: Concordance, old: Version, new: Version) -> Concordance:
    """The table of a version that was numbered anew after it was made: `new` has its clauses under the same ids, with other numbers."""
    entries = [msgspec.structs.replace(entry, new_numbers=tuple(new.clause(name).number for name in entry.new)) for entry in table.entries]
    told = {entry.old for entry in entries}
    went_on = ((clause, new.clause(clause.id).number) for clause in old.clauses if clause.id not in told)
    entries += [Entry(clause.id, (clause.id,), "renumbered", clause.number, (number,)) for clause, number in went_on if number != clause.number]
    return Concordance(table.before, new.root, tuple(entries))


def goes_on_as(made: Consolidation, clause: str) -> tuple[str, ...]:
    """The clauses of the new version that a clause of the base, or one that was inserted, has become; none if it was deleted."""
    found = made.structure.into.get(clause, (clause,))
    while len(found) == 1 and found[0] not in made.version and found[0] in made.structure.into:
        found = made.structure.into[found[0]]
    return tuple(name for name in found if name in made.version)


def concordance_between(old: Version, new: Version) -> Concordance:
    """The same for a text that was imported or renumbered: compared, where no operations are known."""
    pairs = {old.clauses[i].id: new.clauses[j] for i, j in aligned(old, new)}
    entries = []
    for clause in old.clauses:
        after = pairs.get(clause.id)
        if after is None:
            entries.append(Entry(clause.id, (), "deleted", clause.number))
        elif (after.id, after.number) != (clause.id, clause.number):
            change: Literal["renumbered", "renamed"] = "renumbered" if after.id == clause.id else "renamed"
            entries.append(Entry(clause.id, (after.id,), change, clause.number, (after.number,)))
    come = {clause.id for clause in pairs.values()}
    entries += [Entry("", (clause.id,), "inserted", "", (clause.number,)) for clause in new.clauses if clause.id not in come]
    return Concordance(old.root, new.root, tuple(entries))


def present_names(clause: str, through: Iterable[Concordance]) -> tuple[str, ...]:
    """What a clause that was once called so is called now, through all versions since; none if it was deleted."""
    names: tuple[str, ...] = (clause,)
    for table in through:
        known = {entry.old: entry.new for entry in table.entries if entry.old}
        names = tuple(dict.fromkeys(new for name in names for new in known.get(name, (name,))))
    return names
