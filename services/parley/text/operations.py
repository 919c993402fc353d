"""Operations: what an amendment does to a version, small enough to be recorded in a fact and kept for ever."""

import msgspec

from parley.text.clauses import START, Clause


class Edit(msgspec.Struct, frozen=True, gc=False, tag="edit"):
    """The characters `start` to `end` of a clause, which read `old`, become `new`; equal ends insert, an empty `new` deletes."""

    clause: str
    start: int
    end: int
    old: str
    new: str


class InsertClause(msgspec.Struct, frozen=True, gc=False, tag="insert-clause"):
    """A new clause behind `after`: as its first child if that is the new one's parent, else behind everything under `after`."""

    after: str
    clause: Clause


class DeleteClause(msgspec.Struct, frozen=True, gc=False, tag="delete-clause"):
    """A clause, whose text is `old`, goes, and everything under it."""

    clause: str
    old: str


class MoveClause(msgspec.Struct, frozen=True, gc=False, tag="move-clause"):
    """A clause, with everything under it, comes to stand behind `after` under `parent`; the words stay."""

    clause: str
    after: str
    parent: str = START


class SplitClause(msgspec.Struct, frozen=True, gc=False, tag="split-clause"):
    """What stands behind `end` becomes a clause of its own, `into`; what is between `start` and `end`, if anything, is the space that goes.

    `old` is the whole text that is split.
    """

    clause: str
    start: int
    end: int
    into: str
    old: str
    number: str = ""


class MergeClauses(msgspec.Struct, frozen=True, gc=False, tag="merge-clauses"):
    """The next clause `second` is joined to the end of `clause`, with `joint` between their words."""

    clause: str
    second: str
    joint: str = " "


Rearranging = InsertClause | DeleteClause | MoveClause | SplitClause | MergeClauses
Operation = Edit | Rearranging


class Amendment(msgspec.Struct, frozen=True, gc=False):
    """Operations on one base version that stand or fall together; with more than one clause, a package.

    `base` is the root of the version they speak of. `parent` names the amendment whose new words a sub-amendment changes;
    `merges` the amendments whose words the chair's compromise takes up. An `editorial` one may change spelling of capitals, marks and
    spaces, but no word.
    """

    id: str
    base: str
    operations: tuple[Operation, ...]
    sponsors: tuple[str, ...] = ()
    parent: str = ""
    merges: tuple[str, ...] = ()
    editorial: bool = False
