"""What a side of a comparison measures of itself: time, memory, and how long the event loop stood still."""

import asyncio
import time
from pathlib import Path

_TICK_SECONDS = 0.002


def resident_bytes() -> int:
    """Return this process's resident memory (Linux)."""
    fields = Path("/proc/self/statm").read_text(encoding="ascii").split()
    return int(fields[1]) * 4096


class StallMeter:
    """Notes how long a task that wants to run every 2 ms had to wait at worst.

    Twice: by the clock, where another process may have had the core meanwhile, and by the processor time that
    this process itself used without a turn of its loop.
    """

    def __init__(self) -> None:
        self._wall_seconds = self._cpu_seconds = 0.0
        self._task = asyncio.create_task(self._tick())

    async def _tick(self) -> None:
        while True:
            wall, cpu = time.perf_counter(), time.process_time()
            await asyncio.sleep(_TICK_SECONDS)
            self._wall_seconds = max(self._wall_seconds, time.perf_counter() - wall - _TICK_SECONDS)
            self._cpu_seconds = max(self._cpu_seconds, time.process_time() - cpu)

    def take(self, phase: str) -> dict[str, float]:
        """Return the worst stalls since the last call, in milliseconds, named after ``phase``."""
        wall, self._wall_seconds = self._wall_seconds, 0.0
        cpu, self._cpu_seconds = self._cpu_seconds, 0.0
        return {f"{phase}_stall_ms": round(wall * 1000, 1), f"{phase}_stall_cpu_ms": round(cpu * 1000, 1)}

    def stop(self) -> None:
        """Stop ticking."""
        self._task.cancel()
