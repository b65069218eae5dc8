"""What the dashboard costs in a real terminal: first frame, keys, stalls of its loop, processor time, memory.

Run ``python -m bench.dashboard [first] [keys] [stalls] [idle] [memory]`` (none: all). netgrant looks at an
API server over TLS in a process of its own. The peers of the same run are an empty Textual app (first frame,
memory) and Textual's own DataTable with as many rows, on which nothing happens (keys).

On a busy machine compare ratios; the load is printed, and aims are marked as met or missed.
"""

import argparse
import os
import platform
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from bench.dashboard_keys import Keys, measure_keys, measure_peer_keys
from bench.dashboard_scene import LIVE, REMEMBERED, Sizes, scene
from bench.screen import Program, Screen

SMALL, LARGE = (80, 24), (160, 45)
_MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    what: str
    value: str
    beside: str = ""
    aim: str = ""
    is_met: bool | None = None

    def __str__(self) -> str:
        mark = {None: "", True: "met", False: "MISSED"}[self.is_met]
        return f"{self.what:<58}{self.value:>24}  {self.beside:<34}{self.aim:<12}{mark}".rstrip()


@dataclass(frozen=True)
class Bench:
    """How to measure."""

    folder: Path
    options: argparse.Namespace


def shows_rows(screen: Screen) -> bool:
    """Tell whether there are rows: the registry's, or the cluster's where that was faster."""
    return REMEMBERED in screen.text or LIVE in screen.text


def takes_keys(screen: Screen) -> bool:
    """Tell whether the screen itself is there: what is drawn before it has no line of keys."""
    return "n new" in screen.line(screen.height - 1)


def shows_live(program: Program) -> float:
    """Return when the screen first showed the cluster's own rows."""
    return program.until(lambda screen: LIVE in screen.text)


def settle(program: Program) -> None:
    """Wait until everything is listed, and whatever follows from it is done."""
    shows_live(program)
    program.watch(5.0)


def median_ms(seconds: Sequence[float]) -> float:
    """Return the median in milliseconds."""
    return statistics.median(seconds) * 1000


def first(bench: Bench) -> Iterator[Figure]:
    """Yield how long it takes from the start to rows, in turns with an empty Textual app."""
    for size in (SMALL, LARGE):
        empty, remembered, awake, live = [], [], [], []
        with scene(bench.folder / f"first{size[0]}", Sizes(bench.options.pods, 200)) as found:
            for run in range(bench.options.runs + 1):
                with found.peer(size, "empty") as peer:
                    at = peer.until(lambda screen: "hello" in screen.text) - peer.started
                    empty += [at] if run else []
                with found.netgrant(size) as program:
                    at = program.until(shows_rows) - program.started
                    remembered += [at] if run else []
                    at = program.until(takes_keys) - program.started
                    awake += [at] if run else []
                    at = shows_live(program) - program.started
                    live += [at] if run else []
        where = f"{size[0]}x{size[1]}"
        ratio = median_ms(remembered) / median_ms(empty)
        beside = f"empty app {median_ms(empty):.0f} ms: {ratio:.2f}x"
        yield Figure(
            f"{where}: start to first rows",
            f"{median_ms(remembered):.0f} ms",
            beside,
            "1.5x",
            ratio <= 1.5,
        )
        yield Figure(
            f"{where}: start to the screen that takes keys",
            f"{median_ms(awake):.0f} ms",
            f"{median_ms(awake) / median_ms(empty):.2f}x",
        )
        yield Figure(
            f"{where}: start to live rows, 200 grants, {bench.options.pods:,} pods",
            f"{median_ms(live):.0f} ms (worst {max(live) * 1000:.0f})",
            f"{median_ms(live) / median_ms(empty):.2f}x",
            "700 ms",
            median_ms(live) < 700,
        )


def keys(bench: Bench) -> Iterator[Figure]:
    """Yield how long a key takes until its answer is there while the cluster is busy."""
    for size in (SMALL, LARGE):
        sizes = Sizes(bench.options.pods, bench.options.grants, bench.options.rate)
        with scene(bench.folder / f"keys{size[0]}", sizes) as found:
            with found.peer(size, "table", str(bench.options.grants)) as peer:
                theirs = measure_peer_keys(peer, bench.options.rounds)
            with found.netgrant(size) as program:
                settle(program)
                ours = measure_keys(program, bench.options.rounds)
        yield from _key_figures(f"{size[0]}x{size[1]}", ours, theirs)


def _key_figures(where: str, ours: Keys, theirs: Keys) -> Iterator[Figure]:
    for name, seconds in ours.items():
        p95 = percentile(seconds, 0.95)
        beside = f"DataTable, idle: {spread(theirs[name])}" if name in theirs else ""
        yield Figure(f"{where}: key to paint, {name}", spread(seconds), beside, "50 ms", p95 < 50)
    both = [value for seconds in ours.values() for value in seconds]
    yield Figure(
        f"{where}: key to paint, all {len(both)}", spread(both), "", "50 ms", percentile(both, 0.95) < 50
    )


