"""What a side of a comparison measures of itself: time, memory, and how long the event loop stood still."""

import asyncio
import time
from pathlib import Path

_TICK_SECONDS = 0.001


def resident_bytes() -> int:
    """Return this process's resident memory (Linux)."""
    fields = Path("/proc/self/statm").read_text(encoding="ascii").split()
    return int(fields[1]) * 4096


class StallMeter:
    """Notes the longest time that a task which only wants to run every millisecond had to wait."""

    def __init__(self) -> None:
        self._worst_seconds = 0.0
        self._task = asyncio.create_task(self._tick())

    async def _tick(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(_TICK_SECONDS)
            self._worst_seconds = max(self._worst_seconds, time.perf_counter() - before - _TICK_SECONDS)

    def take_ms(self) -> float:
        """Return the worst stall since the last call, in milliseconds."""
        worst, self._worst_seconds = self._worst_seconds, 0.0
        return round(worst * 1000, 1)

    def stop(self) -> None:
        """Stop ticking."""
        self._task.cancel()
