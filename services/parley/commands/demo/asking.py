"""The demo's asking: before the chair issues, delegations say whether their views are put rightly, and whether there is consensus."""

from datetime import timedelta
from typing import TYPE_CHECKING

from parley.commands.demo.scenario import head_of

if TYPE_CHECKING:  # the acts call this one
    from parley.commands.demo.acts import Meeting

TIME_TO_ANSWER = timedelta(hours=1)


async def put_rightly(meeting: "Meeting", path: str) -> None:
    """A delegation asks to correct how its own view is put; the chair answers, and both are kept with the version."""
    chair, code = meeting.people["chair"], meeting.scenario.summary.reserved_by
    head = meeting.people[head_of(code)]
    await chair.tell(f"{path}/window", {"closes_at": (meeting.clock() + TIME_TO_ANSWER).isoformat()}, method="PUT", seen=await chair.etag(path))
    own = (await head.ask(f"{path}/own"))["sentences"][0]
    await head.tell(f"{path}/requests", {"sentence": own["sentence"], "text": own["text"], "says": "We asked for more than this."})
    meeting.board.say("principle", code, "asks to correct how its own view is put")
    request = (await chair.ask(f"{path}/requests"))["requests"][-1]
    answer = {"outcome": "declined", "reason": "These are the words of your own principle."}
    await chair.tell(f"{path}/requests/{request['request']}/answer", answer, seen=await chair.etag(path))
    meeting.board.say("chair", "chair", f"answers: {answer['reason']}")
    closes_at = meeting.clock() + timedelta(seconds=1)  # everybody has been heard, and the gate waits for the window
    await chair.tell(f"{path}/window", {"closes_at": closes_at.isoformat()}, method="PUT", seen=await chair.etag(path))
    await meeting.until(closes_at)


async def no_consensus(meeting: "Meeting", path: str) -> None:
    """The chair asks for consensus; one delegation objects by name, so the text stays the chair's own."""
    chair, code = meeting.people["chair"], meeting.scenario.summary.reserved_by
    until = (meeting.clock() + TIME_TO_ANSWER).replace(tzinfo=None).isoformat(timespec="minutes")
    await chair.tell(f"{path}/consensus", {"until": until, "zone": "UTC"}, seen=await chair.etag(path))
    meeting.board.say("chair", "chair", "asks whether anybody objects to the text")
    await meeting.people[head_of(code)].tell(f"{path}/consensus/objections", {"says": meeting.scenario.summary.reservation})
    meeting.board.say("principle", code, f"objects: {meeting.scenario.summary.reservation}")
    await chair.tell(f"{path}/consensus/end", {"reason": "There is no consensus. The summary is issued as the chair's own."})
    call = (await meeting.people[head_of(code)].ask(f"{path}/consensus"))["calls"][-1]
    meeting.hold(call["outcome"] is not None and len(call["objections"]) == 1, "a delegation was not told how the call for consensus ended")
    meeting.board.say("chair", "chair", "ends the call: the summary is the chair's own")
    await meeting.pause(1)
