"""Ports: what an operator may plug in to help the chair. It proposes; nothing that it says is issued without the gate and the chair."""

from collections.abc import Sequence
from typing import Protocol

import msgspec


class Nearest(msgspec.Struct, frozen=True):
    """An input that is alike, and the words of content that both use."""

    input: str
    shared: tuple[str, ...]


class Similarity(Protocol):
    """Finds what says most nearly the same in other words. It never groups anything."""

    def nearest(self, text: str, others: Sequence[tuple[str, str]], code: str, limit: int) -> list[Nearest]:
        """The names of the texts that are most like `text`, the most alike first."""
        ...


class Drafter(Protocol):
    """Proposes the words of a sentence for texts that were found to say the same. `name` is recorded with what it proposes."""

    name: str

    def draft(self, texts: Sequence[str], code: str) -> str | None:
        """A wording, or None to leave the texts their own."""
        ...
