"""Waiters: callers who wait until a view has come so far, woken from whichever thread brings it there."""

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Cut = Mapping[str, int]


@dataclass(eq=False)
class Waiter:
    """A caller, and the cut of a lane that it waits for."""

    lane: str
    cut: Cut
    loop: asyncio.AbstractEventLoop
    reached: "asyncio.Future[None]"


class Waiters:
    """Those who wait for one view. `is_reached` says of a lane and a cut whether the view reflects it."""

    def __init__(self, is_reached: Callable[[str, Cut], bool]) -> None:
        self._is_reached = is_reached
        self._waiting: list[Waiter] = []
        self._guard = threading.Lock()

    def add(self, lane: str, cut: Cut) -> Waiter:
        """From now on the caller is woken; it may have got there since the caller looked, so look again before `wait`."""
        loop = asyncio.get_running_loop()
        waiter = Waiter(lane, cut, loop, loop.create_future())
        with self._guard:
            self._waiting.append(waiter)
        return waiter

    async def wait(self, waiter: Waiter, seconds: float) -> None:
        """Return once the cut is reached, or raise what `release` was given; TimeoutError after `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                await waiter.reached
        finally:
            with self._guard:
                if waiter in self._waiting:
                    self._waiting.remove(waiter)

    def release(self, fault: Exception | None = None) -> None:
        """Wake those whose cut is reached; with a fault, everybody: what they wait for will not come."""
        ready: list[Waiter] = []
        left: list[Waiter] = []
        with self._guard:
            for waiter in self._waiting:
                (ready if fault or self._is_reached(waiter.lane, waiter.cut) else left).append(waiter)
            self._waiting = left
        by_loop: dict[asyncio.AbstractEventLoop, list[Waiter]] = {}
        for waiter in ready:
            by_loop.setdefault(waiter.loop, []).append(waiter)
        for loop, waiters in by_loop.items():
            try:
                loop.call_soon_threadsafe(_wake, waiters, fault)
            except RuntimeError:  # the loop is closed: nobody waits any more
                continue


def _wake(waiters: list[Waiter], fault: Exception | None) -> None:
    for waiter in waiters:
        if waiter.reached.done():
            continue
        if fault:
            waiter.reached.set_exception(fault)
        else:
            waiter.reached.set_result(None)
