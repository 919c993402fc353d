"""Questions on the silences and the calls for consensus on a document."""

import msgspec
from sqlalchemy import Connection, select

from parley.drafts.queries import readable
from parley.drafts.tables import CALL, SILENCE
from parley.protocol.consensus import Call
from parley.protocol.silence import Silence
from parley.protocol.standing import Actor

_silence, _call = msgspec.json.Decoder(Silence), msgspec.json.Decoder(Call)


def silences(connection: Connection, identity: str, actor: Actor) -> list[Silence]:
    """The procedures on a document, in their order; none if the actor may not read it."""
    if readable(connection, identity, actor) is None:
        return []
    return silences_on(connection, identity)


def silences_on(connection: Connection, identity: str) -> list[Silence]:
    """The same, whoever asks."""
    bodies = connection.scalars(select(SILENCE.c.body).where(SILENCE.c.document == identity).order_by(SILENCE.c.number))
    return [_silence.decode(body) for body in bodies]


def calls(connection: Connection, identity: str, actor: Actor) -> list[Call]:
    """The calls for consensus on a document, in their order; none if the actor may not read it."""
    if readable(connection, identity, actor) is None:
        return []
    return calls_on(connection, identity)


def calls_on(connection: Connection, identity: str) -> list[Call]:
    """The same, whoever asks."""
    bodies = connection.scalars(select(CALL.c.body).where(CALL.c.document == identity).order_by(CALL.c.number))
    return [_call.decode(body) for body in bodies]
