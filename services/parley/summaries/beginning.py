"""Beginning: a summary takes title, themes, attribution and marking from the negotiation, and what the chair chooses within them."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from parley.kernel.decider import Invalid, require
from parley.protocol.marking import MARKINGS, RESTRICTED, looser
from parley.protocol.standing import Actor
from parley.summaries.facts import SummaryMarked, SummaryRetitled, SummaryStarted, Theme
from parley.summaries.forum import Forum
from parley.summaries.summary import Summary


class StartSummary(msgspec.Struct, frozen=True):
    """Begin a summary. Without themes it takes those of the negotiation."""

    by: Actor
    at: datetime
    summary: str
    forum: Forum
    title: str
    marking: str | None = None
    audience: tuple[str, ...] = ()
    language: str = "en"
    themes: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    nicknames: tuple[str, ...] = ()
    countersigned: bool = False


class RetitleSummary(msgspec.Struct, frozen=True):
    """Give it a new title."""

    by: Actor
    at: datetime
    title: str


class MarkSummary(msgspec.Struct, frozen=True):
    """Say how far it may travel."""

    by: Actor
    at: datetime
    marking: str
    audience: tuple[str, ...]
    reason: str


def start(summary: Summary, command: StartSummary) -> list[msgspec.Struct]:
    """The summary begins under the negotiation's attribution, and under its marking or a stricter one."""
    require(not summary.started, "summary-exists", "There is a summary under this number. Read the list and begin the next one.")
    marking = command.marking or command.forum.marking
    _require_marking(marking, command.audience)
    require(
        not looser(marking, command.forum.marking), "marking-too-loose",
        "The negotiation's marking was chosen before anything was captured. Choose the same for the summary, or a stricter one.",
    )  # fmt: skip
    titles = command.themes or command.forum.themes
    themes = tuple(Theme(f"t{number}", title, about=title) for number, title in enumerate(titles, start=1))
    started = SummaryStarted(
        summary=command.summary, negotiation=command.forum.negotiation, title=command.title, attribution=command.forum.attribution, marking=marking,
        audience=command.audience, language=command.language, themes=themes, claims=command.claims, nicknames=command.nicknames,
        countersigned=command.countersigned,
    )  # fmt: skip
    return [started]


def mark(summary: Summary, command: MarkSummary) -> list[msgspec.Struct]:
    """The marking changes, with a reason; whether it is loose enough for the sources is the gate's question."""
    _require_marking(command.marking, command.audience)
    require(command.reason.strip(), "reason-missing", "Say why the marking changes; the reason is kept.")
    return [SummaryMarked(summary.summary, command.marking, command.audience, command.reason)]


def retitle(summary: Summary, command: RetitleSummary) -> list[msgspec.Struct]:
    """The summary has another title."""
    return [SummaryRetitled(summary.summary, command.title)]


def _require_marking(marking: str, audience: Sequence[str]) -> None:
    if marking not in MARKINGS:
        raise Invalid("unknown-marking", f"A marking is one of: {', '.join(MARKINGS)}.")
    if bool(audience) and marking != RESTRICTED:
        raise Invalid("audience-without-restriction", "Only a restricted text has a list of delegations. Leave the list out, or mark it restricted.")
