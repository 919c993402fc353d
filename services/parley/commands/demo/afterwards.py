"""The demo's afterwards: a delegation reserves its position on what was issued, and the chair issues it anew for a fault of the file."""

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


async def corrected(meeting: "Meeting") -> None:
    """A slip is corrected; what was issued stays as it was."""
    chair, words = meeting.people["chair"], meeting.scenario.summary
    path = f"/summaries/{meeting.summary}"
    text = (await meeting.http.get(f"/api/v1/public/negotiations/{meeting.name}/summaries/{meeting.summary}/1.json")).json()
    sentences = [one for theme in text["themes"] for one in theme["sentences"] if words.correction_from in one["text"]]
    meeting.hold(sentences, "the sentence that is to be corrected is not there")
    changes = [{"place": one["number"], "old": words.correction_from, "new": words.correction_to} for one in sentences[:1]]
    made = await chair.tell(f"{path}/versions/1/corrections", {"changes": changes, "reason": "The plural was meant."}, seen=await chair.etag(path))
    meeting.board.versions.append(f"{meeting.issued['symbol']}: Corr.{made.get('correction', 1)}")
    meeting.board.say("chair", "chair", f"issues Corr.{made.get('correction', 1)} to {meeting.issued['symbol']}")
    await meeting.wait_for("correction-released")


async def issued_anew(meeting: "Meeting") -> None:
    """The file had a fault: the version is issued anew under an asterisk, with its correction in it."""
    chair, at = meeting.people["chair"], f"/summaries/{meeting.summary}"
    anew = await chair.tell(f"{at}/versions/1/reissue", {"reason": "The first file named its correction nowhere."}, seen=await chair.etag(at))
    meeting.hold(anew["replaces_hash"] == meeting.issued["content_hash"], "what was issued anew does not name what it stands in place of")
    meeting.board.versions.append(f"{anew['symbol']}: issued anew")
    meeting.board.say("chair", "chair", f"issues {anew['symbol']} for a fault of the file")
    await meeting.wait_for("reissue-released")
