"""What can have happened to a document and its amendments. Times are UTC; hashes are SHA-256 in hex; a version's hash is the Merkle root over its clauses."""

from datetime import datetime

import msgspec

from parley.drafts import facts_consensus, facts_silence
from parley.kernel.decider import Catalogue
from parley.text import Clause, Operation
from parley.text.authorship import Authorship
from parley.text.concordance import Entry
from parley.text.rebasing import Passage


class DocumentTabled(msgspec.Struct, frozen=True):
    """The bench tabled a document: its clauses are version 0, the zero draft. `audience` are the delegations that may read a restricted one."""

    document: str
    title: str
    marking: str
    clauses: tuple[Clause, ...]
    version_hash: str
    audience: tuple[str, ...] = ()
    office: str = "chair"


class AmendmentWindowOpened(msgspec.Struct, frozen=True):
    """Amendments are taken from now until `closes_at`, by the record's time; the chair may open it anew, or move its end."""

    document: str
    version: int
    closes_at: datetime


class AmendmentWindowClosed(msgspec.Struct, frozen=True):
    """The window is over: its time had come, or (`early`) the chair closed it before. What comes now is late."""

    document: str
    closes_at: datetime
    early: bool


class Part(msgspec.Struct, frozen=True):
    """One more operation of a package, as it was sent: what it does to which clause, what it quotes, and what is to stand there."""

    clause: str
    operation: str
    old: str
    new: str


class AmendmentProposed(msgspec.Struct, frozen=True):
    """An amendment stands on the record, under the next number of its document.

    `old` and `new` are the words as they were sent; `operations` is what they do to version `base_version`, once and for all. `state` is live; late, until
    the chair waives that; or, for imported material, misquoted or unplaced until it is restated. For an insertion `clause` is the one behind which the new
    one comes to stand. `rebased_from` is the older version that the author quoted, where the clause is untouched since. `represented` are the members of
    the group `on_behalf_of` at that moment. Imported material has a `source`, its `location` there, how its `quote` stands to the clause, and co-authors
    from the start (`sponsors`). A package has `also` what stands or falls with the first operation. A sub-amendment `amends` another amendment: its
    `operations` are on the words that that one proposes, a clause for each operation with words, and `base_hash` is theirs.
    """

    document: str
    amendment: str
    base_version: int
    base_hash: str
    clause: str
    operation: str
    old: str
    new: str
    reason: str
    delegation: str
    theme: str | None
    on_behalf_of: str | None
    represented: tuple[str, ...]
    marking: str
    state: str
    operations: tuple[Operation, ...]
    audience: tuple[str, ...] = ()
    sponsors: tuple[str, ...] = ()
    rebased_from: int | None = None
    retables: str | None = None
    source: str | None = None
    location: str = ""
    quote: str = ""
    also: tuple[Part, ...] = ()
    amends: str | None = None


class AmendmentRestated(msgspec.Struct, frozen=True):
    """Its author put it in new words, or on the present version. Co-sponsors signed the old words; those in `sponsors` remain."""

    document: str
    amendment: str
    base_version: int
    base_hash: str
    clause: str
    operation: str
    old: str
    new: str
    reason: str
    state: str
    operations: tuple[Operation, ...]
    sponsors: tuple[str, ...] = ()
    also: tuple[Part, ...] = ()


class AmendmentSponsored(msgspec.Struct, frozen=True):
    """A delegation added its own name."""

    document: str
    amendment: str
    delegation: str


class SponsorshipEnded(msgspec.Struct, frozen=True):
    """A co-sponsor took its name away; the amendment stays."""

    document: str
    amendment: str
    delegation: str


class AmendmentWithdrawn(msgspec.Struct, frozen=True):
    """Its author withdrew it, for good. Any delegation may table it again under a new number."""

    document: str
    amendment: str
    delegation: str


class SubAmendmentMet(msgspec.Struct, frozen=True):
    """What the amendment that it is about did to a sub-amendment: withdrawn, it has fallen; in other words, it needs its author (`state`), and why."""

    document: str
    amendment: str
    state: str
    reason: str


