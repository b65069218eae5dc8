"""Run netgrant with a probe on its event loop: how long did it ever stand still?

Run ``python -m bench.dashboard_inside REPORT [--stacks] ARGUMENTS…``; arguments are netgrant's. Each stall of
more than 20 ms becomes a line of REPORT: seconds since the start, milliseconds by the clock, milliseconds of
processor time. With ``--stacks`` a thread looks, every 10 ms of a stall, where the loop's thread is.

Law: the product has no hook for this; the loop itself is another one.
"""

import asyncio
import gc
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import IO, Any

from app.__main__ import main

TICK_SECONDS = 0.005
WORTH_SECONDS = 0.02


class Probe:
    """Turns with the loop every 5 ms, and writes down when it could not."""

    def __init__(self, loop: asyncio.AbstractEventLoop, report: IO[str]) -> None:
        self._loop = loop
        self._report = report
        self._began = time.perf_counter()
        self.seen = self._began
        self._cpu = time.thread_time()
        loop.call_soon(self._turn)

    def _turn(self) -> None:
        wall, cpu = time.perf_counter(), time.thread_time()
        late = wall - self.seen - TICK_SECONDS
        if late > WORTH_SECONDS:
            used = cpu - self._cpu
            self._report.write(f"{wall - self._began:.3f} {late * 1000:.1f} {used * 1000:.1f}\n")
            self._report.flush()
        self.seen, self._cpu = wall, cpu
        self._loop.call_later(TICK_SECONDS, self._turn)


class Policy(asyncio.DefaultEventLoopPolicy):
    """Makes loops with a probe.

    Args:
        report: where stalls are written.
        stacks: whether to write where they are.
    """

    def __init__(self, report: IO[str], *, stacks: bool) -> None:
        super().__init__()
        self._report = report
        self._stacks = stacks

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        """Return a loop with a probe."""
        loop = super().new_event_loop()
        probe = Probe(loop, self._report)
        if self._stacks:
            thread = threading.Thread(
                target=_look, args=(probe, threading.get_ident(), self._report), daemon=True
            )
            thread.start()
        return loop


def _note_collections(report: IO[str]) -> None:
    """Write down each look of the garbage collector of more than 5 ms: no other thread runs meanwhile."""
    began = [0.0]

    def note(phase: str, told: dict[str, int]) -> None:
        if phase == "start":
            began[0] = time.perf_counter()
        elif (took := time.perf_counter() - began[0]) > 0.005:
            report.write(f"# collection of generation {told['generation']}: {took * 1000:.1f} ms\n")

    gc.callbacks.append(note)


def _note_turns(report: IO[str]) -> None:
    """Write down what was called in each turn of more than 40 ms."""
    run = asyncio.Handle._run

    def timed(handle: Any) -> None:  # noqa: ANN401 - the loop's own
        began = time.perf_counter()
        run(handle)
        if (took := time.perf_counter() - began) > 2 * WORTH_SECONDS:
            report.write(f"# turn of {took * 1000:.0f} ms: {handle!r}\n")

    asyncio.Handle._run = timed  # type: ignore[assignment, method-assign]


def _look(probe: Probe, ident: int, report: IO[str]) -> None:
    while True:
        time.sleep(0.01)
        if time.perf_counter() - probe.seen > TICK_SECONDS + 2 * WORTH_SECONDS:
            frame = sys._current_frames().get(ident)
            report.write("#" + "#".join(traceback.format_stack(frame)[-30:]))


if __name__ == "__main__":
    lines = Path(sys.argv[1]).open("a", encoding="utf-8")  # noqa: SIM115 - open until the process ends
    with_stacks = "--stacks" in sys.argv
    if with_stacks:
        sys.argv.remove("--stacks")
        _note_collections(lines)
        _note_turns(lines)
    sys.argv[1:2] = []
    asyncio.set_event_loop_policy(Policy(lines, stacks=with_stacks))
    main()
