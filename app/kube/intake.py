"""Carry what stores tell over into what is known of a cluster, a little at a time.

Law: whoever waits for the event loop waits 5 ms for it at most, however long a first list is. What comes
first is carried over first.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, NoReturn, TypeVar

from app.kube.decode import ClusterObject
from app.kube.store import Changes, Key

T = TypeVar("T", bound=ClusterObject)

_SLICE_SECONDS = 0.005
_BETWEEN_LOOKS = 32  # items carried over between two looks at the clock: about 0.1 ms


@dataclass(frozen=True, slots=True)
class Sink(Generic[T]):
    """Where the objects of one resource go."""

    put: Callable[[T], object]
    drop: Callable[[T], object]
    retain: Callable[[Callable[[Key], bool]], object]
    """Forget all whose key does not pass: it is gone since an earlier connection."""
    lose_sight: Callable[[Callable[[Key], bool]], object]
    """Forget all whose key does not pass: it may not be seen any more, and may well be there."""
    order: Callable[[T], Any] | None = None
    """Sorts what comes together, where the order matters."""


def carried(changes: Changes[T], sink: Sink[T]) -> Iterator[None]:
    """Carry changes over, one object for each step; what is gone goes first, for its name may be taken."""
    for item in changes.deleted:
        sink.drop(item)
        yield
    put: Iterable[T] = (*changes.added, *(after for _, after in changes.updated))
    for item in put if sink.order is None else sorted(put, key=sink.order):
        sink.put(item)
        yield


class Intake:
    """What waits to be carried over.

    Args:
        on_change: called whenever some of it was.
        seconds: tells how much time has passed.
    """

    def __init__(
        self, on_change: Callable[[], object], seconds: Callable[[], float] = time.perf_counter
    ) -> None:
        self._on_change = on_change
        self._seconds = seconds
        self._waiting: deque[Iterator[None]] = deque()
        self._wake = asyncio.Event()

    def add(self, steps: Iterator[None]) -> None:
        """Have these steps done, after those that wait already."""
        self._waiting.append(steps)
        self._wake.set()

    async def run(self) -> NoReturn:
        """Do what waits, and what will come, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                self._do_a_slice()
                self._on_change()
                await asyncio.sleep(0)

    def _do_a_slice(self) -> None:
        end = self._seconds() + _SLICE_SECONDS
        while self._waiting and self._seconds() < end:
            steps = self._waiting[0]
            if all(_advance(steps) for _ in range(_BETWEEN_LOOKS)):
                continue
            self._waiting.popleft()


def _advance(steps: Iterator[None]) -> bool:
    """Do one step; return whether there was one."""
    return next(steps, steps) is None