def percentile(seconds: Sequence[float], share: float) -> float:
    """Return the milliseconds below which ``share`` of the samples lie."""
    return sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * share))] * 1000


def spread(seconds: Sequence[float]) -> str:
    """Return p50, p95 and the worst, in milliseconds."""
    return f"{percentile(seconds, 0.5):.0f} / {percentile(seconds, 0.95):.0f} / {max(seconds) * 1000:.0f} ms"


def stalls(bench: Bench) -> Iterator[Figure]:
    """Yield how long the event loop stood still at worst, from the start on and under keys."""
    report = bench.folder / "stalls"
    sizes = Sizes(bench.options.pods, bench.options.grants, bench.options.rate)
    stacks = ["--stacks"] if bench.options.stacks else []
    with (
        scene(bench.folder / "stalls-scene", sizes) as found,
        found.probed(LARGE, report, *stacks) as program,
    ):
        settle(program)
        listing = _read(report)
        seconds = measure_keys(program, bench.options.rounds)
        under_keys = _read(report)[len(listing) :]
    if bench.options.stacks:
        print(report.read_text())
    for name, found_stalls in (("first list", listing), ("keys and events", under_keys)):
        worst = max((wall for wall, _ in found_stalls), default=0.0)
        used = max((cpu for _, cpu in found_stalls), default=0.0)
        count = sum(wall > 50 for wall, _ in found_stalls)
        yield Figure(
            f"loop held at worst, {name}, {bench.options.grants:,} grants",
            f"{worst:.0f} ms ({used:.0f} ms CPU)",
            f"{count} above 50 ms",
            "100 ms",
            worst < 100,
        )
    both = [value for group in seconds.values() for value in group]
    yield Figure("… key to paint meanwhile", spread(both))


def _read(report: Path) -> list[tuple[float, float]]:
    lines = (line.split() for line in report.read_text().splitlines() if line[:1].isdigit())
    return [(float(wall), float(cpu)) for _, wall, cpu in lines]


def idle(bench: Bench) -> Iterator[Figure]:
    """Yield what counting down costs while nothing else happens."""
    seconds = bench.options.seconds
    with scene(bench.folder / "idle", Sizes(bench.options.pods, 200)) as found:
        for size in (SMALL, LARGE):
            with found.netgrant(size) as program:
                settle(program)
                program.watch(3.0)
                before, sent = program.cpu_seconds(), program.bytes
                program.watch(seconds)
                share = (program.cpu_seconds() - before) / seconds * 100
                rate = (program.bytes - sent) / seconds / 1024
            yield Figure(
                f"{size[0]}x{size[1]}: processor, 200 grants counting down",
                f"{share:.1f} % of a core",
                f"{rate:.1f} KB/s to the terminal",
                "5 %",
                share < 5,
            )


def memory(bench: Bench) -> Iterator[Figure]:
    """Yield how much memory is held once everything is listed."""
    for grants in (200, bench.options.grants):
        with scene(bench.folder / f"memory{grants}", Sizes(bench.options.pods, grants)) as found:
            with found.peer(LARGE, "empty") as peer:
                peer.until(lambda screen: "hello" in screen.text)
                theirs = peer.resident_bytes() / _MEGABYTE
            with found.netgrant(LARGE) as program:
                settle(program)
                held = program.resident_bytes() / _MEGABYTE
        yield Figure(
            f"memory, {bench.options.pods:,} pods, {grants:,} grants",
            f"{held:.0f} MB",
            f"empty app {theirs:.0f} MB",
            "200 MB",
            held < 200,
        )


PARTS: dict[str, Callable[[Bench], Iterator[Figure]]] = {
    "first": first,
    "keys": keys,
    "stalls": stalls,
    "idle": idle,
    "memory": memory,
}


def main() -> None:
    """Measure and print, line by line."""
    options = _options()
    packages = ", ".join(f"{name} {version(name)}" for name in ("textual", "aiohttp", "msgspec"))
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}, {packages}")
    with tempfile.TemporaryDirectory(prefix="netgrant-bench-") as folder:
        bench = Bench(Path(folder), options)
        for name in options.parts or PARTS:
            print(f"\n{name}, load {os.getloadavg()[0]:.1f}")
            for figure in PARTS[name](bench):
                print(figure, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART")
    parser.add_argument("--runs", type=int, default=10, help="starts that are timed")
    parser.add_argument("--rounds", type=int, default=4, help="rounds of keys")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long to look at an idle dashboard")
    parser.add_argument("--pods", type=int, default=10_000)
    parser.add_argument("--grants", type=int, default=10_000)
    parser.add_argument("--rate", type=float, default=200.0, help="events a second")
    parser.add_argument("--stacks", action="store_true", help="show where the loop stood still")
    return parser.parse_args()


if __name__ == "__main__":
    main()
