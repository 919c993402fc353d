"""The scenario: who takes part, what they say, and what becomes of it."""

import tomllib
from importlib.resources import files
from typing import Any

import msgspec


class Group(msgspec.Struct, frozen=True):
    """A group of delegations."""

    name: str
    members: tuple[str, ...]


class Principle(msgspec.Struct, frozen=True):
    """A principle, and what the others say of it."""

    name: str
    by: str
    theme: str
    text: str
    on_behalf_of: str | None = None
    supported_by: tuple[str, ...] = ()
    opposed_by: tuple[str, ...] = ()
    reserved_by: tuple[str, ...] = ()
    held_by: tuple[str, ...] = ()
    withdrawn: bool = False
    late: bool = False

    def positions(self) -> list[tuple[str, str]]:
        """Delegation and stance, in the order in which they are taken."""
        said = (("support", self.supported_by), ("oppose", self.opposed_by), ("reserve", self.reserved_by), ("hold", self.held_by))
        return [(delegation, stance) for stance, delegations in said for delegation in delegations]


class Clause(msgspec.Struct, frozen=True):
    """A clause of the zero draft."""

    clause: str
    number: str
    kind: str
    text: str


class Amendment(msgspec.Struct, frozen=True):
    """An amendment, and the chair's ruling on it before a version."""

    by: str
    clause: str
    operation: str
    new: str
    reason: str
    ruling: str
    version: int
    sponsors: tuple[str, ...] = ()
    wording: str | None = None


class Draft(msgspec.Struct, frozen=True):
    """The document and its amendments; and who breaks the silence on its last version, in which words."""

    document: str
    title: str
    clauses: tuple[Clause, ...]
    amendments: tuple[Amendment, ...]
    broken_by: str
    broken_because: str


class Words(msgspec.Struct, frozen=True):
    """What the chair writes: a claim that the gate refuses, the words instead of it, a slip that is corrected later; and who reserves its position on what."""

    title: str
    claim: str
    instead: str
    correction_from: str
    correction_to: str
    reserved_by: str
    reservation: str


class Scenario(msgspec.Struct, frozen=True):
    """A whole negotiation."""

    negotiation: dict[str, Any]
    delegations: dict[str, str]
    groups: dict[str, Group]
    principles: tuple[Principle, ...]
    draft: Draft
    summary: Words

    @property
    def roster(self) -> str:
        """The roster as CSV: every delegation with its head, the groups, the chair and the rapporteur."""
        rows = ["kind,code,name,role,delegation"]
        rows += [f'delegation,{code},"{name}",,' for code, name in self.delegations.items()]
        rows += [f'group,{code},"{group.name}",,' for code, group in self.groups.items()]
        rows += [f"member,{code},,,{member}" for code, group in self.groups.items() for member in group.members]
        rows += [f'person,{head_of(code)},"Head of the delegation of {name}",head,{code}' for code, name in self.delegations.items()]
        rows += ["person,chair,Alena Dvorská,member,CZ", "person,rapporteur,Jan Pokorný,secretariat,", "office,chair,chair,,", "office,rapporteur,rapporteur,,"]
        return "\n".join(rows) + "\n"


def head_of(delegation: str) -> str:
    """The name on the roster of the person who heads a delegation."""
    return f"{delegation.lower()}-head"


def load(name: str = "prague_5g") -> Scenario:
    """The scenario of that name."""
    text = (files("parley.commands") / "scenarios" / f"{name}.toml").read_text()
    return msgspec.convert(tomllib.loads(text), Scenario)
