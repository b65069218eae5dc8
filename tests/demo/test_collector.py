"""What goes when its owner goes, what stays, and what is held."""

import pytest

from app.demo import kinds
from app.demo.kinds import JOBS, NETWORK_POLICIES
from app.demo.writes import Target
from tests.demo.rig import NAMESPACE, Rig, owned_by

ELSEWHERE = "1e601c70-c4e4-47e5-aa16-6b401fefbf83"


@pytest.fixture
def rig() -> Rig:
    return Rig()


@pytest.mark.parametrize("propagation", ["Background", "Foreground"])
@pytest.mark.parametrize("blocks", [False, True])
def test_dependents_go_with_their_owner(rig: Rig, propagation: str, blocks: bool) -> None:
    rig.policy(owners=[owned_by(rig.job(), blockOwnerDeletion=blocks)])
    rig.at(0)
    rig.delete(JOBS, "timer", propagation)
    rig.at(0)
    assert rig.find(JOBS, "timer") is None
    assert rig.find(NETWORK_POLICIES, "hole") is None


def test_orphans_stay_and_forget_their_owner(rig: Rig) -> None:
    rig.policy(owners=[owned_by(rig.job())])
    rig.at(0)
    rig.delete(JOBS, "timer", "Orphan")
    rig.at(0)
    assert rig.find(JOBS, "timer") is None
    orphan = rig.find(NETWORK_POLICIES, "hole")
    assert orphan is not None
    assert "ownerReferences" not in orphan["metadata"]


def test_an_owner_of_that_name_with_another_uid_is_nobody(rig: Rig) -> None:
    rig.policy(owners=[owned_by(rig.job(), uid=ELSEWHERE)])
    rig.at(0)
    assert rig.find(NETWORK_POLICIES, "hole") is None


def test_an_owner_of_an_unknown_kind_is_never_judged(rig: Rig) -> None:
    rig.policy(owners=[owned_by(rig.job(), kind="Riddle")])
    rig.at(0)
    rig.delete(JOBS, "timer")
    rig.at(1000)
    assert rig.find(NETWORK_POLICIES, "hole")


def test_one_living_owner_is_enough_and_the_dead_one_is_cut_off(rig: Rig) -> None:
    first, second = rig.job("first"), rig.job("second")
    rig.policy(owners=[owned_by(first), owned_by(second)])
    rig.at(0)
    rig.delete(JOBS, "first")
    rig.at(0)
    policy = rig.find(NETWORK_POLICIES, "hole")
    assert policy is not None
    assert [owner["name"] for owner in policy["metadata"]["ownerReferences"]] == ["second"]
    rig.delete(JOBS, "second")
    rig.at(0)
    assert rig.find(NETWORK_POLICIES, "hole") is None


def test_a_chain_of_owners_goes_as_a_whole(rig: Rig) -> None:
    job = rig.job()
    policy = rig.policy(owners=[owned_by(job)])
    meta = policy["metadata"]
    rig.create(
        kinds.CONFIG_MAPS,
        "leaf",
        owners=[
            {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "NetworkPolicy",
                "name": meta["name"],
                "uid": meta["uid"],
            }
        ],
    )
    rig.at(0)
    rig.delete(JOBS, "timer", "Foreground")
    rig.at(0)
    assert rig.find(kinds.CONFIG_MAPS, "leaf") is None


def test_a_dependent_with_a_finalizer_is_marked_and_stays(rig: Rig) -> None:
    rig.policy(owners=[owned_by(rig.job())])
    rig.patch(NETWORK_POLICIES, "hole", {"metadata": {"finalizers": ["example.com/hold"]}})
    rig.at(0)
    rig.delete(JOBS, "timer")
    rig.at(0)
    held = rig.find(NETWORK_POLICIES, "hole")
    assert held is not None
    assert held["metadata"]["deletionTimestamp"] == "2026-10-01T12:00:00Z"


def test_stripping_the_reference_frees_a_policy(rig: Rig) -> None:
    rig.policy(owners=[owned_by(rig.job())])
    rig.at(0)
    rig.patch(NETWORK_POLICIES, "hole", {"metadata": {"ownerReferences": None}})
    rig.at(0)
    rig.delete(JOBS, "timer")
    rig.at(0)
    assert rig.find(NETWORK_POLICIES, "hole")


def test_a_policy_written_after_its_job_has_gone_is_garbage_at_once(rig: Rig) -> None:
    job = rig.job()
    rig.delete(JOBS, "timer")
    rig.policy(owners=[owned_by(job)])
    rig.at(0)
    assert rig.find(NETWORK_POLICIES, "hole") is None


def test_deleting_a_namespace_empties_it_and_then_removes_it(rig: Rig) -> None:
    rig.policy(owners=[owned_by(rig.job())])
    rig.create(kinds.CONFIG_MAPS, "notes", data={"a": "b"})
    rig.at(0)
    rig.deleter.delete(Target(kinds.NAMESPACES, "", NAMESPACE))
    rig.at(0)
    assert rig.store.get(kinds.NAMESPACES, "", NAMESPACE) is None
    assert not any(rig.store.records(item, NAMESPACE) for item in kinds.RESOURCES if item.namespaced)


def test_a_namespace_waits_for_what_a_finalizer_holds(rig: Rig) -> None:
    rig.policy()
    rig.patch(NETWORK_POLICIES, "hole", {"metadata": {"finalizers": ["example.com/hold"]}})
    rig.deleter.delete(Target(kinds.NAMESPACES, "", NAMESPACE))
    rig.at(0)
    assert rig.store.get(kinds.NAMESPACES, "", NAMESPACE)
    rig.patch(NETWORK_POLICIES, "hole", {"metadata": {"finalizers": None}})
    rig.at(0)
    assert rig.store.get(kinds.NAMESPACES, "", NAMESPACE) is None


def test_a_kubelet_ends_a_pod_a_second_after_it_was_asked_to(rig: Rig) -> None:
    container = {"name": "c", "image": "i"}
    rig.create(kinds.PODS, "web", spec={"nodeName": "node-a", "containers": [container]})
    rig.delete(kinds.PODS, "web")
    rig.at(0)
    pod = rig.find(kinds.PODS, "web")
    assert pod is not None
    assert pod["metadata"]["deletionTimestamp"] == "2026-10-01T12:00:30Z"
    rig.at(1)
    assert rig.find(kinds.PODS, "web") is None
