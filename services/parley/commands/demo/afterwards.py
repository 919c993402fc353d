"""The demo's afterwards: a delegation reserves its position on what was issued, and everybody reads that with the text."""

from typing import TYPE_CHECKING

from parley.commands.demo.scenario import head_of

if TYPE_CHECKING:  # the acts call this one
    from parley.commands.demo.acts import Meeting


async def reserved(meeting: "Meeting") -> None:
    """A reservation changes no byte of the version; it is printed behind it."""
    words = meeting.scenario.summary
    at = f"/summaries/{meeting.summary}/versions/1"
    head = meeting.people[head_of(words.reserved_by)]
    issued = await head.fetch(at)
    await head.tell(f"{at}/statements", {"kind": "reservation", "says": words.reservation, "places": [1]})
    meeting.hold((await head.fetch(at)).content == issued.content, "a reservation changed what was issued")
    meeting.hold(words.reservation in (await head.fetch(f"{at}/record.md")).text, "a reservation is not printed with the text")
    meeting.board.say("principle", words.reserved_by, f"puts a reservation beside the text: {words.reservation}")
    await meeting.wait_for("statement-released")
