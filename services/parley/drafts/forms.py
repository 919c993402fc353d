"""Forms: the bodies that the drafts service takes over HTTP, and how they become commands."""

from typing import Annotated

import msgspec
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from parley.drafts.previewing import Supposed
from parley.drafts.quoting import UNKNOWN, Wanted
from parley.kernel.decider import Invalid
from parley.protocol.plain_text import plain_line, plain_text
from parley.text import CLAUSE_LIMIT, Clause

Line = Annotated[str, AfterValidator(plain_line), Field(min_length=1, max_length=300)]
Number = Annotated[str, AfterValidator(lambda text: text and plain_line(text)), Field(max_length=40, description="what is printed before the clause")]
Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9-]{0,15}$", description="a delegation's or group's code, as in CZ")]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", description="lower case letters, digits and hyphens")]
ClauseId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description="a clause's permanent id")]
Place = Annotated[str, Field(pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]{0,63})?$", description="a clause's id; empty: the beginning, or the top")]
AmendmentName = Annotated[str, Field(pattern=r"^A[1-9][0-9]{0,6}$", description="an amendment's number, as in A12")]
Text = Annotated[str, AfterValidator(plain_text), Field(max_length=CLAUSE_LIMIT)]
Words = Annotated[str, AfterValidator(lambda text: text and plain_text(text)), Field(max_length=CLAUSE_LIMIT)]
Reason = Annotated[str, AfterValidator(plain_text), Field(max_length=20_000)]
OptionalReason = Annotated[str, AfterValidator(lambda text: text and plain_text(text)), Field(max_length=20_000)]
WORD = r"^[a-z-]{1,16}$"
Operation = Annotated[str, Field(pattern=WORD, description="replace, insert, delete, move, split or merge")]
Marking = Annotated[str | None, Field(max_length=16, description="public, participants or restricted; that of what it belongs to if left out")]
Audience = Annotated[list[Code], Field(max_length=300, description="who may read a restricted text, besides the bench")]
Version = Annotated[int, Field(ge=0, le=1_000_000, description="a version's number; 0 is the zero draft")]

Renumber = Annotated[
    bool, Field(description="whether paragraphs and points are numbered through anew; their ids stay, and the concordance says what became what")
]


class Body(BaseModel):
    """A request's body: nothing undeclared, nothing guessed."""

    model_config = ConfigDict(extra="forbid", strict=True)


class TabledClause(Body):
    """One clause of a text that is tabled."""

    id: Annotated[ClauseId | None, Field(description="c1, c2 and so on if left out")] = None
    text: Text
    number: Number = ""
    kind: Annotated[str, Field(pattern=WORD, description="title, heading, preamble, operative, point, introduction or annex")] = "operative"
    parent: Place = ""


class Tabling(Body):
    """A document to be tabled; its clauses become version 0."""

    document: Annotated[Name | None, Field(description="its name in addresses, for ever; one is made up if left out")] = None
    title: Line
    clauses: Annotated[list[TabledClause], Field(min_length=1, max_length=10_000)]
    marking: Marking = None
    audience: Audience = []

    def made(self) -> tuple[Clause, ...]:
        """The clauses as the text engine knows them."""
        try:
            rows = [clause.model_dump() | {"id": clause.id or f"c{place}"} for place, clause in enumerate(self.clauses, start=1)]
            return tuple(msgspec.convert(row, Clause) for row in rows)
        except msgspec.ValidationError as error:
            kinds = "title, heading, preamble, operative, point, introduction, annex"
            raise Invalid("unknown-kind", f"A clause is one of: {kinds}.") from error


class Deadline(Body):
    """Until when amendments are in time."""

    closes_at: Annotated[AwareDatetime, Field(strict=False)]


_OLD = (
    "the words that are replaced, or with which the second part of a split begins: they stand in the clause once; "
    "all its words where it is deleted, moved or merged"
)


class Wish(Body):
    """One operation on one clause, with the words that it quotes."""

    operation: Operation
    clause: Annotated[Place, Field(description="what is replaced, deleted, moved, split or merged; an insertion stands behind it, or first if it is empty")]
    old: Annotated[Words, Field(description=_OLD)] = ""
    new: Annotated[Words, Field(description="the words that are to stand there; between two clauses that are merged, if any")] = ""
    after: Annotated[Place, Field(description="behind which clause a moved one is to stand")] = ""
    parent: Annotated[Place | None, Field(description="under which clause; that of the neighbour if left out")] = None
    number: Annotated[Number | None, Field(description="what is printed before a new clause; 3 bis behind 3, if left out")] = None
    kind: Annotated[str | None, Field(pattern=WORD, description="what an inserted clause is; what its neighbour is if left out")] = None
    second: Annotated[Place, Field(description="the next clause on the same level, which a merger joins to the first")] = ""

    def wanted(self) -> Wanted:
        """What the rules know it as."""
        return Wanted(self.operation, self.clause, self.old, self.new, self.after, self.parent, self.number, self.kind, self.second)


