"""Markings: how far a text may travel, from everybody to a few (after TLP 2.0 of FIRST: a derived text takes the strictest marking of its sources)."""

from collections.abc import Iterable

PUBLIC = "public"
PARTICIPANTS = "participants"
RESTRICTED = "restricted"

MARKINGS = (PUBLIC, PARTICIPANTS, RESTRICTED)
"""From the loosest to the strictest. `restricted` is for the bench and the delegations that are listed with the text."""


def strictest(markings: Iterable[str]) -> str:
    """The marking that a text takes from its sources; public where there are none."""
    return max(markings, key=MARKINGS.index, default=PUBLIC)


def looser(one: str, other: str) -> bool:
    """Whether `one` lets a text travel further than `other`."""
    return MARKINGS.index(one) < MARKINGS.index(other)
