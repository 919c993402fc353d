"""From HTTP to view in few files: who wants to follow a command through the code opens these, in this order, and no others.

What is counted: the files of ours that stand on the call stack of their thread when the request is handed to the record, when the rule decides, when the
fact is folded into the service's view, and when the answer is written. What is not counted, and listed instead: the files that these only ask something
(a role, a time, a connection, a span) and come back from, and those that the rule book of a service calls within itself.
"""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import parley
from delegations.meeting import meeting_of
from house import TestClock, house
from parley.delegations.part import PART as DELEGATIONS
from parley.delegations.rules_principle import PRINCIPLES
from parley.drafts.part import PART as DRAFTS
from parley.drafts.rules import DOCUMENTS
from parley.kernel.http import answer
from parley.kernel.sql_log import SqlLog

PACKAGE = str(Path(parley.__file__).parent) + "/"
AT_MOST = 8


class Followed:
    """What a request went through: `path` in the order in which it was first met, `asked` what else was entered."""

    def __init__(self, *landmarks: Callable[..., Any]) -> None:
        self.landmarks = {landmark.__code__: landmark.__qualname__ for landmark in landmarks}
        self.passed: set[CodeType] = set()
        self.path: list[str] = []
        self.entered: set[str] = set()
        self.on = False

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        if not self.on or event != "call" or not frame.f_code.co_filename.startswith(PACKAGE):
            return
        self.entered.add(frame.f_code.co_filename.removeprefix(PACKAGE))
        if frame.f_code not in self.landmarks:
            return
        self.passed.add(frame.f_code)
        stack: list[str] = []
        above: FrameType | None = frame
        while above is not None:
            if above.f_code.co_filename.startswith(PACKAGE):
                stack.append(above.f_code.co_filename.removeprefix(PACKAGE))
            above = above.f_back
        self.path += [file for file in dict.fromkeys(reversed(stack)) if file not in self.path]


@contextmanager
def following(followed: Followed) -> Iterator[Followed]:
    """Follow in this thread and in all that start within."""
    before = sys.getprofile()
    threading.setprofile(followed)
    sys.setprofile(followed)
    try:
        yield followed
    finally:
        sys.setprofile(before)
        threading.setprofile(None)  # type: ignore[arg-type]  # the way to take it away


def told(followed: Followed) -> str:
    return f"on the path: {', '.join(followed.path)}; asked on the way: {', '.join(sorted(followed.entered - set(followed.path)))}"


async def test_a_principle_goes_from_http_to_view_in_few_files(tmp_path: Path) -> None:
    with following(Followed(SqlLog.handle, PRINCIPLES.decide, DELEGATIONS.view().fold, answer)) as followed:
        async with house(tmp_path, [DELEGATIONS]) as (process, client):
            meeting = await meeting_of(process, client)
            followed.on = True
            answered = await meeting.tell("jp-head", "/principles", {"text": "Networks are secure.", "theme": "policy"})
            followed.on = False
    assert answered.status_code == 201
    assert followed.passed == set(followed.landmarks), "the whole way was seen"
    assert len(followed.path) <= AT_MOST, told(followed)
    assert {file.partition("/")[0] for file in followed.entered} == {"delegations", "kernel", "protocol"}, "no other service is entered"


async def test_an_amendment_goes_from_http_to_view_in_few_files(tmp_path: Path) -> None:
    with following(Followed(SqlLog.handle, DOCUMENTS.decide, DRAFTS.view().fold, answer)) as followed:
        async with house(tmp_path, [DELEGATIONS, DRAFTS], TestClock()) as (process, client):
            meeting = await meeting_of(process, client)
            document = {"document": "statement", "title": "Statement", "clauses": [{"id": "p1", "kind": "operative", "text": "Networks are secure."}]}
            tabled = await meeting.tell("chair", "/documents", document)
            assert tabled.status_code == 201, tabled.text
            opened = await meeting.tell("chair", "/documents/statement/window", {"closes_at": "2019-05-03T12:00:00Z"})
            assert opened.status_code == 201, opened.text
            followed.on = True
            wanted = {"base_version": 0, "operation": "replace", "clause": "p1", "old": "secure", "new": "open"}
            answered = await meeting.tell("jp-head", "/documents/statement/amendments", wanted)
            followed.on = False
    assert answered.status_code == 201, answered.text
    assert followed.passed == set(followed.landmarks), "the whole way was seen"
    assert len(followed.path) <= AT_MOST, told(followed)
    entered = {file.partition("/")[0] for file in followed.entered}
    assert entered <= {"drafts", "kernel", "protocol", "text", "delegations"}, told(followed)
