"""What readers see of silences and of calls for consensus, and when the timer has to ring for a silence."""

import msgspec
from sqlalchemy import Connection, insert, update

from parley.drafts.asked import BY_CONSENSUS, BY_SILENCE
from parley.drafts.facts_consensus import ConsensusCalled, ConsensusDeclared, ConsensusFact
from parley.drafts.facts_silence import SilenceAdopted, SilenceFact, SilenceStarted
from parley.drafts.queries_silence import calls_on, silences_on
from parley.drafts.tables import CALL, SILENCE, VERSION
from parley.kernel.log import Recorded
from parley.kernel.timers import Due, clear_timer, set_timer
from parley.protocol import consensus, silence
from parley.protocol.silence import running

TIMER = "silence:"
"""How the keys of timers begin that are about a silence."""


def fold_silence(connection: Connection, recorded: Recorded, fact: SilenceFact) -> None:
    """Take a step of a silence in."""
    silences = silence.after(tuple(silences_on(connection, fact.document)), fact.said)
    changed = silences[fact.said.number - 1]
    body = msgspec.json.encode(changed).decode()
    if isinstance(fact, SilenceStarted):
        connection.execute(insert(SILENCE).values(document=fact.document, number=fact.said.number, body=body))
    else:
        here = (SILENCE.c.document == fact.document, SILENCE.c.number == fact.said.number)
        connection.execute(update(SILENCE).where(*here).values(body=body))
    if isinstance(fact, SilenceAdopted):
        _adopted(connection, fact.document, changed.opened.version, BY_SILENCE)
    here_now, key = running(silences), f"{TIMER}{fact.document}"
    if here_now is None:
        clear_timer(connection, recorded.service, key)
    else:
        set_timer(connection, recorded.service, Due(key, recorded.lane, fact.document, here_now.due))


def fold_consensus(connection: Connection, fact: ConsensusFact) -> None:
    """Take a step of a call in."""
    changed = consensus.after(tuple(calls_on(connection, fact.document)), fact.said)[fact.said.number - 1]
    body = msgspec.json.encode(changed).decode()
    if isinstance(fact, ConsensusCalled):
        connection.execute(insert(CALL).values(document=fact.document, number=fact.said.number, body=body))
    else:
        here = (CALL.c.document == fact.document, CALL.c.number == fact.said.number)
        connection.execute(update(CALL).where(*here).values(body=body))
    if isinstance(fact, ConsensusDeclared):
        _adopted(connection, fact.document, changed.called.version, BY_CONSENSUS)


def _adopted(connection: Connection, document: str, version: int | None, authority: str) -> None:
    """The version says by what it was adopted; a consensus that was declared is not made less by a silence."""
    here = (VERSION.c.document == document, VERSION.c.version == version)
    free = (VERSION.c.authority.is_(None),) if authority == BY_SILENCE else ()
    connection.execute(update(VERSION).where(*here, *free).values(authority=authority))
