"""Bracketing: what is not agreed, as spans with owners beside the text, never as characters in it."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal

import msgspec
import regex

from parley.text.clauses import Version
from parley.text.tokens import Unfit

_PLACEHOLDER = regex.compile(r"…|\.{2,}|_{2,}|[XYZN]{1,3}|TBD|tbd|tbc|TBC|to be (?:completed|determined|decided|added)", regex.V1)


class Place(msgspec.Struct, frozen=True, order=True, gc=False):
    """A gap between characters: which clause, by its place in the version, and behind how many characters of it."""

    clause: int
    at: int


class Span(msgspec.Struct, frozen=True, order=True, gc=False):
    """From one place to another, through as many clauses as lie between."""

    start: Place
    end: Place


class Bracket(msgspec.Struct, frozen=True):
    """A span that its owners do not agree to yet. With `choices` it holds alternatives, of which at most one is ever taken."""

    span: Span
    owners: tuple[str, ...] = ()
    choices: tuple[Span, ...] = ()
    state: Literal["open", "lifted"] = "open"
    reason: str = ""


class Bracketed(msgspec.Struct, frozen=True):
    """A version with its brackets, outer before inner. Built by `bracketed` or the parser."""

    version: Version
    brackets: tuple[Bracket, ...]

    def text(self, span: Span) -> str:
        """The words in a span, clauses apart by line ends."""
        clauses = self.version.clauses[span.start.clause : span.end.clause + 1]
        if len(clauses) == 1:
            return clauses[0].text[span.start.at : span.end.at]
        return "\n".join((clauses[0].text[span.start.at :], *(clause.text for clause in clauses[1:-1]), clauses[-1].text[: span.end.at]))

    def is_placeholder(self, bracket: Bracket) -> bool:
        """Whether the bracket only keeps a place for words that nobody has proposed yet."""
        return _PLACEHOLDER.fullmatch(self.text(bracket.span).strip()) is not None

    def open_brackets(self) -> tuple[Bracket, ...]:
        """Those that still stand."""
        return tuple(bracket for bracket in self.brackets if bracket.state == "open")


def bracketed(version: Version, brackets: Iterable[Bracket]) -> Bracketed:
    """The version with these brackets, in order; Unfit where one is empty, outside the text, or crosses another."""
    found = list(brackets)
    for bracket in found:
        _check_span(version, bracket)
    nested, crossing = disentangled(found)
    if crossing:
        raise Unfit("brackets-cross", "Two brackets cross. Close the inner one before the outer one, or divide it in two.")
    return Bracketed(version, tuple(nested))


def disentangled(brackets: Iterable[Bracket]) -> tuple[list[Bracket], list[Bracket]]:
    """The brackets in order, outer before inner, and apart from them those that cross one before."""
    nested: list[Bracket] = []
    crossing: list[Bracket] = []
    inside: list[Place] = []
    for bracket in sorted(brackets, key=lambda one: (one.span.start, -one.span.end.clause, -one.span.end.at)):
        while inside and inside[-1] <= bracket.span.start:
            inside.pop()
        if inside and inside[-1] < bracket.span.end:
            crossing.append(bracket)
        else:
            inside.append(bracket.span.end)
            nested.append(bracket)
    return nested, crossing


def _check_span(version: Version, bracket: Bracket) -> None:
    for span in (bracket.span, *bracket.choices):
        for place in (span.start, span.end):
            if not (0 <= place.clause < len(version.clauses) and 0 <= place.at <= len(version.clauses[place.clause].text)):
                raise Unfit("no-such-place", "A bracket stands outside the text. Name places that this version has.")
        if span.end <= span.start or not Bracketed(version, ()).text(span).strip():
            raise Unfit("empty-bracket", "A bracket or a choice in it is empty. Put “…” where words are still to come.")
    if any(set(owner) & set(":,[]\\") or owner != owner.strip() or not owner for owner in bracket.owners):
        raise Unfit("owner-name", "An owner's name holds no colon, comma, bracket or backslash.")
    if bracket.choices:
        between = [Span(one.end, other.start) for one, other in pairwise(bracket.choices)]
        ends = (bracket.choices[0].start, bracket.choices[-1].end) == (bracket.span.start, bracket.span.end)
        if not ends or not between or any(Bracketed(version, ()).text(span) != " / " for span in between):
            raise Unfit("choices-apart", "Choices fill their bracket, two or more, with “ / ” between them.")


def lifted(text: Bracketed, at: int, by: Sequence[str]) -> Bracketed:
    """The text with one bracket lifted by its owners: all of them, for each holds it. A bracket without owner is lifted by whoever may."""
    bracket = text.brackets[at]
    if missing := [owner for owner in bracket.owners if owner not in by]:
        raise Unfit("not-the-owner", f"{', '.join(missing)} still holds this bracket. Only its owners lift it.")
    if bracket.choices:
        raise Unfit("choice-open", "These are alternatives. Choose one of them; the bracket goes with the choice.")
    now = msgspec.structs.replace(bracket, state="lifted")
    return Bracketed(text.version, (*text.brackets[:at], now, *text.brackets[at + 1 :]))
