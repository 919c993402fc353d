"""Who acts in tests of rules, with the standing that `identify` would give them."""

from datetime import UTC, datetime, timedelta

from parley.protocol.access import CHAIR, HEAD, MEMBER, OBSERVER, RAPPORTEUR, SECRETARIAT
from parley.protocol.standing import ACCEPTED, Actor

NOON = datetime(2019, 5, 3, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LATER = NOON + HOUR
EARLIER = NOON - HOUR

secretariat = Actor(person="secretariat", roles=(SECRETARIAT,))
chair = Actor(person="chair", roles=(CHAIR,))
rapporteur = Actor(person="rapporteur", roles=(RAPPORTEUR,))
observer = Actor(person="watcher", roles=(OBSERVER,))
public = Actor()


def head(delegation: str, credentials: str = ACCEPTED, **more: object) -> Actor:
    return Actor(person=f"{delegation.lower()}-head", roles=(HEAD,), delegation=delegation, credentials=credentials, **more)  # type: ignore[arg-type]


def member(delegation: str) -> Actor:
    return Actor(person=f"{delegation.lower()}-member", roles=(MEMBER,), delegation=delegation, credentials=ACCEPTED)
