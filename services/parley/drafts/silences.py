"""What readers see of silences, and when the timer has to ring for one."""

import msgspec
from sqlalchemy import Connection, insert, update

from parley.drafts.facts_silence import SilenceAdopted, SilenceFact, SilenceStarted
from parley.drafts.queries_silence import of_document
from parley.drafts.tables import SILENCE, VERSION
from parley.kernel.log import Recorded
from parley.kernel.timers import Due, clear_timer, set_timer
from parley.protocol.silence import after, running

BY_SILENCE = "by silence"
TIMER = "silence:"
"""How the keys of timers begin that are about a silence."""


def fold_silence(connection: Connection, recorded: Recorded, fact: SilenceFact) -> None:
    """Take a step of a silence in."""
    silences = after(tuple(of_document(connection, fact.document)), fact.said)
    changed = silences[fact.said.number - 1]
    body = msgspec.json.encode(changed).decode()
    if isinstance(fact, SilenceStarted):
        connection.execute(insert(SILENCE).values(document=fact.document, number=fact.said.number, body=body))
    else:
        here = (SILENCE.c.document == fact.document, SILENCE.c.number == fact.said.number)
        connection.execute(update(SILENCE).where(*here).values(body=body))
    if isinstance(fact, SilenceAdopted):
        version = (VERSION.c.document == fact.document, VERSION.c.version == changed.opened.version)
        connection.execute(update(VERSION).where(*version).values(authority=BY_SILENCE))
    silence, key = running(silences), f"{TIMER}{fact.document}"
    if silence is None:
        clear_timer(connection, recorded.service, key)
    else:
        set_timer(connection, recorded.service, Due(key, recorded.lane, fact.document, silence.due))