class AmendmentLatenessWaived(msgspec.Struct, frozen=True):
    """The chair let a late amendment in, with a reason that is kept."""

    document: str
    amendment: str
    reason: str


class AmendmentMarkingLoosened(msgspec.Struct, frozen=True):
    """Its author lets it travel further than it was marked before."""

    document: str
    amendment: str
    marking: str


class AmendmentRuled(msgspec.Struct, frozen=True):
    """The chair ruled on it. `wording` is the chair's, where it is accepted in other words, and `operations` what that wording does.

    A ruling may be replaced by another one until the next version is made.
    """

    document: str
    amendment: str
    outcome: str
    reason_code: str
    reason: str
    wording: str | None = None
    operations: tuple[Operation, ...] = ()


class ClauseEdited(msgspec.Struct, frozen=True):
    """The chair made an editorial change, which is no amendment and changes no meaning; the next version takes it in."""

    document: str
    edit: str
    base_version: int
    clause: str
    old: str
    new: str
    reason: str
    operations: tuple[Operation, ...]


class EditDropped(msgspec.Struct, frozen=True):
    """The chair took an editorial change back before a version took it in."""

    document: str
    edit: str


class Marked(msgspec.Struct, frozen=True):
    """A clause and the hash of the words for which its mark holds."""

    clause: str
    wording: str


class ClausesMarked(msgspec.Struct, frozen=True):
    """The chair marked clauses of a version: agreed-ad-ref, parked, or open again.

    Agreement is to these words, and provisional: it lapses where a word changes, and holds for good only once the package is closed.
    """

    document: str
    version: int
    state: str
    clauses: tuple[Marked, ...]
    reason: str = ""


class PackageClosed(msgspec.Struct, frozen=True):
    """Every clause of this version was agreed ad referendum, and the chair closed the package: nothing in the text changes any more."""

    document: str
    version: int
    version_hash: str


class Fate(msgspec.Struct, frozen=True):
    """What a new version made of an open amendment: carried, moved, needs-author, satisfied or fallen; and `state`, in which it goes on.

    Where it does not go on as it was, `passages` are its clauses as they were, as they now stand, and as it would have had them; `suggested` is the same
    wish put on the new words, where that fits, for its author to take up or not.
    """

    amendment: str
    fate: str
    reason: str
    state: str
    clause: str
    operations: tuple[Operation, ...] = ()
    passages: tuple[Passage, ...] = ()
    suggested: tuple[Operation, ...] = ()


class VersionMade(msgspec.Struct, frozen=True):
    """The chair made version n out of version n - 1: `applied` amendments and `edits`, and what became of every open amendment.

    Its marking is the strictest of its sources. Version n - 1 stays as it was; what is not in the `concordance` goes on under its own name. `authors` says, for
    each clause that any version has changed, which amendments and editorial changes proposed its words, from its first character to its last.
    """

    document: str
    version: int
    label: str
    clauses: tuple[Clause, ...]
    version_hash: str
    supersedes: int
    supersedes_hash: str
    marking: str
    applied: tuple[str, ...]
    edits: tuple[str, ...]
    fates: tuple[Fate, ...]
    concordance: tuple[Entry, ...] = ()
    authors: Authorship = {}


class VersionReleased(msgspec.Struct, frozen=True):
    """Public: this version of the document, for everybody to read. It says nothing of who proposed what, and of its adoption only the way (`authority`)."""

    document: str
    title: str
    version: int
    label: str
    clauses: tuple[Clause, ...]
    version_hash: str
    supersedes: int | None
    authority: str | None = None


CATALOGUE = Catalogue(
    "drafts",
    private=(
        DocumentTabled,
        AmendmentWindowOpened,
        AmendmentWindowClosed,
        AmendmentProposed,
        AmendmentRestated,
        AmendmentSponsored,
        SponsorshipEnded,
        AmendmentWithdrawn,
        SubAmendmentMet,
        AmendmentLatenessWaived,
        AmendmentMarkingLoosened,
        AmendmentRuled,
        ClauseEdited,
        EditDropped,
        ClausesMarked,
        PackageClosed,
        VersionMade,
        *facts_silence.FACTS,
        *facts_consensus.FACTS,
    ),
    public=(VersionReleased,),
)
