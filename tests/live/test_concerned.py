"""The pods that a grant is about now."""

from datetime import timedelta

import pytest

from app.domain.objects import NetworkPolicy, Pod, PodSpec
from app.domain.records import Json
from app.live.concerned import Concerned, EndNow, format_age, ready_of, restarts_of, trouble_of
from app.live.inventory import Inventory
from app.live.population import Population
from tests.ui import objects
from tests.ui.objects import MINUTE, NOW, SECOND


def policy(spec: Json, namespace: str = "production") -> NetworkPolicy:
    return objects.grant(7, namespace, spec, MINUTE).policy


@pytest.fixture
def inventory() -> Inventory:
    found = Inventory()
    for pod in objects.PODS:
        found.pods.put(pod)
    for namespace in objects.NAMESPACES:
        found.namespace_objects.put(namespace)
    return found


def names(end: EndNow) -> list[str]:
    return [pod.metadata.name for pod in end.pods]


def test_both_ends_those_with_trouble_first(inventory: Inventory) -> None:
    target, source = Concerned(Population(inventory)).ends([objects.DATABASE.policy])
    assert names(target) == ["database-1", "database-0", "database-2"]
    assert (source.told, names(source), source.is_by_labels) == (("198.51.100.0/24",), [], False)


def test_a_peer_is_looked_for_in_its_namespaces(inventory: Inventory) -> None:
    concerned = Concerned(Population(inventory))
    _, source = concerned.ends([objects.API.policy])
    assert names(source) == ["bastion-7f6c-q8zzp"]
    _, source = concerned.ends([policy(objects.spec("app=database", "ns:team=pay app=api", "1"))])
    assert len(source.pods) == 4
    _, source = concerned.ends([policy(objects.spec("app=database", "app=api", "1"))])
    assert source.pods == ()


def test_several_policies_are_one_list_each_pod_once(inventory: Inventory) -> None:
    specs = (objects.spec("app=database", "app=loader", "1"), objects.spec("tier=data", "app=loader", "1"))
    target, source = Concerned(Population(inventory)).ends([policy(spec) for spec in specs])
    assert sorted(names(target)) == ["cache-0", "cache-1", "database-0", "database-1", "database-2"]
    assert target.told == ("app=database", "tier=data")
    assert names(source) == ["loader-5c9f-x2x7k"]


def test_pods_that_no_policy_concerns_are_counted(inventory: Inventory) -> None:
    done = objects.pod("production", "database-old", {"app": "database"}, phase="Succeeded")
    host = objects.pod("production", "database-host", {"app": "database"})
    inventory.pods.put(done)
    inventory.pods.put(Pod(host.metadata, PodSpec("node-a", host_network=True), host.status))
    target, _ = Concerned(Population(inventory)).ends([objects.DATABASE.policy])
    assert len(target.pods) == 3
    assert target.passed_over == 2


def test_what_has_not_changed_is_not_looked_up_again(inventory: Inventory) -> None:
    concerned = Concerned(Population(inventory))
    before = concerned.ends([objects.DATABASE.policy])
    assert concerned.ends([objects.DATABASE.policy]) is before
    inventory.pods.put(objects.pod("production", "database-3", {"app": "database"}))
    assert len(concerned.ends([objects.DATABASE.policy])[0].pods) == 4


def test_a_namespace_that_is_labelled_anew_is_noticed(inventory: Inventory) -> None:
    concerned = Concerned(Population(inventory))
    wanted = policy(objects.spec("app=database", "ns:team=new app=bastion", "1"))
    assert concerned.ends([wanted])[1].pods == ()
    inventory.namespace_objects.put(objects.namespace("ops", team="new"))
    assert len(concerned.ends([wanted])[1].pods) == 1


def test_no_policies_no_ends(inventory: Inventory) -> None:
    assert Concerned(Population(inventory)).ends([]) == ()


@pytest.mark.parametrize(
    ("pod", "trouble"),
    [
        (objects.pod("a", "p", {}), ""),
        (objects.pod("a", "p", {}, restarts=9), ""),
        (objects.pod("a", "p", {}, ready=False), "not ready"),
        (objects.pod("a", "p", {}, ready=False, restarts=3), "crash loop"),
        (objects.pod("a", "p", {}, phase="Pending"), "not ready"),
        (Pod(objects.pod("a", "p", {}).metadata), "not ready"),
    ],
)
def test_trouble(pod: Pod, trouble: str) -> None:
    assert trouble_of(pod) == trouble


def test_counts_of_containers() -> None:
    pod = objects.pod("a", "p", {}, ready=False, restarts=4)
    assert (ready_of(pod), restarts_of(pod)) == ("0/1", 4)
    assert ready_of(Pod(pod.metadata)) == "0/0"


@pytest.mark.parametrize(
    ("age", "text"),
    [(-5 * SECOND, "0s"), (59 * SECOND, "59s"), (11 * MINUTE, "11m"), (timedelta(hours=30), "1d")],
)
def test_ages(age: timedelta, text: str) -> None:
    assert format_age(NOW - age, NOW) == text
    assert format_age(None, NOW) == "?"
