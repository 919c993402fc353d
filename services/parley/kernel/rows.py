"""Rows of a view: put in, changed and removed by key, with statements that are made once, because making one costs ten times what running it does."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Delete, Insert, Table, Update, bindparam, delete, insert, update

_KEY = "key_"  # before a column's name: its value in the key, where the row may get another one


def put(connection: Connection, table: Table, row: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> None:
    """Put one row in, or several that say the same columns."""
    connection.execute(_insert(table), row)


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
