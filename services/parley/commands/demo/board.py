"""The board: who submitted what, the versions, the clock of the embargo and how far behind observers are; live on a terminal, silent elsewhere."""

from collections import Counter, deque
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

LINES = 14
_COLOURS = {"principle": "cyan", "position": "blue", "amendment": "magenta", "chair": "yellow", "observer": "green", "refused": "red", "secretariat": "white"}


class Board:
    """What has happened so far, drawn anew at each event. A context: the terminal is given back at its end."""

    def __init__(self, title: str, console: Console | None = None) -> None:
        self.title = title
        self.console = console or Console(stderr=True)
        self.counts: Counter[str] = Counter()
        self.themes: Counter[str] = Counter()
        self.versions: list[str] = []
        self.embargo: datetime | None = None
        self.lags: list[float] = []
        self._lines: deque[tuple[str, str, str, str]] = deque(maxlen=LINES)
        self._live = Live(console=self.console, refresh_per_second=8, get_renderable=self.drawn, transient=False)
        self._on = self.console.is_terminal

    def __enter__(self) -> Self:
        """Take the terminal, if there is one."""
        if self._on:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Give the terminal back."""
        if self._on:
            self._live.stop()

    def say(self, kind: str, who: str, what: str) -> None:
        """One thing that happened."""
        self.counts[kind] += 1
        self._lines.append((datetime.now(UTC).strftime("%H:%M:%S"), kind, who, what))

    def drawn(self) -> RenderableType:
        """The board as it is now."""
        events = Table.grid(padding=(0, 1))
        for at, kind, who, what in self._lines:
            events.add_row(
                Text(at, "dim"), Text(f"{kind:11}", _COLOURS.get(kind, "")), Text(f"{who:11}", "bold"), Text(what, overflow="ellipsis", no_wrap=True)
            )
        return Group(
            Panel(events, title=self.title, height=LINES + 2),
            Columns([Panel(self._themes(), title="principles"), Panel(self._state(), title="texts"), Panel(self._clock(), title="observers")]),
        )

    def _themes(self) -> Table:
        table = Table.grid(padding=(0, 1))
        for theme, count in self.themes.items():
            table.add_row(theme, Text("█" * count, "cyan"), str(count))
        table.add_row("positions", "", str(self.counts["position"]))
        return table

    def _state(self) -> Text:
        return Text("\n".join(self.versions[-6:]) or "none yet")

    def _clock(self) -> Text:
        left = (self.embargo - datetime.now(UTC)).total_seconds() if self.embargo else None
        lines = [
            "no embargo" if left is None else f"embargo: {left:4.1f} s left" if left > 0 else "released",
            f"received: {self.counts['observer']}",
            f"lag: {self.lags[-1] * 1000:.0f} ms" if self.lags else "lag: -",
        ]
        return Text("\n".join(lines))
