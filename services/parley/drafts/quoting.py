"""Quoting: from what an author quotes and wants to the operations that do it, and to the refusal that shows where a quote differs."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, get_args

import msgspec
import regex

from parley import text as engine
from parley.kernel.decider import Invalid, Refused
from parley.text.numbering import inserted_number

REPLACE, INSERT, DELETE, MOVE, SPLIT, MERGE = "replace", "insert", "delete", "move", "split", "merge"
OPERATIONS = (REPLACE, INSERT, DELETE, MOVE, SPLIT, MERGE)
KINDS: tuple[str, ...] = get_args(engine.Kind)

NEW = "new-"
"""How the ids begin of clauses that amendments make; no tabled clause has such an id. In a package, new-2 is the clause that its second operation makes."""

UNKNOWN = "?"
"""As a clause: the material does not say which. No clause can be called so."""

EXACT, TYPOGRAPHY, CONTAINED, DIFFERS = "exact", "typography", "contained", "differs"

_NEVER_FITS = frozenset({"too-long", "unreadable", "too-many-operations"})
_WITHOUT_WORDS = frozenset({MOVE, SPLIT, MERGE})
_WORD = regex.compile(r"\w+")
_canonical = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True)
class Wanted:
    """One operation on one clause, with the words that it quotes.

    `clause` is what is replaced, deleted, moved, split or merged; an insertion comes to stand behind it, or first of all where it is empty. `after` and
    `parent` are the place to which a clause moves; an insertion has the parent of its neighbour unless it names one. A split quotes the words with which the
    second part begins, and `number` is that part's. Where `number` is None, what is new is numbered bis, ter and so on behind its neighbour. A merger quotes the whole clause, to which the next one on its level, `second`, is joined; `new` are words
    between the two, if there are any.
    """

    operation: str
    clause: str
    old: str = ""
    new: str = ""
    after: str = ""
    parent: str | None = None
    number: str | None = ""
    kind: str | None = None
    second: str = ""


def operations(base: engine.Version, wanted: Wanted, name: str, also: Sequence[Wanted] = ()) -> tuple[engine.Operation, ...]:
    """What `wanted` does to `base`, and with it all that it stands or falls with. `name` is for the clause that it makes. Refused where it does not fit."""
    made: list[engine.Operation] = []
    new: dict[str, engine.Clause] = {}
    with fitting_or_refused():
        for place, one in enumerate((wanted, *also), start=1):
            called = name if place == 1 else f"{name}-{place}"
            made += _made(base, _with_names(one, name, place), called, new)
        engine.fitting(base, engine.Amendment("", base.root, tuple(made)))
    return tuple(made)


def _with_names(wanted: Wanted, name: str, place: int) -> Wanted:
    """The same with the ids of the clauses that earlier operations of the package make, which it calls new-1, new-2 and so on."""
    names = {f"{NEW}{earlier}": name if earlier == 1 else f"{name}-{earlier}" for earlier in range(1, place)}
    parent = None if wanted.parent is None else names.get(wanted.parent, wanted.parent)
    return replace(wanted, clause=names.get(wanted.clause, wanted.clause), after=names.get(wanted.after, wanted.after), parent=parent)


def _made(base: engine.Version, wanted: Wanted, name: str, new: dict[str, engine.Clause]) -> tuple[engine.Operation, ...]:
    match wanted.operation:
        case "replace":
            return engine.replaced(base, wanted.clause, wanted.old, wanted.new)
        case "insert":
            new[name] = _inserted(base, wanted, name, new)
            return (engine.InsertClause(wanted.clause, new[name]),)
        case "delete":
            return (engine.DeleteClause(wanted.clause, engine.normalised(wanted.old)),)
        case "move":
            _quoted_whole(base, wanted)
            return (engine.MoveClause(wanted.clause, wanted.after, _parent(base, wanted.after, wanted.parent, new)),)
        case "split":
            return (engine.split_before(base, wanted.clause, wanted.old, name, _number(base, wanted, new)),)
        case "merge":
            _quoted_whole(base, wanted)
            return (engine.MergeClauses(wanted.clause, base.clause(wanted.second).id, _joint(wanted.new)),)
        case _:
            raise Invalid("unknown-operation", f"An amendment does one of: {', '.join(OPERATIONS)}.")


def _quoted_whole(base: engine.Version, wanted: Wanted) -> None:
    stands, quoted = base.clause(wanted.clause).text, engine.normalised(wanted.old)
    if quoted != stands:
        raise engine.Misquote(wanted.clause, quoted, stands)


def _joint(words: str) -> str:
    """What comes between two clauses that are joined: a space, or these words with space around them, but none before a comma."""
    between = engine.normalised(words)
    if not between:
        return " "
    return f" {between} " if between[0].isalnum() else f"{between} "


def _inserted(base: engine.Version, wanted: Wanted, name: str, new: dict[str, engine.Clause]) -> engine.Clause:
    neighbour = _clause(base, wanted.clause, new).kind if wanted.clause else "operative"
    kind = wanted.kind or neighbour
    if kind not in KINDS:
        raise Invalid("unknown-kind", f"A clause is one of: {', '.join(KINDS)}.")
    parent = _parent(base, wanted.clause, wanted.parent, new)
    return msgspec.convert(
        {"id": name, "text": engine.normalised(wanted.new), "number": _number(base, wanted, new), "kind": kind, "parent": parent}, engine.Clause
    )


def _number(base: engine.Version, wanted: Wanted, new: dict[str, engine.Clause]) -> str:
    """The number of a new clause: the one that was asked for, else the next free one behind its neighbour; none where that has none."""
    if wanted.number is not None:
        return wanted.number
    taken = {clause.number for clause in (*base, *new.values())}
    return inserted_number(_clause(base, wanted.clause, new).number, taken) if wanted.clause else ""


def _parent(base: engine.Version, after: str, parent: str | None, new: dict[str, engine.Clause]) -> str:
    if parent is not None:
        return parent
    return _clause(base, after, new).parent if after != engine.START else engine.START


def _clause(base: engine.Version, name: str, new: dict[str, engine.Clause]) -> engine.Clause:
    return new[name] if name in new else base.clause(name)


@contextmanager
def fitting_or_refused() -> Iterator[None]:
    """Turn what the text engine says of a misfit into a refusal; a misquote shows what stands there against what was quoted."""
    try:
        yield
    except engine.Misquote as misquote:
        raise Refused(misquote.rule, misquote.why, redline=as_pieces(misquote.stands, misquote.quoted)) from None
    except engine.Clash as clash:
        raise Refused(clash.rule, clash.why, between=list(clash.between)) from None
    except engine.Unfit as unfit:
        why = f"Clause {unfit.why}" if unfit.why.startswith("“") else unfit.why  # the engine speaks of nothing but clauses
        raise (Invalid if unfit.rule in _NEVER_FITS else Refused)(unfit.rule, why) from None


def as_pieces(before: str, after: str) -> list[dict[str, str]]:
    """The redline of two texts as data."""
    return [{"kind": piece.kind, "text": piece.text} for piece in engine.pieces(before, after)]


def touched(text: engine.Version, made: Iterable[engine.Operation]) -> set[str]:
    """The clauses of a text whose words or place some operations change."""
    found: set[str] = set()
    for operation in made:
        match operation:
            case engine.DeleteClause(clause) | engine.MoveClause(clause):
                found.update(text.subtree(clause))
            case engine.MergeClauses(clause, second):
                found.update((clause, second))
            case engine.Edit(clause) | engine.SplitClause(clause):
                found.add(clause)
            case _:
                pass
    return found


def touched_since(old: engine.Version, new: engine.Version, wanted: Wanted) -> list[str]:
    """The clauses on which `wanted` rests and which are no longer in `new` what they were in `old`."""
    words = () if wanted.operation == INSERT else tuple(clause for clause in (wanted.clause, wanted.second) if clause)
    below = old.subtree(wanted.clause) if wanted.operation in {DELETE, MOVE} and wanted.clause in old else ()
    places = tuple(place for place in (wanted.clause, wanted.after, wanted.parent) if place)
    changed = [clause for clause in dict.fromkeys((*words, *below)) if not _same(old, new, clause)]
    if below and wanted.clause in new and new.subtree(wanted.clause) != below:
        changed.append(wanted.clause)
    changed += [place for place in places if place in old and (place not in new or new.clause(place).parent != old.clause(place).parent)]
    return list(dict.fromkeys(changed))


def _same(old: engine.Version, new: engine.Version, clause: str) -> bool:
    return clause not in old or (clause in new and old.clause(clause).digest == new.clause(clause).digest)


def changes_of(old: engine.Version, new: engine.Version, clauses: Iterable[str]) -> list[dict[str, Any]]:
    """What became of some clauses between two versions, for an author who has the old one before them."""
    return [
        {
            "clause": clause,
            "stands": clause in new,
            "redline": as_pieces(old.clause(clause).text if clause in old else "", new.clause(clause).text if clause in new else ""),
        }
        for clause in clauses
    ]


def likeness(made: Iterable[engine.Operation], amends: str = "") -> str:
    """The same for amendments of one version that do the same to it, whatever name a clause has that they make; "" where nothing is done.

    `amends` is the amendment whose words a sub-amendment changes: those of two amendments are never the same.
    """
    operations = list(made)
    names: dict[str, str] = {}
    for operation in operations:
        if isinstance(operation, engine.InsertClause | engine.SplitClause):
            names[_makes(operation)] = f"{NEW}{len(names) + 1}" if names else ""
    told = sorted(_canonical.encode(_anonymous(operation, names)) for operation in operations)
    about = [amends.encode()] if amends else []
    return hashlib.sha256(b"\0".join((*about, *told))).hexdigest() if told else ""


def _makes(operation: engine.InsertClause | engine.SplitClause) -> str:
    return operation.clause.id if isinstance(operation, engine.InsertClause) else operation.into


def _anonymous(operation: engine.Operation, names: dict[str, str]) -> engine.Operation:
    match operation:
        case engine.InsertClause(after, clause):
            parent = names.get(clause.parent, clause.parent)
            return engine.InsertClause(names.get(after, after), msgspec.structs.replace(clause, id=names[clause.id], number="", parent=parent))
        case engine.SplitClause():
            return msgspec.structs.replace(operation, into=names[operation.into], number="")
        case engine.MoveClause(clause, after, parent):
            return engine.MoveClause(clause, names.get(after, after), names.get(parent, parent))
        case _:
            return operation


def wording_of(wanted: Wanted, made: Iterable[engine.Operation], location: str = "", amends: str = "", *, package: bool = False) -> str:
    """The same for amendments that ask for the same words at the same place and differ in punctuation at most; also for those that do not fit the text.

    One that no clause is known of is about the words that it quotes, or about what its source calls its place.
    """
    place = wanted.clause or " ".join(said(wanted.old)) or location
    exactly = package or bool(amends) or wanted.operation in _WITHOUT_WORDS
    told = [place, wanted.operation, likeness(made, amends) if exactly else said(wanted.new)]
    return hashlib.sha256(_canonical.encode(told)).hexdigest()


def said(text: str) -> list[str]:
    """The words and numbers of a text, without spaces, punctuation and what else typography does to them."""
    return _WORD.findall(engine.normalised(text))


def quotes(quoted: str, clause: engine.Clause) -> str:
    """How an imported quote stands to its clause: exact, typography, contained or differs.

    Printed sources break words at line ends and set other quotation marks, so the same words in the same order count as a quote of the clause.
    `contained` is a quote of less than the clause, or of more; `differs` is one of other words.
    """
    if engine.normalised(quoted) == clause.text:
        return EXACT
    ours, theirs = said(clause.text), said(quoted)
    if ours == theirs:
        return TYPOGRAPHY
    return CONTAINED if theirs and (_within(ours, theirs) or _within(theirs, ours)) else DIFFERS


def _within(part: list[str], whole: list[str]) -> bool:
    return any(whole[at : at + len(part)] == part for at in range(len(whole) - len(part) + 1))
