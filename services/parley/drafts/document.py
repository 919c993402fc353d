"""A document as it is now: its versions, its window and its amendments."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from immutables import Map

from parley import text as engine
from parley.protocol.consensus import Call
from parley.protocol.silence import Silence
from parley.protocol.standing import Actor
from parley.protocol.visibility import LATE, LIVE, WITHDRAWN, may_read
from parley.text.authorship import Authorship

MISQUOTED, UNPLACED, NEEDS_AUTHOR, PARKED = "misquoted", "unplaced", "needs-author", "parked"
APPLIED, SATISFIED, FALLEN = "applied", "satisfied", "fallen"
ACCEPTED, MODIFIED = "accepted", "accepted-modified"
REJECTED, INADMISSIBLE, NO_ACTION, NOT_MOVED, MOOT = "rejected", "inadmissible", "no-action", "not-moved", "moot"

TAKEN_IN = (ACCEPTED, MODIFIED)
"""What the next version takes in."""

LEFT_OUT = (REJECTED, INADMISSIBLE, NO_ACTION, NOT_MOVED, MOOT)
"""What the chair has disposed of otherwise."""

OUTCOMES = (*TAKEN_IN, PARKED, *LEFT_OUT)
"""What the chair can rule."""

UNSETTLED = (MISQUOTED, UNPLACED, NEEDS_AUTHOR)
"""What cannot be accepted until it is restated."""

OPEN = (LIVE, LATE, PARKED, *UNSETTLED)
"""What no ruling has disposed of: every new version says what became of it."""

STATES = (*OPEN, *TAKEN_IN, *LEFT_OUT, WITHDRAWN, APPLIED, SATISFIED, FALLEN)


@dataclass(frozen=True)
class Amendment:
    """What is true of an amendment now. `changed` is the document's stream version at which it last changed; `amends` what a sub-amendment is about."""

    amendment: str
    delegation: str
    sponsors: tuple[str, ...]
    state: str
    clause: str
    operation: str
    old: str
    new: str
    base_version: int
    operations: tuple[engine.Operation, ...]
    marking: str
    audience: tuple[str, ...]
    imported: bool
    changed: int
    ruled: tuple[engine.Operation, ...] = ()
    settled: bool = False
    amends: str = ""
    package: bool = False

    @property
    def effect(self) -> tuple[engine.Operation, ...]:
        """What it does if it is accepted: the chair's wording where there is one, else its own."""
        return self.ruled or self.operations

    def visible_to(self, actor: Actor) -> bool:
        """Whether an actor who may read the document may know of it."""
        return may_read(actor, "document.read", authors=(self.delegation, *self.sponsors), marking=self.marking, audience=self.audience, state=self.state)


AGREED, OPEN_AGAIN = "agreed-ad-ref", "open"
MARKS = (AGREED, PARKED, OPEN_AGAIN)
"""What the chair can say of a clause."""


@dataclass(frozen=True)
class Mark:
    """What the chair has said of a clause, and of which words."""

    state: str
    wording: str


@dataclass(frozen=True)
class Edition:
    """One version of the document, as it was made."""

    text: engine.Version
    label: str
    marking: str
    released: bool = False
    authors: Authorship = field(default_factory=dict)


@dataclass(frozen=True)
class Window:
    """When amendments are in time."""

    closes_at: datetime
    closed: bool = False

    def over(self, at: datetime) -> bool:
        """Whether what comes at this time is late."""
        return self.closed or at >= self.closes_at


@dataclass(frozen=True)
class Document:
    """What is true of a document now; without editions there is none. `facts` is the version of its stream."""

    document: str = ""
    title: str = ""
    marking: str = ""
    audience: tuple[str, ...] = ()
    facts: int = 0
    editions: tuple[Edition, ...] = ()
    window: Window | None = None
    amendments: Map[str, Amendment] = field(default_factory=Map)
    alike: Map[str, tuple[str, ...]] = field(default_factory=Map)
    sources: Map[str, str] = field(default_factory=Map)
    edits: Map[str, engine.Amendment] = field(default_factory=Map)
    edits_made: int = 0
    marks: Map[str, Mark] = field(default_factory=Map)
    closed: bool = False
    silences: tuple[Silence, ...] = ()
    calls: tuple[Call, ...] = ()

    @property
    def current(self) -> int:
        """The number of the present version."""
        return len(self.editions) - 1

    @property
    def text(self) -> engine.Version:
        """The text of the present version."""
        return self.editions[-1].text

    def agreed(self, clause: str) -> bool:
        """Whether a clause is agreed ad referendum as it now reads."""
        mark = self.marks.get(clause)
        return mark is not None and mark.state == AGREED and clause in self.text and self.text.clause(clause).wording == mark.wording

    def visible_to(self, actor: Actor) -> bool:
        """Whether an actor may know of it."""
        return bool(self.editions) and may_read(actor, "document.read", authors=(), marking=self.marking, audience=self.audience, state=LIVE)


def label_of(version: int) -> str:
    """What a version is called: the zero draft, then Rev.1, Rev.2, and so on."""
    return f"Rev.{version}" if version else "Zero draft"


def in_order(amendments: Iterable[str]) -> list[str]:
    """Names of amendments (or edits) by their number: A2 before A10."""
    return sorted(amendments, key=lambda name: int(name[1:]))
