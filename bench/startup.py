"""How long ``netgrant list -A`` takes, beside ``kubectl get networkpolicy -A`` against the same API server.

Run ``python -m bench.startup [--runs 15] [--json]``. The server is the real control plane where it has been
built (TLS, client certificates), else the embedded cluster. Both commands run in turns, so that whatever
else the machine does hits both. What is left is shown by package: milliseconds that its own modules take to
be imported, from ``python -X importtime``.
"""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.controlplane import build
from tests.controlplane.plane import ControlPlane

NETGRANT = (str(Path(sys.executable).parent / "netgrant"), "list", "-A")
FLOOR = (sys.executable, "-c", "import asyncio, ssl")
_IMPORT = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)")


@dataclass(frozen=True)
class Served:
    """A server to ask, and how each of the two is pointed at it."""

    name: str
    netgrant: Path
    kubectl_config: Path
    kubectl: str


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """Run a loopback API server for as long as the block lasts."""
    try:
        programs = build.find(build.DEFAULT_KUBE)
    except build.MissingProgramsError:
        with _embedded(folder) as found:
            yield found
        return
    plane = ControlPlane(folder, programs)
    plane.start()
    try:
        config = plane.kubeconfig("admin")
        yield Served("kube-apiserver over TLS", config, config, str(programs.kubectl))
    finally:
        plane.stop()


@contextmanager
def _embedded(folder: Path) -> Iterator[Served]:
    from app.demo.server import running_cluster

    with running_cluster() as cluster:
        ours = cluster.kubeconfig(folder / "ours", "admin")
        theirs = cluster.kubectl_config(folder / "theirs", "admin")
        yield Served("the embedded cluster over HTTP", ours, theirs, "kubectl")


def timed(command: tuple[str, ...], environ: dict[str, str]) -> tuple[float, float]:
    """Run once; return wall and processor milliseconds."""
    before, start = os.times(), time.perf_counter()
    subprocess.run(command, env=environ, capture_output=True, check=True)
    wall, after = time.perf_counter() - start, os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return wall * 1000, used * 1000


def by_package(environ: dict[str, str]) -> list[tuple[str, float]]:
    """Return the ten packages whose own modules take longest to import, in milliseconds."""
    command = (sys.executable, "-X", "importtime", "-m", "app", "list", "-A")
    text = subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stderr
    found: Counter[str] = Counter()
    for micros, module in _IMPORT.findall(text):
        parts = module.split(".")
        found[".".join(parts[:2]) if parts[0] == "app" else parts[0]] += int(micros)
    return [(name, micros / 1000) for name, micros in found.most_common(10)]


def measure(server: Served, runs: int) -> dict[str, object]:
    """Return the medians, the ratio and what is left."""
    ours = {**os.environ, "KUBECONFIG": str(server.netgrant), "HOME": str(server.netgrant.parent)}
    theirs = {**ours, "KUBECONFIG": str(server.kubectl_config)}
    kubectl = (server.kubectl, "get", "networkpolicy", "-A")
    commands = {"netgrant": (NETGRANT, ours), "kubectl": (kubectl, theirs), "floor": (FLOOR, ours)}
    walls: dict[str, list[float]] = {name: [] for name in commands}
    cpus: dict[str, list[float]] = {name: [] for name in commands}
    for run in range(runs + 1):
        for name, (command, environ) in commands.items():
            wall, cpu = timed(command, environ)
            if run:  # the first one fills caches
                walls[name].append(wall)
                cpus[name].append(cpu)
    median = {name: round(statistics.median(found), 1) for name, found in walls.items()}
    return {
        "server": server.name,
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
        "load": round(os.getloadavg()[0], 1),
        "runs": runs,
        "wall_ms": median,
        "wall_min_ms": {name: round(min(found), 1) for name, found in walls.items()},
        "cpu_ms": {name: round(statistics.median(found), 1) for name, found in cpus.items()},
        "ratio": round(median["netgrant"] / median["kubectl"], 2),
        "import_ms_by_package": by_package(ours),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="netgrant-bench-") as folder, served(Path(folder)) as server:
        found = measure(server, options.runs)
    if options.json:
        print(json.dumps(found))
        return
    for key, value in found.items():
        print(f"{key:<22} {value}")


if __name__ == "__main__":
    main()
