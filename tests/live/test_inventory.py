"""What a cluster holds, by namespace."""

from app.domain.objects import Pod
from app.live.inventory import Inventory, Shelf, is_reachable
from tests.ui import objects
from tests.ui.objects import pod


def test_a_shelf_holds_one_object_of_a_name() -> None:
    shelf: Shelf[Pod] = Shelf()
    shelf.put(pod("a", "p", {"v": "1"}))
    shelf.put(pod("a", "p", {"v": "2"}))
    assert len(shelf) == 1
    found = shelf.get("a", "p")
    assert found is not None and found.metadata.labels == {"v": "2"}
    assert (shelf.get("a", "q"), shelf.get("b", "p")) == (None, None)


def test_what_is_dropped_leaves_nothing_behind() -> None:
    shelf = Inventory().pods
    shelf.put(pod("a", "p", {}))
    shelf.drop(pod("a", "p", {}))
    shelf.drop(pod("a", "p", {}))
    assert (len(shelf), [*shelf.namespaces], [*shelf.of("a")]) == (0, [], [])


def test_versions_tell_which_namespace_has_changed() -> None:
    shelf = Inventory().pods
    shelf.put(pod("a", "p", {}))
    shelf.put(pod("b", "p", {}))
    before, a, b = shelf.version, shelf.version_of("a"), shelf.version_of("b")
    shelf.drop(pod("b", "p", {}))
    assert shelf.version > before
    assert shelf.version_of("a") == a
    assert shelf.version_of("b") != b
    assert shelf.version_of("never") == 0


def test_retaining_forgets_the_rest() -> None:
    shelf = Inventory().pods
    for namespace, name in (("a", "p"), ("a", "q"), ("b", "p")):
        shelf.put(pod(namespace, name, {}))
    shelf.retain(lambda key: key in {("a", "p"), ("b", "never")})
    assert [item.metadata.name for item in shelf.of("a")] == ["p"]
    assert [*shelf.namespaces] == ["a"]


def test_namespaces_are_those_listed_and_those_seen() -> None:
    inventory = Inventory()
    inventory.namespace_objects.put(objects.namespace("listed", team="x"))
    inventory.pods.put(pod("seen", "p", {}))
    inventory.policies.put(objects.DATABASE.policy)
    assert inventory.namespaces == ("listed", "production", "seen")
    assert inventory.labels_of("listed")["team"] == "x"
    assert inventory.labels_of("seen") == {}


def test_only_living_pods_on_the_pod_network_are_reachable() -> None:
    inventory = Inventory()
    for phase in ("Pending", "Running", "Unknown", "Succeeded", "Failed"):
        inventory.pods.put(pod("b", phase.lower(), {}, phase=phase))
    inventory.pods.put(pod("a", "z", {}))
    found = inventory.reachable(("b", "a", "none"))
    assert [item.metadata.name for item in found] == ["z", "pending", "running", "unknown"]
    assert not is_reachable(pod("b", "done", {}, phase="Succeeded"))
