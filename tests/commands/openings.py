"""Openings in short, and what they may name."""

from app.commands.resolve import Opening, Resolved, resolve
from app.commands.session import Cluster
from app.domain.objects import (
    Meta,
    Pod,
    PodSpec,
    Service,
    ServicePort,
    ServiceSpec,
    Workload,
    WorkloadSpec,
)
from app.domain.policyspec import Direction
from app.domain.records import Json
from tests.commands.world import World

CIDR = "198.51.100.0/24"


def workload(world: World, kind: str, name: str, namespace: str = "production", **selector: object) -> None:
    world.lookup.workloads[kind, namespace, name] = Workload(Meta(name=name), WorkloadSpec(selector or None))


def service(
    world: World, name: str, *ports: ServicePort, namespace: str = "production", selector: bool = True
) -> None:
    spec = ServiceSpec(selector={"app": name} if selector else None, ports=ports or None)
    world.lookup.services[namespace, name] = Service(Meta(name=name, namespace=namespace), spec)


def pod(world: World, name: str, labels: dict[str, str] | None, *, host: bool = False) -> None:
    meta = Meta(name=name, namespace="production", labels=labels)
    world.lookup.all_pods["production", name] = Pod(meta, PodSpec(host_network=host))


async def to(cluster: Cluster | None, selected: str, *ports: str, peer: str = CIDR) -> Resolved:
    """Ingress to the selected pods."""
    return await resolve(cluster, Opening("production", selected, (peer,), ports))


async def out(cluster: Cluster | None, *peers: str, ports: tuple[str, ...] = ()) -> Resolved:
    """Egress from app=api to the peers."""
    return await resolve(cluster, Opening("production", "app=api", peers, ports, Direction.EGRESS))


def selector(found: Resolved) -> object:
    return found.wish.spec["podSelector"]


def rules(found: Resolved) -> list[Json]:
    got: list[Json] = found.wish.spec.get("ingress") or found.wish.spec["egress"]
    return got


def ports(found: Resolved) -> list[object]:
    return [port["port"] for rule in rules(found) for port in rule.get("ports", [])]
