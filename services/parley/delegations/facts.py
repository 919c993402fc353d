"""What can have happened to a negotiation, its people, its principles and the positions on them. Times are UTC; hashes are SHA-256 in hex."""

from datetime import datetime

import msgspec

from parley.kernel.decider import Catalogue


class NegotiationOpened(msgspec.Struct, frozen=True):
    """The secretariat opened a negotiation. Attribution and marking are chosen here, before anything is captured.

    `quantifiers` is the forum's own table, ordered: a word and the least that it takes: a number of delegations (`"2"`), a share of all that are
    accredited (`"1/3"`), or `"all"` of those that spoke.
    """

    negotiation: str
    title: str
    zone: str
    themes: tuple[str, ...]
    attribution: str
    marking: str
    quantifiers: tuple[tuple[str, str], ...]


class NegotiationClosed(msgspec.Struct, frozen=True):
    """The secretariat closed the negotiation; from then on it is only read."""

    negotiation: str


class PhaseScheduled(msgspec.Struct, frozen=True):
    """A phase (`principles`, `positions`) has a deadline, or a new one. What is accepted before `closes_at` by the record's time is in time."""

    phase: str
    closes_at: datetime


class DelegationAdmitted(msgspec.Struct, frozen=True):
    """A delegation is on the roster under its code, provisionally until its credentials are decided upon."""

    delegation: str
    name: str


class CredentialsDecided(msgspec.Struct, frozen=True):
    """A delegation's credentials are accepted, rejected, suspended, withdrawn, or provisional again."""

    delegation: str
    credentials: str
    reason: str


class GroupFormed(msgspec.Struct, frozen=True):
    """Delegations that may speak through one of them."""

    group: str
    name: str
    members: tuple[str, ...]


class GroupJoined(msgspec.Struct, frozen=True):
    """A delegation is in a group from now on."""

    group: str
    delegation: str


class GroupLeft(msgspec.Struct, frozen=True):
    """A delegation is in a group no longer; what was said for it while it was stays said."""

    group: str
    delegation: str


class PersonEnrolled(msgspec.Struct, frozen=True):
    """A person is on the roster: as head or member of a delegation, as observer, or of the secretariat."""

    person: str
    name: str
    role: str
    delegation: str | None = None


class PersonStruckOff(msgspec.Struct, frozen=True):
    """A person is on the roster no longer."""

    person: str


class OfficeAssumed(msgspec.Struct, frozen=True):
    """A person is chair or rapporteur from now on; a predecessor's term ends with it."""

    office: str
    person: str


class OfficeLeft(msgspec.Struct, frozen=True):
    """A term of office ended without a successor."""

    office: str
    person: str


class InvitationIssued(msgspec.Struct, frozen=True):
    """A person may sign in once with the code of which this is the hash."""

    code_hash: str
    person: str
    expires_at: datetime


class InvitationAccepted(msgspec.Struct, frozen=True):
    """The code was used; it is of no use any more."""

    code_hash: str


class TokenIssued(msgspec.Struct, frozen=True):
    """A session or an API token, known by its hash alone. `scopes` are actions, or `*` for all that the person may do."""

    token_hash: str
    person: str
    kind: str
    scopes: tuple[str, ...]
    expires_at: datetime


class TokenRevoked(msgspec.Struct, frozen=True):
    """A token is of no use any more."""

    token_hash: str


class PrincipleSubmitted(msgspec.Struct, frozen=True):
    """A delegation submitted a principle. `late` means: after the deadline; it is live only once the chair has waived that.

    `on_behalf_of` is a group; `represented` are its members at that moment. `retables` names the withdrawn principle that this one brings back.
    `audience` are the delegations that may read a restricted text. `source` names the place from which the secretariat brought it in.
    """

    principle: str
    delegation: str
    text: str
    text_hash: str
    reason: str
    theme: str
    tags: tuple[str, ...]
    marking: str
    audience: tuple[str, ...] = ()
    on_behalf_of: str | None = None
    represented: tuple[str, ...] = ()
    retables: str | None = None
    late: bool = False
    source: str | None = None


class PrincipleRevised(msgspec.Struct, frozen=True):
    """The author gave it a new text: version 2, 3, ... The old ones stay as they were; positions on them are stale."""

    principle: str
    version: int
    text: str
    text_hash: str
    reason: str


class PrincipleWithdrawn(msgspec.Struct, frozen=True):
    """The author withdrew it, for good. Any delegation may table the text again under a new name."""

    principle: str
    delegation: str


class LatenessWaived(msgspec.Struct, frozen=True):
    """The chair let a late principle in, with a reason that is kept."""

    principle: str
    reason: str


class PrincipleMarkingLoosened(msgspec.Struct, frozen=True):
    """Its author lets it travel further than it was marked before."""

    principle: str
    marking: str


class SponsorJoined(msgspec.Struct, frozen=True):
    """A delegation added its own name to a principle, to the text with this hash."""

    principle: str
    delegation: str
    text_hash: str


class SponsorLeft(msgspec.Struct, frozen=True):
    """A co-sponsor took its name away; the principle stays."""

    principle: str
    delegation: str


class PositionTaken(msgspec.Struct, frozen=True):
    """A delegation supports, opposes, reserves on, or holds ("consulting capital") a principle in the text with this hash. Its last position counts."""

    principle: str
    delegation: str
    stance: str
    text: str
    text_hash: str
    on_behalf_of: str | None = None
    represented: tuple[str, ...] = ()


class NegotiationAnnounced(msgspec.Struct, frozen=True):
    """Public: there is a negotiation, under this title, on these themes."""

    negotiation: str
    title: str
    zone: str
    themes: tuple[str, ...]


class DeadlineAnnounced(msgspec.Struct, frozen=True):
    """Public: a phase closes at this time."""

    phase: str
    closes_at: datetime


class CloseAnnounced(msgspec.Struct, frozen=True):
    """Public: the negotiation is closed."""

    negotiation: str


CATALOGUE = Catalogue(
    "delegations",
    private=(
        NegotiationOpened, NegotiationClosed, PhaseScheduled, DelegationAdmitted, CredentialsDecided, GroupFormed, GroupJoined, GroupLeft, PersonEnrolled,
        PersonStruckOff, OfficeAssumed, OfficeLeft, InvitationIssued, InvitationAccepted, TokenIssued, TokenRevoked, PrincipleSubmitted, PrincipleRevised,
        PrincipleWithdrawn, LatenessWaived, PrincipleMarkingLoosened, SponsorJoined, SponsorLeft, PositionTaken,
    ),
    public=(NegotiationAnnounced, DeadlineAnnounced, CloseAnnounced),
)  # fmt: skip
