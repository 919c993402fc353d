"""Reading: the one predicate that says who may read an issued version."""

from collections.abc import Collection

from parley.protocol.marking import PUBLIC, RESTRICTED
from parley.protocol.standing import Actor


def readable(actor: Actor, *, marking: str, audience: Collection[str], released: bool) -> bool:
    """Whether an actor may read an issued version: the bench always, the others once it is released, as far as its marking lets it travel."""
    if actor.may("summary.read-working"):
        return True
    if not released:
        return False
    if marking == PUBLIC:
        return True
    return actor.may("summary.read-issued") and (marking != RESTRICTED or actor.delegation in audience)
