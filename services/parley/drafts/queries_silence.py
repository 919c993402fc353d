"""Questions on the silences of a document."""

import msgspec
from sqlalchemy import Connection, select

from parley.drafts.queries import readable
from parley.drafts.tables import SILENCE
from parley.protocol.silence import Silence
from parley.protocol.standing import Actor

_silence = msgspec.json.Decoder(Silence)


def silences(connection: Connection, identity: str, actor: Actor) -> list[Silence]:
    """The procedures on a document, in their order; none if the actor may not read it."""
    if readable(connection, identity, actor) is None:
        return []
    return of_document(connection, identity)


def of_document(connection: Connection, identity: str) -> list[Silence]:
    """The same, whoever asks."""
    bodies = connection.scalars(select(SILENCE.c.body).where(SILENCE.c.document == identity).order_by(SILENCE.c.number))
    return [_silence.decode(body) for body in bodies]