class Package(Wish):
    """One operation, or several that stand or fall together."""

    also: Annotated[
        list[Wish], Field(max_length=1_000, description="what stands or falls with it; in these, new-1 is the clause that the first operation makes, and so on")
    ] = []

    def with_it(self) -> tuple[Wanted, ...]:
        """What else the rules know it to ask for."""
        return tuple(one.wanted() for one in self.also)


class Proposal(Package):
    """An amendment to be proposed. With `amends` it is a sub-amendment: `old` quotes the clause as that amendment would have it read."""

    base_version: Version
    amends: Annotated[AmendmentName | None, Field(description="the amendment whose words it replaces")] = None
    reason: OptionalReason = ""
    theme: Line | None = None
    on_behalf_of: Annotated[Code | None, Field(description="a group that you are a member of")] = None
    marking: Marking = None
    audience: Audience = []
    retables: Annotated[AmendmentName | None, Field(description="the withdrawn amendment that this one brings back")] = None


class Restatement(Package):
    """An amendment in new words, or on the present version."""

    base_version: Version
    reason: OptionalReason = ""


class Import(Body):
    """An amendment of another source. `source` is its name there: the same name is the same amendment, and nothing is recorded twice."""

    source: Line
    location: Annotated[str, AfterValidator(lambda text: text and plain_line(text)), Field(max_length=300, description="where it stands there")] = ""
    authors: Annotated[list[Line], Field(min_length=1, max_length=300)]
    operation: Operation
    clause: Annotated[
        Annotated[str, AfterValidator(lambda text: text and plain_line(text)), Field(max_length=64)] | None,
        Field(description="as in an amendment; null where the source does not say which"),
    ] = None
    old: Words = ""
    new: Words = ""
    after: Place = ""
    parent: Place | None = None
    number: Number = ""
    kind: Annotated[str | None, Field(pattern=WORD)] = None
    reason: OptionalReason = ""
    theme: Line | None = None

    def wanted(self) -> Wanted:
        """What the rules know it as."""
        clause = UNKNOWN if self.clause is None else self.clause
        return Wanted(self.operation, clause, self.old, self.new, self.after, self.parent, self.number, self.kind)


class Waiver(Body):
    """Why a late amendment is let in."""

    reason: Reason


class Looser(Body):
    """A marking that lets a text travel further."""

    marking: Annotated[str, Field(max_length=16)]


class Ruling(Body):
    """A ruling on one amendment or on many."""

    amendments: Annotated[list[AmendmentName], Field(min_length=1, max_length=10_000)]
    outcome: Annotated[str, Field(max_length=24, description="accepted, accepted-modified, rejected, parked, inadmissible, no-action, not-moved or moot")]
    reason_code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$", description="a code of the forum's own, as in agreed-language")]
    reason: OptionalReason = ""
    wording: Annotated[Text | None, Field(description="how the clause is to read; with accepted-modified only")] = None
    identical: Annotated[bool, Field(description="whether the ruling holds for all amendments that ask for exactly the same")] = True


class Edit(Body):
    """An editorial change, which changes no meaning."""

    clause: ClauseId
    old: Text
    new: Words = ""
    reason: Reason


class ClauseMark(Body):
    """What the chair says of clauses."""

    version: Annotated[Version, Field(description="the present version, whose words are meant")]
    state: Annotated[str, Field(max_length=16, description="agreed-ad-ref, parked or open")]
    clauses: Annotated[list[ClauseId], Field(max_length=10_000, description="which ones; all of them if left out")] = []
    reason: Annotated[OptionalReason, Field(description="needed to re-open what is agreed")] = ""


class Closing(Body):
    """A package to be closed."""

    version: Annotated[Version, Field(description="the present version, which is agreed as a whole")]


class Making(Body):
    """A version to be made."""

    supersedes: Annotated[Version, Field(description="the present version, which the new one follows")]
    order: Annotated[
        list[Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,16}$")]],
        Field(max_length=10_000, description="amendments that insert at one place, first to last"),
    ] = []
    renumber: Renumber = False


class Supposition(Body):
    """What if these amendments were accepted? Nothing comes of asking."""

    accepted: Annotated[list[AmendmentName], Field(max_length=10_000)] = []
    wordings: Annotated[dict[AmendmentName, Text], Field(max_length=10_000, description="how the clause would read, where one is accepted in other words")] = {}
    order: Annotated[
        list[Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,16}$")]],
        Field(max_length=10_000, description="amendments that insert at one place, first to last"),
    ] = []
    identical: Annotated[bool, Field(description="whether all amendments that ask for exactly the same are accepted with them")] = True
    rulings: Annotated[bool, Field(description="whether what the chair has accepted already, and the editorial changes that wait, are in it too")] = True
    renumber: Renumber = False

    def supposed(self) -> Supposed:
        """What the preview knows it as."""
        return Supposed(tuple(self.accepted), self.wordings, tuple(self.order), self.identical, self.rulings, self.renumber)
