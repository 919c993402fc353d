"""Access: the one table of who may do what. Everything that is not in it is denied."""

from collections.abc import Collection

SECRETARIAT = "secretariat"
CHAIR = "chair"
RAPPORTEUR = "rapporteur"
HEAD = "head"
MEMBER = "member"
OBSERVER = "observer"
PUBLIC = "public"

ROLES = (SECRETARIAT, CHAIR, RAPPORTEUR, HEAD, MEMBER, OBSERVER, PUBLIC)

PARTICIPANTS = frozenset({SECRETARIAT, CHAIR, RAPPORTEUR, HEAD, MEMBER})
BENCH = frozenset({SECRETARIAT, CHAIR, RAPPORTEUR})
"""Those who conduct and serve the meeting, and take no position in it."""

MAY: dict[str, frozenset[str]] = {
    # the meeting and its people
    "negotiation.open": frozenset({SECRETARIAT}),
    "negotiation.arrange": frozenset({SECRETARIAT, CHAIR}),
    "roster.keep": frozenset({SECRETARIAT}),
    "credentials.decide": frozenset({SECRETARIAT, CHAIR}),
    "roster.read": PARTICIPANTS,
    # principles and positions
    "principle.submit": frozenset({HEAD}),
    "principle.withdraw": frozenset({HEAD}),
    "principle.sponsor": frozenset({HEAD}),
    "principle.waive": frozenset({CHAIR}),
    "position.take": frozenset({HEAD}),
    "principle.read": PARTICIPANTS,
    # drafts and amendments
    "document.table": frozenset({CHAIR, RAPPORTEUR, SECRETARIAT}),
    "document.arrange": frozenset({CHAIR}),
    "document.release": frozenset({CHAIR}),
    "amendment.propose": frozenset({HEAD}),
    "amendment.withdraw": frozenset({HEAD}),
    "amendment.sponsor": frozenset({HEAD}),
    "amendment.rule": frozenset({CHAIR}),
    "material.import": frozenset({SECRETARIAT}),
    "version.make": frozenset({CHAIR}),
    "document.read": PARTICIPANTS,
    # the chair's summary
    "summary.draft": frozenset({CHAIR, RAPPORTEUR}),
    "summary.issue": frozenset({CHAIR}),
    "summary.countersign": frozenset({RAPPORTEUR, SECRETARIAT}),
    "summary.correct": frozenset({CHAIR}),
    "summary.read-working": BENCH,
    "summary.read-issued": PARTICIPANTS,
    "correction.ask": frozenset({HEAD}),
    "silence.start": frozenset({CHAIR}),
    "silence.break": frozenset({HEAD}),
    "silence.state": frozenset({HEAD}),
    "silence.outage": frozenset({SECRETARIAT}),
    "consensus.call": frozenset({CHAIR}),
    "consensus.object": frozenset({HEAD}),
    "statement.make": frozenset({HEAD}),
}
"""Action to the roles that may do it. The state of the thing is a second question, answered by the rules of the thing."""


AUTHORS, AUDIENCE = "its authors", "its audience"

READERS: dict[str, frozenset[str]] = {
    "live": PARTICIPANTS,
    "restricted": BENCH | {AUTHORS, AUDIENCE},
    "late": BENCH | {AUTHORS},
    "withdrawn": frozenset({SECRETARIAT, CHAIR, AUTHORS}),
}
"""State of a submission to those who may read it, of those who may read submissions at all. Its co-sponsors are among its authors."""

IN_STATE: dict[str, frozenset[str]] = {
    "principle.withdraw": frozenset({"live", "late"}),
    "principle.sponsor": frozenset({"live"}),
    "principle.waive": frozenset({"late"}),
    "position.take": frozenset({"live"}),
    "amendment.withdraw": frozenset({"live", "late"}),
    "amendment.sponsor": frozenset({"live"}),
    "amendment.rule": frozenset({"live", "late", "ruled"}),
}
"""What the rules let happen to a submission in which state; an amendment is also `ruled` on by the chair, and `settled` by a version."""


AFTER_CLOSE = frozenset({"summary.correct", "correction.ask", "silence.break", "silence.state", "statement.make", "consensus.object"})
"""What goes on in a closed negotiation: what was issued is put right, and nobody is silent only because the meeting is over."""


def may(roles: Collection[str], action: str) -> bool:
    """Whether one of the roles may do the action; False for an action that is not in the table."""
    return not MAY.get(action, frozenset()).isdisjoint(roles)
