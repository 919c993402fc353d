"""Bracket history: what becomes of brackets when an alternative is chosen and when the text moves under them."""

import msgspec

from parley.text.bracketing import Bracket, Bracketed, Place, Span, bracketed, disentangled
from parley.text.carrying import Carrier
from parley.text.consolidating import Consolidation
from parley.text.operations import DeleteClause, Edit
from parley.text.tokens import Unfit


class Choice(msgspec.Struct, frozen=True):
    """One alternative taken: the operations that remove the others, and the text with this bracket lifted, ready to be carried."""

    operations: tuple[Edit | DeleteClause, ...]
    text: Bracketed


class CarriedBrackets(msgspec.Struct, frozen=True):
    """The new version with the brackets that have a place in it, and those that have none, for the chair to look at."""

    text: Bracketed
    lost: tuple[Bracket, ...]


def choose(text: Bracketed, at: int, choice: int) -> Choice:
    """Takes one of the alternatives of a bracket, which closes the others. A bracket whose choice is made has no second one."""
    bracket = text.brackets[at]
    if bracket.state == "lifted" or not 0 <= choice < len(bracket.choices):
        raise Unfit("no-such-choice", "This bracket has no such alternative to choose any more. Name one that is open.")
    kept = bracket.choices[choice]
    operations = (*_removed(text, bracket.span.start, kept.start), *_removed(text, kept.end, bracket.span.end))
    taken = msgspec.structs.replace(bracket, state="lifted", choices=())
    return Choice(operations, Bracketed(text.version, (*text.brackets[:at], taken, *text.brackets[at + 1 :])))


def _removed(text: Bracketed, start: Place, end: Place) -> list[Edit | DeleteClause]:
    found: list[Edit | DeleteClause] = []
    for at in range(start.clause, end.clause + 1):
        clause = text.version.clauses[at]
        first, last = start.at if at == start.clause else 0, end.at if at == end.clause else len(clause.text)
        if first == 0 and last == len(clause.text):
            found.append(DeleteClause(clause.id, clause.text))
        elif first < last:
            found.append(Edit(clause.id, first, last, clause.text[first:last], ""))
    return found


def carried(text: Bracketed, made: Consolidation) -> CarriedBrackets:
    """The brackets on the version that a consolidation of their own has made. New words at an edge stay outside, words that replace an edge inside."""
    carrier = Carrier(made)
    moved = {at: now for at, bracket in enumerate(text.brackets) if (now := _moved(text, bracket, carrier, made))}
    kept, crossing = disentangled(moved.values())
    lost = [bracket for at, bracket in enumerate(text.brackets) if at not in moved or moved[at] in crossing]
    return CarriedBrackets(Bracketed(made.version, tuple(kept)), tuple(lost))


def _moved(text: Bracketed, bracket: Bracket, carrier: Carrier, made: Consolidation) -> Bracket | None:
    span = _span(text, bracket.span, carrier, made)
    choices = [_span(text, choice, carrier, made) for choice in bracket.choices]
    if span is None:
        return None
    for now in (
        msgspec.structs.replace(bracket, span=span, choices=tuple(choice for choice in choices if choice)),
        msgspec.structs.replace(bracket, span=span, choices=()),
    ):
        try:
            return bracketed(made.version, [now]).brackets[0]
        except Unfit:  # an alternative went with its words, and what is left is a bracket like others; or nothing is left
            continue
    return None


def _span(text: Bracketed, span: Span, carrier: Carrier, made: Consolidation) -> Span | None:
    """The span in the new version: from the first of its clauses that still stands to the last."""
    clauses = text.version.clauses
    standing = [at for at in range(span.start.clause, span.end.clause + 1) if clauses[at].id not in made.structure.deleted]
    if not standing:
        return None
    first, last = standing[0], standing[-1]
    start = carrier.edge(clauses[first].id, span.start.at if first == span.start.clause else 0, opens=True)
    end = carrier.edge(clauses[last].id, span.end.at if last == span.end.clause else len(clauses[last].text), opens=False)
    return Span(*(Place(made.version.place[clause], at) for clause, at in (start, end)))
