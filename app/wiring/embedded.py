"""Run the embedded cluster with its incident, and give its clients what they need."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """What a client of the embedded cluster is given; all of it ends with the cluster."""

    kubeconfig: Path
    kubectl_config: Path
    """For kubectl, which sends no token over plain HTTP."""
    registry: Path
    context: str
    """Its name in both files."""


@contextmanager
def demo_cluster(folder: Path) -> Iterator[DemoFiles]:
    """Run the embedded cluster with its incident in a thread; ``folder`` gets what a client needs.

    Raises:
        OSError: no loopback port can be had.
    """
    from app.demo import scenario
    from app.demo.kubeconfig import CONTEXT
    from app.demo.server import ClusterOptions, running_cluster

    with running_cluster(ClusterOptions(has_kubelets=True), scenario.load) as cluster:
        cluster.spawn(scenario.play)
        yield DemoFiles(
            kubeconfig=cluster.kubeconfig(folder / "kubeconfig", "alice"),
            kubectl_config=cluster.kubectl_config(folder / "kubectl-config", "alice"),
            registry=folder / "registry.db",
            context=CONTEXT,
        )
