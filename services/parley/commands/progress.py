"""Progress: a bar on stderr where a person looks on, and nothing where a program does."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Step = TypeVar("Step")


def bar() -> Progress:
    """A progress display; silent unless stderr is a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, disable=not sys.stderr.isatty())


def steps(what: str, each: Iterable[Step], total: int) -> Iterator[Step]:
    """Each step in turn, shown as it is done."""
    with bar() as progress:
        task = progress.add_task(what, total=total)
        for step in each:
            yield step
            progress.advance(task)
