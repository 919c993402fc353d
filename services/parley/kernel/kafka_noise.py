"""Noise: while a broker is away its clients say so many times a second. Each such sentence is passed on once in a while; what we say ourselves always is."""

import logging
import re
import time

CLIENTS = ("aiokafka", "faust", "kafka", "mode")
AGAIN_SECONDS = 30.0
_NUMBERS = re.compile(r"\d+")


class Once(logging.Filter):
    """Lets a sentence of a client pass once in `AGAIN_SECONDS`, whatever numbers it holds."""

    def __init__(self) -> None:
        super().__init__()
        self._passed: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it may pass."""
        if not record.name.startswith(CLIENTS):
            return True
        said, now = f"{record.name} {_NUMBERS.sub('#', str(record.msg)[:80])}", time.monotonic()
        if now - self._passed.get(said, -AGAIN_SECONDS) < AGAIN_SECONDS:
            return False
        self._passed[said] = now
        return True


def quieten() -> None:
    """Quieten the clients in every handler of this process."""
    once = Once()
    for handler in logging.getLogger().handlers:
        handler.addFilter(once)
