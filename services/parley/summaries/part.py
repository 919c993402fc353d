"""The summaries service as a part of a process."""

from fastapi import APIRouter

from parley.kernel.decider import Refused
from parley.kernel.log import Request
from parley.kernel.process import Part
from parley.kernel.service import Service
from parley.kernel.timers import Due
from parley.summaries import http, http_accuracy, http_afterwards, http_consensus, http_issued, http_receipts, http_silence
from parley.summaries.facts import CATALOGUE
from parley.summaries.issuing import ReleaseVersion
from parley.summaries.measures import MEASURING
from parley.summaries.ports import Drafter, Similarity
from parley.summaries.rules import SUMMARIES
from parley.summaries.similar import Lexical
from parley.summaries.under_silence import LetTimePass
from parley.summaries.view import SILENCE, view


async def ring(service: Service, due: Due) -> None:
    """An embargo or a silence may have ended; the record's time says whether it has."""
    stream, _, version = due.identity.rpartition("/")
    silent = due.key.startswith(SILENCE)
    request = Request(
        SUMMARIES, due.identity if silent else stream, due.lane, lambda at, _: LetTimePass(at) if silent else ReleaseVersion(at, int(version)),
        by=b'{"person":"timer"}', scope="timer", key=f"{due.key}:{due.at.isoformat()}",
    )  # fmt: skip
    try:
        await service.submit(request)
    except Refused:
        return  # the record's clock is behind ours: the timer rings again


def part(drafter: Drafter | None = None, similarity: Similarity | None = None) -> Part:
    """The service with what an operator plugs in: something that proposes wordings, and something that finds what is alike."""

    def routes(service: Service) -> list[APIRouter]:
        # What is issued stands first: its list has the shorter address.
        return [
            http_issued.routes(service),
            http_afterwards.routes(service),
            http_receipts.routes(service),
            http_accuracy.routes(service),
            http_silence.routes(service),
            http_consensus.routes(service),
            http.routes(service, drafter, similarity or Lexical()),
        ]

    return Part(CATALOGUE, view, routes, ring, signs=True, measuring=MEASURING)


PART = part()
