"""Equal values are kept once, and only equal ones."""

from app.domain.objects import Meta, OwnerReference, Pod
from app.kube.listing import list_all
from app.kube.resources import PODS, Target
from app.kube.sharing import Sharing
from app.kube.store import Store
from tests.kube.scripted_wire import ScriptedWire, in_turn, listing, pod
from tests.kube.virtual_time import VirtualClock


def owner(uid: str) -> OwnerReference:
    return OwnerReference("apps/v1", "ReplicaSet", "web", uid)


def meta(name: str, labels: dict[str, str] | None = None, owner_uid: str = "") -> Meta:
    owners = (owner(owner_uid),) if owner_uid else None
    return Meta(name=name, namespace="".join(["sh", "op"]), labels=labels, owner_references=owners)


def test_equal_labels_and_owners_are_one() -> None:
    sharing, first, second = Sharing(), meta("a", {"app": "x"}, "u1"), meta("b", {"app": "x"}, "u1")
    sharing.share(first, None)
    sharing.share(second, None)
    assert first.labels is second.labels
    assert first.owner_references is second.owner_references
    assert first.namespace is second.namespace


def test_different_values_stay_what_they_are() -> None:
    sharing, first, second = Sharing(), meta("a", {"app": "x"}, "u1"), meta("b", {"app": "y"}, "u2")
    sharing.share(first, None)
    sharing.share(second, None)
    assert (second.name, second.labels, second.owner_references) == ("b", {"app": "y"}, (owner("u2"),))


def test_a_successor_uses_what_its_predecessor_has_and_keeps_what_changed() -> None:
    sharing = Sharing()
    held = meta("a", {"app": "x"}, "u1")
    same, other = meta("a", {"app": "x"}, "u1"), meta("a", {"app": "y"}, "u2")
    sharing.share(same, held)
    sharing.share(other, held)
    assert same.labels is held.labels
    assert same.owner_references is held.owner_references
    assert (other.labels, other.owner_references) == ({"app": "y"}, (owner("u2"),))


def test_no_labels_and_no_owners_stay_none() -> None:
    bare = meta("a")
    Sharing().share(bare, None)
    assert bare == meta("a")


async def test_a_store_shares_what_is_added_and_forgets_copies_with_the_next_list() -> None:
    store = Store[Pod]()
    first, second, later = (Pod(metadata=meta(name, {"app": "x"})) for name in "abc")
    store.add(first)
    store.add(second)
    assert first.metadata.labels is second.metadata.labels
    await store.replace({})
    store.add(later)
    assert later.metadata.labels is not first.metadata.labels


async def test_a_list_shares_as_it_is_read() -> None:
    wire = ScriptedWire(VirtualClock(), in_turn(listing(10, pod("a", 1, app="x"), pod("b", 2, app="x"))))
    store = Store[Pod]()
    first, second = (await list_all(wire, Target(PODS), share=store.share)).items.values()
    assert first.metadata.labels is second.metadata.labels
