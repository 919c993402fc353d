r"""Bracket notation: bracketed text as it is really written, read tolerantly and written so that it reads back the same.

    The Parties [shall / should] [EU, JP: promptly] share […] information.

`[a / b]`, `[a/b]` of single words and `[a][b]` are alternatives; names that are known, before a colon, are owners; `[43]` directly
behind a word is a note mark, not a bracket. A backslash takes the next mark literally; `\&` is nothing, and keeps neighbours apart.
"""

from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise
from typing import Literal

import msgspec
import regex

from parley.text.bracketing import Bracket, Bracketed, Place, Span, bracketed
from parley.text.clauses import Clause, Version, version

_MARK = regex.compile(r"\\.|(?<=[^\s\[\]])\[\d{1,4}\]| / |[\[\]/]", regex.V1)
_OWNERS = regex.compile(r"\s*([^:\[\]\\]{1,200}):(?:\s|$)", regex.V1)
_ONE_WORD_EACH = regex.compile(r"\p{L}+(?:/\p{L}+)+", regex.V1)


class Problem(msgspec.Struct, frozen=True):
    """A bracket without its partner: it stays in the text as a character, and somebody should look at it."""

    clause: str
    at: int
    what: Literal["unopened", "unclosed"]


class _Mark(msgspec.Struct):
    """A piece of the written text: words, or a sign with the place of its partner in the list."""

    kind: Literal["text", "open", "close", "or"]
    text: str
    clause: int
    at: int
    partner: int = -1
    owners: tuple[str, ...] = ()
    member: bool = False
    """Whether it only stood for a choice: `[a][b]`."""


class _Frame(msgspec.Struct):
    """A bracket that is being read, and where its choices have ended so far."""

    start: Place
    mark: _Mark
    ends: list[Place] = []


def read(clauses: Iterable[Clause], owners: Collection[str] = ()) -> tuple[Bracketed, list[Problem]]:
    """The text without its brackets, the brackets as structure, and what was unbalanced. Brackets may nest and run through several clauses."""
    written = version(clauses).clauses
    marks = [mark for at, clause in enumerate(written) for mark in _marks(at, clause.text)]
    lonely = _partner(marks)
    for at, mark in enumerate(marks):
        if mark.kind == "open":
            _read_inside(marks, at, owners)
    texts, brackets = _built(_grouped(marks), len(written))
    plain = Version(tuple(msgspec.structs.replace(clause, text=text) for clause, text in zip(written, texts, strict=True)))
    problems = [Problem(written[mark.clause].id, mark.at, "unopened" if mark.text == "]" else "unclosed") for mark in lonely]
    return bracketed(plain, brackets), problems


def _marks(clause: int, text: str) -> Iterator[_Mark]:
    kinds: dict[str, Literal["open", "close", "or"]] = {"[": "open", "]": "close", " / ": "or", "/": "or"}
    at = 0
    for match in _MARK.finditer(text):
        mark = match.group()
        if at < match.start():
            yield _Mark("text", text[at : match.start()], clause, at)
        if mark in kinds:
            yield _Mark(kinds[mark], mark, clause, match.start())
        else:
            yield _Mark("text", mark if mark[0] == "[" else "" if mark == r"\&" else mark[1:], clause, match.start())
        at = match.end()
    if at < len(text):
        yield _Mark("text", text[at:], clause, at)


def _partner(marks: list[_Mark]) -> list[_Mark]:
    """Gives each bracket its partner; those that have none become text and are returned."""
    waiting: list[int] = []
    lonely: list[_Mark] = []
    for at, mark in enumerate(marks):
        if mark.kind == "open":
            waiting.append(at)
        elif mark.kind == "close" and waiting:
            mark.partner = waiting.pop()
            marks[mark.partner].partner = at
        elif mark.kind == "close":
            lonely.append(mark)
    lonely += [marks[at] for at in waiting]
    for mark in lonely:
        mark.kind = "text"
    return sorted(lonely, key=lambda mark: (mark.clause, mark.at))


