"""Rows of a view: put in, changed and removed by key, with statements that are made once, because making one costs ten times what running it does."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Delete, Insert, Table, Update, bindparam, delete, event, insert, update

_KEY = "key_"  # before a column's name: its value in the key, where the row may get another one
_Gathered = dict[tuple[Insert, tuple[str, ...]], list[Mapping[str, Any]]]
_gathered: WeakKeyDictionary[Connection, _Gathered] = WeakKeyDictionary()


@contextmanager
def gathering(connection: Connection) -> Iterator[None]:
    """Write what is put in here together: before the next other statement, which must see it, and at the end.

    A row that the store refuses is then refused at one of these, not where it was put in.
    """
    gathered: _Gathered = {}

    def write(*_: Any) -> None:
        while gathered:
            statement, columns = next(iter(gathered))
            connection.execute(statement, gathered.pop((statement, columns)))

    event.listen(connection, "before_execute", write)
    _gathered[connection] = gathered
    try:
        yield
        write()
    finally:
        del _gathered[connection]
        event.remove(connection, "before_execute", write)


def put(connection: Connection, table: Table, row: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> None:
    """Put one row in, or several that say the same columns."""
    put_by(connection, _insert(table), row)


def put_by(connection: Connection, statement: Insert, row: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> None:
    """The same by a statement of the view's own, which has to be the same object each time."""
    gathered = _gathered.get(connection)
    if gathered is None:
        connection.execute(statement, row)
        return
    for one in [row] if isinstance(row, Mapping) else row:
        gathered.setdefault((statement, tuple(one)), []).append(one)


def change(connection: Connection, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Give the rows with these values of `key` others."""
    connection.execute(_update(table, tuple(key), tuple(values)), {**{_KEY + name: value for name, value in key.items()}, **values})


def remove(connection: Connection, table: Table, key: Mapping[str, Any]) -> None:
    """Take the rows with these values of `key` away."""
    connection.execute(_delete(table, tuple(key)), {_KEY + name: value for name, value in key.items()})


@cache
def _insert(table: Table) -> Insert:
    return insert(table)


@cache
def _update(table: Table, key: tuple[str, ...], values: tuple[str, ...]) -> Update:
    return update(table).where(*(table.c[name] == bindparam(_KEY + name) for name in key)).values({name: bindparam(name) for name in values})


@cache
def _delete(table: Table, key: tuple[str, ...]) -> Delete:
    return delete(table).where(*(table.c[name] == bindparam(_KEY + name) for name in key))
