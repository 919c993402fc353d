"""Views: tables that are folded from the facts of services, and small states that are known beside them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from sqlmodel import SQLModel

from parley.kernel.knowledge import Knowledge
from parley.kernel.log import Recorded


@dataclass(frozen=True)
class View:
    """What readers of one service see.

    Args:
        name: the service's name.
        form: raised when tables or fold change; the view is then built anew at the next start.
        sources: the services whose facts it follows.
        tables: its own tables, made and dropped with it.
        fold: takes one fact into the tables.
        knowledge: small states by key, folded before the tables.
        public_only: it is given public facts alone, by their own numbering.
    """

    name: str
    form: int
    sources: frozenset[str]
    tables: tuple[type[SQLModel], ...]
    fold: Callable[[Connection, Recorded], None]
    knowledge: tuple[Knowledge[Any], ...] = ()
    public_only: bool = False
