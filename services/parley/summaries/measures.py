"""What the secretariat watches while texts come in: submissions by theme, and clauses that several delegations want to change."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from parley.kernel.knowledge import word_of
from parley.kernel.log import Recorded
from parley.kernel.measures import FACT, Counted, Gauge, Measuring, Seen
from parley.protocol.visibility import LATE, LIVE

SUBMISSION, AMENDED = "submission", "amended"
INSERT = "insert"
_Values = Iterator[tuple[float, Mapping[str, str]]]


class _Said(msgspec.Struct):
    delegation: str
    theme: str | None = None
    document: str = ""
    clause: str = ""
    operation: str = ""
    state: str = ""


def measure(fact: Recorded) -> list[Counted]:
    """What a fact counts for. Only who would change the words of a clause that is there contests them."""
    match (fact.service, word_of(fact)):
        case ("delegations", "PrincipleSubmitted") | ("drafts", "AmendmentProposed"):
            said = msgspec.json.decode(fact.body, type=_Said)
        case _:
            return []
    counted = [Counted(SUBMISSION, said.theme or "", said.delegation)]
    if said.operation not in ("", INSERT) and said.state in (LIVE, LATE):
        counted.append(Counted(AMENDED, f"{said.document.rpartition('/')[2]}/{said.clause}", said.delegation))
    return counted


def contested(seen: Sequence[Seen]) -> list[Seen]:
    """The clauses that two or more delegations wanted to change within the hour."""
    return [one for one in seen if one.what == AMENDED and one.by > 1]


def _submissions(seen: Sequence[Seen], minute: str) -> _Values:
    for one in seen:
        if one.what == SUBMISSION:
            yield one.minutes.get(minute, 0), {"parley.lane": one.lane, "parley.theme": one.of}


def _contested(seen: Sequence[Seen], _: str) -> _Values:
    for lane, clauses in Counter(one.lane for one in contested(seen)).items():
        yield clauses, {"parley.lane": lane}


def _lag(seen: Sequence[Seen], minute: str) -> _Values:
    late: dict[str, float] = {}
    for one in seen:
        if one.what == FACT and max(one.minutes) >= minute:
            late[one.of] = max(late.get(one.of, 0.0), one.late)
    for service, seconds in late.items():
        yield seconds, {"parley.service": service}


MEASURING = Measuring(
    measure,
    (
        Gauge("parley.live.submissions", "{submission}", "submissions by theme in the last whole minute", _submissions),
        Gauge("parley.live.contested", "{clause}", "clauses that two or more delegations wanted to change within the hour", _contested),
        Gauge("parley.live.lag", "s", "from the record to the live measures, the slowest of this minute or the last", _lag),
    ),
)
