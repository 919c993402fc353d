"""How the shared rules of the protocol say no; a service answers it as its own refusal."""

from typing import Any


class RuledOut(Exception):  # noqa: N818  (an answer of the rules, not an error of the program)
    """A rule said no. `rule` is a stable code, `why` a sentence that says what to do; `details` go into the answer as they are."""

    def __init__(self, rule: str, why: str, **details: Any) -> None:
        super().__init__(rule)
        self.rule = rule
        self.why = why
        self.details = details


class Impossible(RuledOut):
    """The input can never be right, whatever the state of things."""
