"""What is known answers look-ups; only for the rest is the cluster asked."""

import pytest

from app.domain.link import Link, LinkState
from app.domain.objects import Pod
from app.live.cluster import Kind, LiveCluster
from app.live.lookup import StoredLookup
from tests.commands.fake_reading import FakeLookup
from tests.commands.tap import Tap
from tests.ui import objects
from tests.ui.objects import NOW
from tests.ui.stage import live_links, set_scene


class Asked:
    """A known cluster, and a cluster beyond it that holds other things."""

    def __init__(self) -> None:
        self.cluster = LiveCluster("prod-eu1")
        set_scene(self.cluster)
        self.cluster.set_status(links=live_links())
        self.cluster.covered = dict.fromkeys(Kind, None)
        self.tap = Tap()
        beyond = FakeLookup(self.tap, {"beyond"})
        pod = objects.pod("beyond", "p", {"app": "x"})
        beyond.all_pods["beyond", "p"] = pod
        beyond.services["beyond", "s"] = objects.service("beyond", "s", 80, 80, app="x")
        beyond.workloads["deployments", "beyond", "w"] = objects.workload("beyond", "w", app="x")
        self.lookup = StoredLookup(self.cluster, beyond)

    async def all_of(self, namespace: str, names: tuple[str, str, str, str]) -> list[object]:
        """What it says of a namespace, a service, a workload and a pod there, and of pods by a selector."""
        service, workload, pod, selector = names
        return [
            await self.lookup.namespace_exists(namespace),
            await self.lookup.service(namespace, service),
            await self.lookup.workload("deployments", namespace, workload),
            await self.lookup.pod(namespace, pod),
            await self.lookup.pods(namespace, selector),
        ]


PAYMENTS = ("api", "api", "api-6d9f8-a", "app=api")
BEYOND = ("s", "w", "p", "app=x")


def names(found: object) -> list[str]:
    assert isinstance(found, tuple)
    return sorted(pod.metadata.name for pod in found if isinstance(pod, Pod))


async def test_what_is_live_costs_no_network() -> None:
    asked = Asked()
    exists, service, workload, pod, pods = await asked.all_of("payments", PAYMENTS)
    assert exists is True and service and workload and pod
    assert names(pods) == ["api-6d9f8-a", "api-6d9f8-b", "api-6d9f8-c", "api-6d9f8-d"]
    assert await asked.all_of("beyond", BEYOND) == [False, None, None, None, ()]
    assert asked.tap.trace == []


@pytest.mark.parametrize("state", [LinkState.LOADING, LinkState.STALE, LinkState.DENIED])
async def test_what_is_not_live_is_asked_for(state: LinkState) -> None:
    asked = Asked()
    asked.cluster.set_status(links={kind: Link(state, NOW) for kind in Kind})
    exists, service, workload, pod, pods = await asked.all_of("beyond", BEYOND)
    assert exists is True and service and workload and pod
    assert names(pods) == ["p"]


async def test_a_namespace_that_is_not_followed_is_asked_about() -> None:
    asked = Asked()
    for kind in (Kind.SERVICES, Kind.WORKLOADS, Kind.PODS):
        asked.cluster.covered[kind] = frozenset({"payments"})
    assert all((await asked.all_of("payments", PAYMENTS))[1:])
    assert asked.tap.trace == []
    assert all((await asked.all_of("beyond", BEYOND))[1:])


async def test_a_kind_of_workload_that_is_not_followed_is_asked_for() -> None:
    asked = Asked()
    assert await asked.lookup.workload("replicasets", "payments", "api") is None
    assert len(asked.tap.trace) == 1
