"""A refused call leaves no half grant: one line that says what was refused, a code, and nothing behind."""

from collections.abc import Callable

import pytest

from tests.contract.eventually import eventually
from tests.controlplane.plane import ControlPlane
from tests.e2e import register
from tests.e2e.admission import deny, forbid_jobs_by_quota, suspend_jobs
from tests.e2e.command import Done, Netgrant, opening
from tests.e2e.failpoints import Point, Victim
from tests.e2e.manifests import two
from tests.e2e.rights import ALL, READ, allow, may
from tests.e2e.witness import Witness

pytestmark = pytest.mark.cluster

NOT_FOUND, DENIED, REFUSED = 3, 4, 9


def refused(done: Done, code: int, *words: str) -> None:
    """One line of complaint with the words, nothing on stdout."""
    done.ended(code)
    assert done.out == ""
    assert all(word in done.complaint for word in words), done.err


def nothing_left(netgrant: Netgrant, witness: Witness, namespace: str) -> None:
    """Neither in the cluster nor as an open intent."""
    assert witness.is_empty(namespace)
    assert register.open_intents(netgrant.registry) == []
    assert set(register.phases(netgrant.registry).values()) <= {"failed"}


def test_jobs_but_no_policies(
    control_plane: ControlPlane, alice: Netgrant, witness: Witness, namespace: str
) -> None:
    allow(control_plane, namespace, "alice", jobs=ALL, networkpolicies=READ)
    refused(alice(*opening(namespace)), DENIED, "networkpolicies", "create", namespace)
    nothing_left(alice, witness, namespace)
    assert register.phases(alice.registry) == {}  # it was rehearsed first, and nothing was begun


def test_policies_but_no_jobs(
    control_plane: ControlPlane, alice: Netgrant, witness: Witness, namespace: str
) -> None:
    allow(control_plane, namespace, "alice", jobs=READ, networkpolicies=ALL)
    refused(alice(*opening(namespace)), DENIED, "jobs", "create", namespace)
    nothing_left(alice, witness, namespace)


def test_no_rights_at_all(alice: Netgrant, witness: Witness, namespace: str) -> None:
    refused(alice(*opening(namespace)), DENIED, "jobs", namespace)
    nothing_left(alice, witness, namespace)


def test_a_quota_of_no_jobs(
    control_plane: ControlPlane, netgrant: Netgrant, witness: Witness, namespace: str
) -> None:
    forbid_jobs_by_quota(control_plane, namespace)
    refused(netgrant(*opening(namespace)), DENIED, "quota")
    nothing_left(netgrant, witness, namespace)


def test_admission_that_denies_the_policy(
    control_plane: ControlPlane, netgrant: Netgrant, witness: Witness, namespace: str
) -> None:
    deny(control_plane, namespace, "networkpolicies")
    refused(netgrant(*opening(namespace)), REFUSED, "no networkpolicies here, says the platform team")
    nothing_left(netgrant, witness, namespace)


def test_admission_that_lets_the_rehearsal_pass_and_then_denies(
    control_plane: ControlPlane, netgrant: Netgrant, witness: Witness, namespace: str
) -> None:
    deny(control_plane, namespace, "networkpolicies", unless="!has(object.metadata.ownerReferences)")
    refused(netgrant(*opening(namespace)), REFUSED, "no networkpolicies here, says the platform team")
    nothing_left(netgrant, witness, namespace)
    assert set(register.phases(netgrant.registry).values()) == {"failed"}  # the Job had been made


def test_admission_that_denies_the_second_namespace(
    control_plane: ControlPlane, netgrant: Netgrant, witness: Witness, new_namespace: Callable[[], str]
) -> None:
    first, second = new_namespace(), new_namespace()
    deny(control_plane, second, "networkpolicies", unless="!has(object.metadata.ownerReferences)")
    manifest = netgrant.registry.with_name("two.yaml")
    manifest.write_text(two(first, second))
    done = netgrant("grant", "-f", str(manifest), "--for", "5m", "--reason", "both sides")
    refused(done, REFUSED, "says the platform team")
    for namespace in (first, second):
        nothing_left(netgrant, witness, namespace)


def test_a_namespace_that_does_not_exist(netgrant: Netgrant) -> None:
    refused(netgrant(*opening("no-such-place")), NOT_FOUND, "no-such-place")
    assert register.phases(netgrant.registry) == {}


def test_jobs_that_are_suspended_at_once(
    control_plane: ControlPlane, netgrant: Netgrant, witness: Witness, namespace: str
) -> None:
    suspend_jobs(control_plane, namespace)
    refused(netgrant(*opening(namespace)), REFUSED, "suspended", "nothing would end the access")
    nothing_left(netgrant, witness, namespace)


def test_no_controller_that_starts_jobs(
    control_plane: ControlPlane, netgrant: Netgrant, witness: Witness, namespace: str
) -> None:
    with control_plane.stopped("controller_manager"):
        refused(netgrant(*opening(namespace)), REFUSED, "not started in time", "kube-controller-manager")
        nothing_left(netgrant, witness, namespace)


def test_a_right_that_is_taken_away_between_timer_and_policy(
    control_plane: ControlPlane, victim: Victim, witness: Witness, namespace: str
) -> None:
    binding = allow(control_plane, namespace, "alice", jobs=ALL, networkpolicies=ALL)
    alice = victim.as_user("alice")

    def take_away() -> None:
        control_plane.rest().delete(binding).ok()
        person = control_plane.rest("alice")
        eventually(lambda: not may(person, namespace, "networkpolicies", "create"), what="the loss")

    alice.way.at(Point("before", "POST", "networkpolicies"), take_away)
    done = alice.netgrant(*opening(namespace)).ended(DENIED)
    # Clearing up is denied too: it says so, and what is left is a timer that owns nothing.
    assert "networkpolicies" in done.complaint
    assert "cleaning up failed too" in done.complaint
    assert witness.policies(namespace) == []
    assert register.open_intents(alice.netgrant.registry) == ["create"]
    allow_again(control_plane, namespace)
    alice.netgrant("list", "-n", namespace).ok()
    nothing_left(alice.netgrant, witness, namespace)


def allow_again(plane: ControlPlane, namespace: str) -> None:
    """Bind the role that is still there."""
    path = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/rolebindings"
    subject = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "alice"}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "alice"}
    body = {"metadata": {"name": "alice"}, "roleRef": role, "subjects": [subject]}
    plane.rest().post(path, body).ok()
    person = plane.rest("alice")
    eventually(lambda: may(person, namespace, "jobs", "delete"), what="the rights")
