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
}
"""Action to the roles that may do it. The state of the thing is a second question, answered by the rules of the thing."""


def may(roles: Collection[str], action: str) -> bool:
    """Whether one of the roles may do the action; False for an action that is not in the table."""
    return not MAY.get(action, frozenset()).isdisjoint(roles)