def _read_inside(marks: list[_Mark], at: int, owners: Collection[str]) -> None:
    """Takes the owners from the beginning of a bracket, and sees whether it holds single words with slashes."""
    first = marks[at + 1]
    named = _OWNERS.match(first.text) if first.kind == "text" and first.clause == marks[at].clause else None
    names = tuple(name.strip() for name in named.group(1).split(",")) if named else ()
    if named and all(name in owners for name in names):
        marks[at].owners = names
        first.text = first.text[named.end() :]
    inside = marks[at + 1 : marks[at].partner]
    words = "".join(mark.text for mark in inside)
    one_clause = marks[at].clause == marks[marks[at].partner].clause
    if one_clause and {mark.kind for mark in inside} == {"text", "or"} and _ONE_WORD_EACH.fullmatch(words) and words.casefold() != "and/or":
        for mark in inside:
            mark.text = " / " if mark.kind == "or" else mark.text


def _grouped(marks: list[_Mark]) -> list[_Mark]:
    """Brackets side by side, or with a slash between them, are choices of one bracket around them."""
    before: dict[int, _Mark] = {}
    after: dict[int, _Mark] = {}
    seen: set[int] = set()
    depth = 0
    for at, mark in enumerate(marks):
        depth += (mark.kind == "open") - (mark.kind == "close")
        if mark.kind != "open" or at in seen:
            continue
        run = [at]
        while (following := _joined(marks, marks[run[-1]].partner, inside=depth > 1)) >= 0:
            run.append(following)
        seen.update(run)
        for one, other in pairwise(run):
            if other - marks[one].partner == 2:
                marks[other - 1].text = " / "
            else:
                after[marks[one].partner] = _Mark("or", " / ", marks[other].clause, -1)
        last = marks[run[-1]].partner
        if len(run) > 1 and not _fills_a_bracket(marks, at, last):
            before[at], after[last] = _Mark("open", "[", mark.clause, -1), _Mark("close", "]", marks[last].clause, -1)
            for one in run:
                marks[one].member = True
    return [one for at, mark in enumerate(marks) for one in (before.get(at), mark, after.get(at)) if one]


def _joined(marks: list[_Mark], close: int, *, inside: bool) -> int:
    """The bracket that opens where this one closes, or behind a slash there; -1 if none does. Inside a bracket, “ / ” divides that one."""
    slash = [mark for mark in marks[close + 1 : close + 2] if mark.kind == "or" and not (inside and mark.text == " / ")]
    following = close + 1 + len(slash)
    there = marks[following : following + 1]
    return following if there and there[0].kind == "open" and there[0].clause == marks[close].clause else -1


def _fills_a_bracket(marks: list[_Mark], first: int, last: int) -> bool:
    outside = first - 1
    while outside >= 0 and marks[outside].kind == "text" and not marks[outside].text:  # the owners stood there
        outside -= 1
    return outside >= 0 and marks[outside].kind == "open" and marks[outside].partner == last + 1


def _built(marks: list[_Mark], clauses: int) -> tuple[list[str], list[Bracket]]:
    """The plain text of each clause, and the brackets at their places in it."""
    texts = [""] * clauses
    frames: list[_Frame] = []
    found: list[Bracket] = []
    for mark in marks:
        here = Place(mark.clause, len(texts[mark.clause]))
        if mark.kind == "open":
            frames.append(_Frame(here, mark))
        elif mark.kind == "close":
            frame = frames.pop()
            if not "".join((texts[frame.start.clause][frame.start.at :], *texts[frame.start.clause + 1 :])).strip():
                texts[mark.clause] += "…"
            found += _closed(frame, Place(mark.clause, len(texts[mark.clause])), texts)
        else:
            if mark.kind == "or" and mark.text == " / " and frames:
                frames[-1].ends.append(here)
            texts[mark.clause] += mark.text
    leads = [len(text) - len(text.lstrip()) for text in texts]
    texts = [text.strip() for text in texts]
    return texts, [_without_space(bracket, leads, texts) for bracket in reversed(found)]


