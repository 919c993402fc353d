"""Parley with a given clock and given chance, for comparing what two of them make of the same: run as a program in the place of `parley`.

GIVEN_CLOCK names the file in which the time stands. It is the record's clock, so that facts, deadlines and embargoes go by it and by nothing else.
"""

import os
import secrets
from datetime import datetime, timedelta
from pathlib import Path


class GivenClock:
    """A clock in a file, which only its player moves."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __call__(self) -> datetime:
        return datetime.fromisoformat(self.file.read_text())

    def set(self, moment: datetime) -> None:
        """Let it be a moment; never an earlier one than it is."""
        later = max(moment, self()) if self.file.exists() else moment
        beside = self.file.with_suffix(".new")
        beside.write_text(later.isoformat(timespec="milliseconds"))
        beside.replace(self.file)  # whoever reads finds a whole time

    def tick(self) -> None:
        """Let a tenth of a second pass."""
        self.set(self() + timedelta(milliseconds=100))


def main() -> None:
    """`parley`, by the given clock, with one invitation code."""
    from parley.kernel import sql_log
    from parley.main import cli

    clock, opened = GivenClock(Path(os.environ["GIVEN_CLOCK"])), sql_log.SqlLog.__init__
    sql_log.SqlLog.__init__ = lambda log, database, _=None: opened(log, database, clock)  # type: ignore[method-assign, assignment, misc]
    secrets.token_hex = lambda size=32: "5d" * size  # type: ignore[assignment, misc]
    cli()


if __name__ == "__main__":
    main()
