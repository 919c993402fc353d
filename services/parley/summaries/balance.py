"""Balance: whose inputs a working text takes up, before it is issued: by group, by delegation, and who is passed over altogether."""

from collections.abc import Mapping

import msgspec

from parley.summaries.disposing import MERGED
from parley.summaries.gate import TAKEN_UP
from parley.summaries.inputs import Inputs
from parley.summaries.summary import Summary

ALONE = ""
"""Stands for the delegations that are in no group."""


class Share(msgspec.Struct, frozen=True):
    """Of the live inputs of so many delegations, so many are taken up: reflected, partly, or merged into others."""

    of: str
    delegations: int
    inputs: int
    taken_up: int


class Balance(msgspec.Struct, frozen=True):
    """Shares by group and by delegation; `passed_over` have put something in, and nothing of it is taken up."""

    groups: tuple[Share, ...]
    delegations: tuple[Share, ...]
    passed_over: tuple[str, ...]


def balance_of(summary: Summary, inputs: Inputs, groups: Mapping[str, tuple[str, ...]], roster: tuple[str, ...]) -> Balance:
    """The balance of a text, counted by who put an input in; a delegation that is in two groups counts in both."""
    put_in, taken = dict[str, int](), dict[str, int]()
    for one in inputs.live():
        said = summary.dispositions.get(one.reference)
        put_in[one.delegation] = put_in.get(one.delegation, 0) + 1
        taken[one.delegation] = taken.get(one.delegation, 0) + (said is not None and said.disposition in (*TAKEN_UP, MERGED))
    grouped = {member for members in groups.values() for member in members}
    circles = {**groups, ALONE: tuple(one for one in roster if one not in grouped)}
    return Balance(
        groups=tuple(_share(name, members, put_in, taken) for name, members in sorted(circles.items())),
        delegations=tuple(_share(one, (one,), put_in, taken) for one in sorted(put_in)),
        passed_over=tuple(one for one in sorted(put_in) if not taken[one]),
    )


def _share(name: str, members: tuple[str, ...], put_in: Mapping[str, int], taken: Mapping[str, int]) -> Share:
    return Share(name, len(members), sum(put_in.get(one, 0) for one in members), sum(taken.get(one, 0) for one in members))