def _closed(frame: _Frame, end: Place, texts: list[str]) -> Iterator[Bracket]:
    starts = [frame.start, *(Place(place.clause, place.at + 3) for place in frame.ends)]
    choices = tuple(Span(start, stop) for start, stop in zip(starts, (*frame.ends, end), strict=True)) if frame.ends else ()
    whole = Bracketed(Version(tuple(Clause(str(at), text) for at, text in enumerate(texts))), ())
    if not all(whole.text(choice).strip() for choice in choices):  # a slash at the edge divides nothing
        choices = ()
    if frame.mark.owners or choices or not frame.mark.member:
        yield Bracket(Span(frame.start, end), frame.mark.owners, choices)


def _without_space(bracket: Bracket, leads: list[int], texts: list[str]) -> Bracket:
    """The bracket in texts that have lost the space at their ends."""

    def moved(span: Span) -> Span:
        start, end = (Place(place.clause, min(max(place.at - leads[place.clause], 0), len(texts[place.clause]))) for place in (span.start, span.end))
        return Span(start, end)

    choices = tuple(moved(choice) for choice in bracket.choices)
    apart = all(texts[other.start.clause][one.end.at : other.start.at] == " / " for one, other in pairwise(choices))
    return msgspec.structs.replace(bracket, span=moved(bracket.span), choices=choices if apart else ())


def written(text: Bracketed) -> list[Clause]:
    """The clauses with their open brackets written into the words; `read` gives the same structure back."""
    signs = _Signs(text)
    return [msgspec.structs.replace(clause, text=signs.written(at, clause.text)) for at, clause in enumerate(text.version.clauses)]


class _Signs:
    """What has to be put before which character of which clause."""

    def __init__(self, text: Bracketed) -> None:
        self._opens: dict[Place, str] = {}
        self._closes: dict[Place, str] = {}
        self._escaped: set[Place] = set()
        self._separators = {choice.end for bracket in text.open_brackets() for choice in bracket.choices[:-1]}
        for bracket in text.open_brackets():
            words = text.text(bracket.span)
            start, end = bracket.span.start, bracket.span.end
            prefix = f"{', '.join(bracket.owners)}: " if bracket.owners else r"\&" if regex.fullmatch(r"\d{1,4}", words) else ""
            self._opens[start] = f"{self._opens.get(start, '')}[{prefix}"
            self._closes[end] = f"]{self._closes.get(end, '')}"
            self._escape(text.version.clauses[start.clause].text, bracket, words)

    def _escape(self, clause: str, bracket: Bracket, words: str) -> None:
        """Marks what would read as something else: a colon behind no owner, a slash between no choices."""
        start = bracket.span.start
        colon = clause.find(":", start.at)
        if not bracket.owners and colon >= 0:
            self._escaped.add(Place(start.clause, colon))
        if _ONE_WORD_EACH.fullmatch(words):
            self._escaped.update(Place(start.clause, start.at + at) for at, character in enumerate(words) if character == "/")

    def written(self, clause: int, text: str) -> str:
        pieces: list[str] = []
        for at in range(len(text) + 1):
            place = Place(clause, at)
            closes, opens, character = self._closes.get(place, ""), self._opens.get(place, ""), text[at : at + 1]
            pieces.append(closes)
            if closes and (opens or text[at : at + 2].lstrip(" ")[:1] == "/"):
                pieces.append(r"\&")
            pieces.append(opens)
            slash = character == "/" and text[at - 1 : at + 2] == " / " and Place(clause, at - 1) not in self._separators
            if character and (character in "[]\\" or slash or place in self._escaped):
                pieces.append("\\")
            pieces.append(character)
        return "".join(pieces)
