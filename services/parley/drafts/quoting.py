"""Quoting: from what an author quotes and wants to the operations that do it, and to the refusal that shows where a quote differs."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, get_args

import msgspec
import regex

from parley import text as engine
from parley.kernel.decider import Invalid, Refused

REPLACE, INSERT, DELETE, MOVE = "replace", "insert", "delete", "move"
OPERATIONS = (REPLACE, INSERT, DELETE, MOVE)
KINDS: tuple[str, ...] = get_args(engine.Kind)

UNKNOWN = "?"
"""As a clause: the material does not say which. No clause can be called so."""

EXACT, TYPOGRAPHY, CONTAINED, DIFFERS = "exact", "typography", "contained", "differs"

_NEVER_FITS = frozenset({"too-long", "unreadable", "too-many-operations"})
_WORD = regex.compile(r"\w+")
_canonical = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True)
class Wanted:
    """One operation on one clause, with the words that it quotes.

    `clause` is what is replaced, deleted or moved; an insertion comes to stand behind it, or first of all where it is empty. `after` and `parent` are the
    place to which a clause moves; an insertion has the parent of its neighbour unless it names one.
    """

    operation: str
    clause: str
    old: str = ""
    new: str = ""
    after: str = ""
    parent: str | None = None
    number: str = ""
    kind: str | None = None


def operations(base: engine.Version, wanted: Wanted, name: str) -> tuple[engine.Operation, ...]:
    """What `wanted` does to `base`; `name` is for the clause that an insertion makes. Refused where it does not fit."""
    with fitting_or_refused():
        made = _made(base, wanted, name)
        engine.fitting(base, engine.Amendment("", base.root, made))
        return made


def _made(base: engine.Version, wanted: Wanted, name: str) -> tuple[engine.Operation, ...]:
    match wanted.operation:
        case "replace":
            return engine.replaced(base, wanted.clause, wanted.old, wanted.new)
        case "insert":
            return (engine.InsertClause(wanted.clause, _inserted(base, wanted, name)),)
        case "delete":
            return (engine.DeleteClause(wanted.clause, engine.normalised(wanted.old)),)
        case "move":
            stands, quoted = base.clause(wanted.clause).text, engine.normalised(wanted.old)
            if quoted != stands:
                raise engine.Misquote(wanted.clause, quoted, stands)
            return (engine.MoveClause(wanted.clause, wanted.after, _parent(base, wanted.after, wanted.parent)),)
        case _:
            raise Invalid("unknown-operation", f"An amendment does one of: {', '.join(OPERATIONS)}.")


def _inserted(base: engine.Version, wanted: Wanted, name: str) -> engine.Clause:
    neighbour = base.clause(wanted.clause).kind if wanted.clause else "operative"
    kind = wanted.kind or neighbour
    if kind not in KINDS:
        raise Invalid("unknown-kind", f"A clause is one of: {', '.join(KINDS)}.")
    parent = _parent(base, wanted.clause, wanted.parent)
    return msgspec.convert({"id": name, "text": engine.normalised(wanted.new), "number": wanted.number, "kind": kind, "parent": parent}, engine.Clause)


def _parent(base: engine.Version, after: str, parent: str | None) -> str:
    if parent is not None:
        return parent
    return base.clause(after).parent if after != engine.START else engine.START


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


def touched_since(old: engine.Version, new: engine.Version, wanted: Wanted) -> list[str]:
    """The clauses on which `wanted` rests and which are no longer in `new` what they were in `old`."""
    words = () if wanted.operation == INSERT else (wanted.clause,)
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


def likeness(made: Iterable[engine.Operation]) -> str:
    """The same for amendments of one version that do the same to it, whatever name a clause has that they insert; "" where nothing is done."""
    told = [_anonymous(operation) for operation in made]
    return hashlib.sha256(_canonical.encode(told)).hexdigest() if told else ""


def _anonymous(operation: engine.Operation) -> engine.Operation:
    if isinstance(operation, engine.InsertClause):
        return engine.InsertClause(operation.after, msgspec.structs.replace(operation.clause, id="", number=""))
    return operation


def wording_of(wanted: Wanted, made: Iterable[engine.Operation], location: str = "") -> str:
    """The same for amendments that ask for the same words at the same place and differ in punctuation at most; also for those that do not fit the text.

    One that no clause is known of is about the words that it quotes, or about what its source calls its place.
    """
    place = wanted.clause or " ".join(said(wanted.old)) or location
    told = [place, wanted.operation, likeness(made) if wanted.operation == MOVE else said(wanted.new)]
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
