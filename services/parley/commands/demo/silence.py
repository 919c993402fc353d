"""The demo's silence: the last version lies before the delegations until a time, one of them breaks it, and the rest are told."""

from datetime import timedelta
from typing import TYPE_CHECKING

from parley.client import Problem
from parley.commands.demo.scenario import head_of

if TYPE_CHECKING:  # the acts call this one
    from parley.commands.demo.acts import Meeting

SILENCE = timedelta(hours=1)


async def broken_silence(meeting: "Meeting") -> None:
    """The chair puts the draft under silence; a delegation breaks it, so the chair goes on with a summary of the chair's own."""
    draft, chair = meeting.scenario.draft, meeting.people["chair"]
    path = f"/documents/{draft.document}"
    until = (meeting.clock() + SILENCE).replace(tzinfo=None).isoformat(timespec="minutes")
    await chair.tell(f"{path}/silence", {"until": until, "zone": "UTC"}, seen=await chair.etag(path))
    meeting.board.say("chair", "chair", f"puts the draft under silence until {until[11:]} UTC")
    await meeting.pause(1.5)
    await meeting.people[head_of(draft.broken_by)].tell(f"{path}/silence/objections", {"says": draft.broken_because})
    other = meeting.people[head_of(next(code for code in meeting.scenario.delegations if code != draft.broken_by))]
    seen = (await other.ask(f"{path}/silence"))["silences"][-1]
    meeting.hold(seen["state"] == "broken" and "delegation" not in seen["broken"], "a delegation was not told, or was told a name that is not for it")
    meeting.board.say("amendment", draft.broken_by, f"breaks the silence: {draft.broken_because}")
    try:
        await other.tell(f"{path}/silence/objections", {"says": draft.broken_because})
    except Problem as problem:
        meeting.hold(problem.code == "silence-over", f"a second objection was answered with {problem.code}")
    else:
        meeting.hold(holds=False, what="a silence was broken twice")
    await meeting.pause(1)
