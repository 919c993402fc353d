"""Sub-amending: amendments to the words that an amendment proposes. They are settled before it, and fall with it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from parley import text as engine
from parley.drafts.document import OPEN, UNSETTLED, Amendment
from parley.drafts.quoting import REPLACE, Wanted, as_pieces, fitting_or_refused
from parley.kernel.decider import Invalid, Refused, require
from parley.protocol.visibility import LATE
from parley.text import subamending as settling


@dataclass(frozen=True)
class Reading:
    """One clause as an amendment would have it read; `places` are its own words there: the place of the operation that puts them in, from, and to."""

    clause: str
    text: str
    places: tuple[tuple[int, int, int], ...]


def readings(base: engine.Version, made: Sequence[engine.Operation]) -> list[Reading]:
    """Every clause for which an amendment proposes words, as it would read: those that it changes, then those that it inserts, called by their new id."""
    edits: dict[str, list[tuple[int, engine.Edit]]] = defaultdict(list)
    inserted: list[Reading] = []
    for place, operation in enumerate(made):
        match operation:
            case engine.Edit(clause):
                edits[clause].append((place, operation))
            case engine.InsertClause(_, clause):
                inserted.append(Reading(clause.id, clause.text, ((place, 0, len(clause.text)),)))
            case _:
                pass
    return [*(_changed(base.clause(clause).text, clause, found) for clause, found in edits.items()), *inserted]


def _changed(was: str, clause: str, edits: Iterable[tuple[int, engine.Edit]]) -> Reading:
    text, reached = "", 0
    places: list[tuple[int, int, int]] = []
    for place, edit in sorted(edits, key=lambda one: (one[1].start, one[1].end)):
        text += was[reached : edit.start]
        places.append((place, len(text), len(text) + len(edit.new)))
        text += edit.new
        reached = edit.end
    return Reading(clause, text + was[reached:], tuple(places))


def operations_on(base: engine.Version, amendment: Amendment, wanted: Wanted) -> tuple[engine.Edit, ...]:
    """What a sub-amendment does to the words of `amendment`: it quotes the clause as that would have it read, and changes nothing but that one's own words."""
    require(not amendment.amends, "too-deep", "A sub-amendment cannot be amended. Propose another sub-amendment to the same amendment.")
    require(
        amendment.state in OPEN and amendment.state not in UNSETTLED,
        "needs-restating",
        f"{amendment.amendment} does not fit the text; it has to be restated first.",
    )
    require(amendment.state != LATE, "late", f"{amendment.amendment} came after the window was over and waits for the chair.")
    if wanted.operation != REPLACE:
        raise Invalid("sub-amendment-replaces", "A sub-amendment replaces words of the amendment. Propose anything else as an amendment of its own.")
    found = readings(base, amendment.operations)
    require(found, "no-words", f"{amendment.amendment} proposes no words, so there is nothing to amend in it. Support it, or propose your own.")
    with fitting_or_refused():
        reading = _quoted(found, amendment, wanted)
        edits = engine.replaced(_alone(reading), reading.clause, wanted.old, wanted.new)
        made = tuple(_within(reading, edit, amendment) for edit in edits)
        words = settling.proposed(engine.Amendment(amendment.amendment, base.root, amendment.operations))
        engine.fitting(words, engine.Amendment("", words.root, made))
    return made


def _quoted(found: Sequence[Reading], amendment: Amendment, wanted: Wanted) -> Reading:
    """The one clause that is meant: the named one, or the one in which the quoted words stand."""
    quote = engine.normalised(wanted.old)
    named = [one for one in found if one.clause == wanted.clause] or found
    quoted = [one for one in named if quote and quote in one.text]
    if not quoted:
        why = f"The words you quote are not in the text as {amendment.amendment} would have it. Quote from that; the difference is shown."
        raise Refused("misquote", why, redline=as_pieces("\n".join(one.text for one in named), quote))
    require(len(quoted) == 1, "ambiguous-quote", f"{amendment.amendment} would have these words in more than one clause. Name the clause that you mean.")
    return quoted[0]


def _alone(reading: Reading) -> engine.Version:
    return engine.Version((engine.Clause(reading.clause, reading.text),))


def _within(reading: Reading, edit: engine.Edit, amendment: Amendment) -> engine.Edit:
    for place, start, end in reading.places:
        if start <= edit.start and edit.end <= end:
            return engine.Edit(str(place), edit.start - start, edit.end - start, edit.old, edit.new)
    raise Refused("outside-the-amendment", f"You change words that {amendment.amendment} does not propose. Propose that as an amendment to the text itself.")


def reread(base: engine.Version, amended: Sequence[engine.Operation], made: Iterable[engine.Operation]) -> list[tuple[Reading, list[engine.Change]]]:
    """The clauses as an amendment would have them, and what a sub-amendment changes in each that it touches."""
    edits = [operation for operation in made if isinstance(operation, engine.Edit)]
    found = []
    for reading in readings(base, amended):
        offsets = {str(place): start for place, start, _ in reading.places}
        changes = [engine.Change(edit.start + offsets[edit.clause], edit.end + offsets[edit.clause], edit.new, ()) for edit in edits if edit.clause in offsets]
        if changes:
            found.append((reading, sorted(changes, key=lambda change: (change.start, change.end))))
    return found


def as_accepted(base: engine.Version, taken: Iterable[Amendment], order: Sequence[str] = ()) -> tuple[list[engine.Amendment], list[settling.Settled]]:
    """The accepted amendments as their accepted sub-amendments leave them, ready to be put into the text, and what these did. Clash where two collide."""
    taken = list(taken)
    subs = by_amendment(taken)
    found, refined = [], []
    for one in taken:
        if one.amends:
            continue
        proposed = engine.Amendment(one.amendment, base.root, one.effect, (one.delegation, *one.sponsors))
        if one.amendment in subs and not one.ruled:
            refined.append(settling.settled(proposed, [told(sub, proposed) for sub in subs[one.amendment]], order=order))
            proposed = refined[-1].amendment
        found.append(proposed)
    return found, refined


def told(sub: Amendment, about: engine.Amendment) -> engine.Amendment:
    """A sub-amendment as the text engine knows it, on the words of the amendment that it is about."""
    return engine.Amendment(sub.amendment, settling.proposed(about).root, sub.operations, (sub.delegation, *sub.sponsors))


def by_amendment(amendments: Iterable[Amendment]) -> Mapping[str, list[Amendment]]:
    """The sub-amendments among them, by the amendment that they are about."""
    found: dict[str, list[Amendment]] = {}
    for one in amendments:
        if one.amends:
            found.setdefault(one.amends, []).append(one)
    return found
