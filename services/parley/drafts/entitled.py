"""Entitled: who may do what to a document or an amendment, asked first by every rule."""

from datetime import datetime
from typing import Protocol

from parley.drafts.document import OPEN, Amendment, Document
from parley.kernel.decider import Invalid, NotEntitled, Refused, Unknown, require
from parley.protocol.marking import MARKINGS, PUBLIC, RESTRICTED, looser
from parley.protocol.standing import Actor, Standing
from parley.protocol.visibility import WITHDRAWN


class Asked(Protocol):
    """What every command says: by whom, when, and what this service knows of the negotiation's people."""

    @property
    def by(self) -> Actor:
        """Who asks."""
        ...

    @property
    def at(self) -> datetime:
        """The record's time."""
        ...

    @property
    def standing(self) -> Standing:
        """Who is who in the negotiation."""
        ...


class Overtaken(Refused):
    """The amendment has changed since the caller read it; the same answer as that of the record to a stale version."""

    status = 412

    def __init__(self, changed: int) -> None:
        super().__init__("stale", "It has changed since you saw it; read it again, then decide anew.", current=f'"{changed}"')


def permitted(asked: Asked, action: str) -> str:
    """The delegation for which the caller acts, "" for the bench, or a refusal."""
    if not asked.standing.known_at:
        raise Unknown
    by = asked.by
    if not by.may(action) or (by.delegation is not None and not asked.standing.accredited(by.delegation)):
        raise NotEntitled("not-entitled", "Your role, or the state of your delegation's credentials, does not include this.", action=action)
    require(asked.standing.open, "negotiation-closed", "The negotiation is closed; it is only read now.")
    return by.delegation or ""


def on_document(document: Document, asked: Asked, action: str) -> str:
    """The same for a document that is there; one that the caller may not see is not there."""
    if not document.visible_to(asked.by):
        raise Unknown
    delegation = permitted(asked, action)
    _unclosed(document, action)
    return delegation


def _unclosed(document: Document, action: str) -> None:
    """Refuse what would change a text that is agreed as a whole."""
    changes = action != "document.release"
    require(not document.closed or not changes, "package-closed", "The package is closed: its text is agreed as a whole and does not change any more.")


def on_amendment(document: Document, asked: Asked, amendment: str, action: str, seen: int | None = None) -> Amendment:
    """The amendment, if the caller may do this to it and has `seen` it as it is now."""
    found = document.amendments.get(amendment)
    if not document.visible_to(asked.by) or found is None or not found.visible_to(asked.by):
        raise Unknown
    permitted(asked, action)
    _unclosed(document, action)
    if seen is not None and seen < found.changed:
        raise Overtaken(found.changed)
    return found


def own(amendment: Amendment, by: Actor) -> None:
    """Refuse what only the author may do."""
    if by.delegation != amendment.delegation:
        raise NotEntitled("not-the-author", "Only the delegation that proposed it can do this.")


def undecided(amendment: Amendment) -> None:
    """Refuse what cannot be done any more once an amendment is withdrawn, or a version has dealt with it."""
    require(amendment.state != WITHDRAWN, "withdrawn", "It was withdrawn, and that is final; any delegation may table it again.")
    require(not amendment.settled, "settled", "A version has dealt with it already; table it again as a new amendment.", state=amendment.state)


def still_open(amendment: Amendment) -> None:
    """Refuse also what cannot be done once the chair has ruled."""
    undecided(amendment)
    require(amendment.state in OPEN, "ruled", "The chair has ruled on it; ask for another ruling first.", state=amendment.state)


def marked(standing: Standing, marking: str | None, audience: tuple[str, ...], at_least: str = PUBLIC) -> str:
    """The marking of a new text: the one it asks for, else that of what it belongs to, never looser than that."""
    chosen = marking or at_least
    if chosen not in MARKINGS:
        raise Invalid("unknown-marking", f"A marking is one of: {', '.join(MARKINGS)}.")
    require(not looser(chosen, at_least), "marking-too-loose", f"It cannot travel further than what it belongs to, which is marked {at_least}.")
    if audience and chosen != RESTRICTED:
        raise Invalid("audience-not-expected", "Only a restricted text has a list of delegations that may read it.")
    for reader in audience:
        require(reader in standing.delegations, "unknown-delegation", "A delegation of the audience is not on the roster. Look its code up there.")
    return chosen


def represented(standing: Standing, delegation: str, group: str | None) -> tuple[str, ...]:
    """The accredited members of a group for which a delegation speaks, at this moment; none where it speaks for itself."""
    if group is None:
        return ()
    members = standing.members_of(group)
    require(delegation in members, "not-a-member", "Only a member of a group may speak for it.")
    return tuple(member for member in members if standing.accredited(member))
