"""The drafts service as a part of a process."""

import msgspec
from fastapi import APIRouter

from parley.drafts import http_amendment, http_consensus, http_document, http_preview, http_silence, silences
from parley.drafts.facts import CATALOGUE
from parley.drafts.rules import DOCUMENTS
from parley.drafts.rules_chair import NoteWindowOver
from parley.drafts.rules_silence import LetTimePass
from parley.drafts.view import view
from parley.kernel.log import Request
from parley.kernel.process import Part
from parley.kernel.service import Service
from parley.kernel.timers import Due
from parley.protocol.standing import Actor

TIMER = msgspec.json.encode(Actor(person="timer", roles=("timer",)), order="deterministic")


def routes(service: Service) -> list[APIRouter]:
    """The routes of the service, a router for each subject."""
    return [subject.routes(service) for subject in (http_document, http_amendment, http_preview, http_silence, http_consensus)]


async def ring(service: Service, due: Due) -> None:
    """The time of a window or of a silence has come: hand that to the rules, which decide by the record's own time."""
    passed = LetTimePass if due.key.startswith(silences.TIMER) else NoteWindowOver
    key = f"timer:{due.key}:{due.at.isoformat()}"
    await service.submit(Request(DOCUMENTS, due.identity, due.lane, lambda at, _: passed(at), by=TIMER, scope="drafts|timer", key=key))


PART = Part(CATALOGUE, view, routes, ring)
