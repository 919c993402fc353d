"""A draft for tests of rules: who is who, a zero draft of four clauses, and commands with what does not matter filled in."""

from typing import Any

from delegations.people import EARLIER, LATER, NOON, chair, head, secretariat
from parley.drafts.facts import AmendmentWindowOpened, DocumentTabled
from parley.drafts.quoting import Wanted
from parley.drafts.rules import DOCUMENTS
from parley.drafts.rules_chair import RuleOnAmendments
from parley.drafts.rules_importing import ImportAmendment
from parley.drafts.rules_proposing import ProposeAmendment, RestateAmendment
from parley.drafts.rules_versions import MakeVersion
from parley.protocol.standing import Actor, Delegation, Standing
from parley.text import Clause, version
from spec import Spec

CLAUSES = (
    Clause("t", "Security of networks", kind="title"),
    Clause("p1", "Parties should share information on threats.", number="1"),
    Clause("p2", "Sharing is voluntary.", number="2"),
    Clause("p2a", "It is free of charge.", number="a", kind="point", parent="p2"),
)
ZERO = version(CLAUSES)
DOCUMENT = "prague/zero"

standing = Standing(
    known_at=9, open=True, title="Prague", themes=("policy", "security"), groups={"EU": ("CZ", "PL", "SK"), "V4": ()},
    delegations={"JP": Delegation("Japan"), "NO": Delegation("Norway"), "CZ": Delegation("Czechia", "accepted"), "SK": Delegation("Slovakia"),
                 "PL": Delegation("Poland", "suspended")},
)  # fmt: skip
closed = Standing(known_at=9, title="Prague", themes=standing.themes, delegations=standing.delegations)
unknown = Standing()

tabled = DocumentTabled(DOCUMENT, "Security of networks", "participants", CLAUSES, ZERO.root)
opened = AmendmentWindowOpened(DOCUMENT, 0, NOON)
nothing = Spec(DOCUMENTS)
draft = nothing.given(tabled)
taking = draft.given(opened)

soften = Wanted("replace", "p1", "should share", "may share")
harden = Wanted("replace", "p1", "should share", "shall share")
add = Wanted("insert", "p2", new="Nothing here is binding.", number="3")
drop = Wanted("delete", "p2", "Sharing is voluntary.")
split = Wanted("split", "p1", "on threats", number="1a")
merge = Wanted("merge", "p1", "Parties should share information on threats.", "while", second="p2")
move = Wanted("move", "p1", "Parties should share information on threats.", after="p2")


def propose(wanted: Wanted = soften, by: Actor | None = None, **more: Any) -> ProposeAmendment:
    return ProposeAmendment(**({"by": by or head("JP"), "at": EARLIER, "standing": standing, "base_version": 0, "wanted": wanted} | more))


def restate(amendment: str = "A1", wanted: Wanted = harden, by: Actor | None = None, **more: Any) -> RestateAmendment:
    said = {"by": by or head("JP"), "at": LATER, "standing": standing, "amendment": amendment, "seen": 9_999, "base_version": 0, "wanted": wanted}
    return RestateAmendment(**(said | more))


def bring_in(wanted: Wanted, source: str = "am-1", **more: Any) -> ImportAmendment:
    said = {"by": secretariat, "at": LATER, "standing": standing, "source": source, "location": "Paragraph 1", "authors": ("Ada", "Bo"), "wanted": wanted}
    return ImportAmendment(**(said | more))


def rule(*amendments: str, outcome: str = "accepted", **more: Any) -> RuleOnAmendments:
    said = {"by": chair, "at": LATER, "standing": standing, "amendments": amendments, "seen": 9_999, "outcome": outcome, "reason_code": "merits"}
    return RuleOnAmendments(**(said | {"reason": "It was discussed."} | more))


def make(supersedes: int = 0, by: Actor = chair, **more: Any) -> MakeVersion:
    return MakeVersion(**({"by": by, "at": LATER, "standing": standing, "supersedes": supersedes} | more))


def told(spec: Spec, *commands: Any) -> Spec:
    """What the record holds after these commands, one decided after the other."""
    for command in commands:
        spec = spec.given(*spec.when(command).decided())
    return spec
