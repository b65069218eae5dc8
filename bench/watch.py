"""Compare how fast a watch is followed and what a pod costs: netgrant beside kubernetes_asyncio's Watch.

Run ``python -m bench.watch`` (``--json`` for a machine). Each side runs in a process of its own against the
same server in another, so that neither pays for the other's imports, and they take turns, so that both feel
what else the machine does. Both list all pods, hold them, and then follow changes of 4 KB each; rates are
medians of the runs, stalls are the worst of them. On a busy machine the processor time is the fairer row.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version

Result = dict[str, float]

_WORST = ("load_stall_ms", "watch_stall_ms", "load_stall_cpu_ms", "watch_stall_cpu_ms")
_ROWS = (
    ("events_per_second", "watch, events/s", "{:,.0f}"),
    ("cpu_us_per_event", "watch, CPU us/event", "{:,.1f}"),
    ("load_seconds", "first list, s", "{:.2f}"),
    ("bytes_per_pod", "memory, bytes/pod", "{:,.0f}"),
    ("watch_stall_cpu_ms", "loop held, watch, CPU ms", "{:.1f}"),
    ("load_stall_cpu_ms", "loop held, list, CPU ms", "{:.1f}"),
    ("watch_stall_ms", "loop held, watch, ms", "{:.1f}"),
    ("load_stall_ms", "loop held, list, ms", "{:.1f}"),
)


def main() -> None:
    """Measure both sides and print a table."""
    options = _options()
    sizes = ["--pods", str(options.pods)]
    with _server([*sizes, "--events", str(options.events), *options.server]) as port:
        peer_events = min(options.events, options.peer_events)
        rounds = [
            (
                _run("ours", [*sizes, "--events", str(options.events), "--port", port]),
                _run("peer", [*sizes, "--events", str(peer_events), "--port", port]),
            )
            for _ in range(options.runs)
        ]
    ours, peer = (_summary(results) for results in zip(*rounds, strict=True))
    if options.json:
        print(json.dumps({"machine": _machine(), "options": vars(options), "netgrant": ours, "peer": peer}))
    else:
        _print_table(ours, peer, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pods", type=int, default=20_000)
    parser.add_argument("--events", type=int, default=40_000, help="changes that netgrant follows")
    parser.add_argument("--peer-events", type=int, default=4_000, help="changes that the peer follows")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument(
        "--watch-list", dest="server", action="store_const", const=["--watch-list"], default=[],
        help="let the server stream the first list, as Kubernetes 1.34 and newer do",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


@contextmanager
def _server(arguments: list[str]) -> Iterator[str]:
    command = [sys.executable, "-m", "bench.watch_server", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()


def _summary(results: Sequence[Result]) -> Result:
    return {
        key: (max if key in _WORST else statistics.median)(result[key] for result in results)
        for key in results[0]
    }


def _run(name: str, arguments: list[str]) -> Result:
    command = [sys.executable, "-m", f"bench.watch_{name}", *arguments]
    answer: Result = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return answer


def _print_table(ours: Result, peer: Result, options: argparse.Namespace) -> None:
    print(_machine())
    print(f"{options.pods} pods of 4 KB, {options.runs} runs, first list by {_first_list(options)}\n")
    print(f"{'':<26}{'netgrant':>12}{'kubernetes_asyncio':>20}{'ratio':>9}")
    for key, label, form in _ROWS:
        ratio = ours[key] / peer[key] if key == "events_per_second" else peer[key] / max(ours[key], 1e-9)
        print(f"{label:<26}{form.format(ours[key]):>12}{form.format(peer[key]):>20}{ratio:>8.0f}x")


def _first_list(options: argparse.Namespace) -> str:
    return "watch-list" if options.server else "pages of 500"


def _machine() -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("kubernetes_asyncio", "aiohttp", "msgspec"))
    return f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}, {packages}"


if __name__ == "__main__":
    main()
