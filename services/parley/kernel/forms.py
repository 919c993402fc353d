"""The forms of facts, states and receipts, which msgspec learns before threads use them."""

from collections.abc import Iterator
from contextlib import suppress

import msgspec


def learn() -> None:
    """Let msgspec learn every form that is declared by now, one after the other.

    Otherwise it learns a form at its first use; and whoever uses that form in another thread meanwhile reads what is not there yet, and the process ends
    with a segmentation fault (msgspec 0.22; seen at a service that had just started, when a request, its record and messages came at once).
    """
    for form in _declared(msgspec.Struct):
        with suppress(TypeError):  # of a form that is never read from JSON
            msgspec.json.Decoder(form)


def _declared(form: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    for one in form.__subclasses__():
        yield one
        yield from _declared(one)
