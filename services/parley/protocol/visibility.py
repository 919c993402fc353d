"""Visibility: the one predicate that says who may read a submission, for every way in which it could be read."""

from collections.abc import Collection

from parley.protocol.access import AUDIENCE, READERS
from parley.protocol.marking import RESTRICTED
from parley.protocol.standing import Actor

LIVE, LATE, WITHDRAWN = "live", "late", "withdrawn"


def may_read(actor: Actor, action: str, *, authors: Collection[str], marking: str, audience: Collection[str], state: str) -> bool:
    """Whether an actor may read a submission of these authors: as the table of readers says. The action says which kind (`principle.read`).

    A withdrawn text is for its authors, the chair and the secretariat alone; a late one that nobody has let in, for its authors and the bench; a restricted
    one, for its authors, its audience and the bench.
    """
    if not actor.may(action):
        return False
    readers = READERS[state if state in (LATE, WITHDRAWN) else RESTRICTED if marking == RESTRICTED else LIVE]
    if not readers.isdisjoint(actor.roles):
        return True
    return actor.delegation is not None and (actor.delegation in authors or (AUDIENCE in readers and actor.delegation in audience))
