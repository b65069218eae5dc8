"""What bench/dashboard.py points netgrant at: a busy API server over TLS, and a registry with a past.

Law: what the registry remembers reads otherwise than what the cluster holds (``app=was-7``, ``app=app-7``),
so that on the screen the one can be told from the other.
"""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from app.domain.records import EndCause, Phase
from app.registry import grants
from app.registry.database import Database
from bench.grants import remembered
from bench.screen import Program, start
from tests.controlplane.certs import Authority

NETGRANT = str(Path(sys.executable).parent / "netgrant")
REMEMBERED, LIVE = "app=was-", "app=app-"
ENDED = 5_000
"""How many grants of the past the registry holds beside those that stand."""


@dataclass(frozen=True)
class Sizes:
    """How much there is in the cluster, and how much happens there."""

    pods: int = 10_000
    grants: int = 200
    rate: float = 0.0
    """Events a second."""
    tls: bool = True


@dataclass(frozen=True)
class Scene:
    """A cluster that is served, and whoever looks at it."""

    folder: Path
    environ: dict[str, str]

    def netgrant(self, size: tuple[int, int], *arguments: str) -> Program:
        """Open the dashboard in a terminal of that size."""
        return start((NETGRANT, *arguments), self.environ, size)

    def probed(self, size: tuple[int, int], report: Path, *options: str) -> Program:
        """Open the dashboard with a probe on its event loop, which writes the stalls to ``report``."""
        command = (sys.executable, "-m", "bench.dashboard_inside", str(report), *options)
        return start(command, self.environ, size)

    def peer(self, size: tuple[int, int], *arguments: str) -> Program:
        """Open a peer in a terminal of that size."""
        return start((sys.executable, "-m", "bench.peer_app", *arguments), self.environ, size)


@contextmanager
def scene(folder: Path, sizes: Sizes, *, memory: bool = True) -> Iterator[Scene]:
    """Serve a cluster for as long as the block lasts.

    Args:
        folder: for the files; made where it is missing.
        sizes: how much there is.
        memory: whether the registry remembers the grants.
    """
    folder.mkdir(parents=True, exist_ok=True)
    authority = Authority(folder)
    command = [sys.executable, "-m", "bench.busy_server"]
    command += ["--pods", str(sizes.pods), "--grants", str(sizes.grants), "--rate", str(sizes.rate)]
    if sizes.tls:
        pair = authority.server("server")
        command += ["--cert", str(pair.cert), "--key", str(pair.key)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        url = f"{'https' if sizes.tls else 'http'}://127.0.0.1:{server.stdout.readline().strip()}"
        (folder / "kubeconfig").write_text(json.dumps(_kubeconfig(url, authority.ca)), encoding="utf-8")
        if memory:
            _remember(folder / "registry.db", url, sizes.grants)
        own = {"HOME": str(folder), "KUBECONFIG": str(folder / "kubeconfig")}
        registry = {"NETGRANT_REGISTRY": str(folder / "registry.db")}
        yield Scene(folder, {**os.environ, **own, **registry})
    finally:
        server.kill()
        server.wait()


def _kubeconfig(url: str, authority: Path) -> dict[str, object]:
    cluster = {"server": url, **({"certificate-authority": str(authority)} if url[4] == "s" else {})}
    user = {"token": "bench"} if url[4] == "s" else {}
    return {
        "clusters": [{"name": "bench", "cluster": cluster}],
        "contexts": [{"name": "bench", "context": {"cluster": "bench", "user": "bench"}}],
        "users": [{"name": "bench", "user": user}],
        "current-context": "bench",
    }


def _remember(path: Path, url: str, count: int) -> None:
    """Make a registry that knows ``count`` grants that stand and thousands that have ended."""
    database = Database(path)

    def write(connection: sqlite3.Connection) -> None:
        for number in range(count + ENDED):
            record = remembered(number, url, "bench")
            record = replace(record, target=f"{REMEMBERED}{number % 200}")
            if number >= count:
                record = replace(
                    record, phase=Phase.ENDED, ended_at=record.deadline, end_cause=EndCause.EXPIRED
                )
            grants.keep(connection, record)

    database.write(write)
    database.close()
