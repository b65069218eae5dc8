"""What others made, replaced or took over is not touched, even under a name that was ours."""

import time

import pytest

from tests.contract.eventually import eventually
from tests.controlplane.plane import ControlPlane
from tests.e2e import register
from tests.e2e.command import Netgrant, opening
from tests.e2e.failpoints import Point, Victim
from tests.e2e.manifests import policy_in
from tests.e2e.witness import GRANT_LABEL, JOB, Witness
from tests.rest import Json

pytestmark = pytest.mark.cluster

NOT_FOUND, REFUSED = 3, 9


def replace_with_successor(
    plane: ControlPlane, witness: Witness, namespace: str, labels: Json | None = None
) -> str:
    """Delete the one policy and create another of its name; returns the UID of that."""
    name = witness.policy(namespace)["metadata"]["name"]
    witness.kubectl("delete", "networkpolicy", name, "-n", namespace)
    body = policy_in(namespace, name)
    body["metadata"]["labels"] = labels or {}
    path = f"/apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies"
    return str(plane.rest().post(path, body).ok()["metadata"]["uid"])


def test_revoking_leaves_a_successor_without_our_label(
    control_plane: ControlPlane, netgrant: Netgrant, witness: Witness, namespace: str
) -> None:
    grant_id = netgrant.grant(namespace)
    successor = replace_with_successor(control_plane, witness, namespace)
    netgrant("revoke", grant_id, "--reason", "done")
    assert witness.jobs(namespace) == []
    time.sleep(1)  # the garbage collector would have acted by then
    assert witness.policy(namespace)["metadata"]["uid"] == successor


def test_a_successor_made_while_revoking_is_left(
    control_plane: ControlPlane, victim: Victim, witness: Witness, namespace: str
) -> None:
    """Between our look and our delete: only the UID tells the two apart."""
    grant_id = victim.netgrant.grant(namespace)
    labels = witness.policy(namespace)["metadata"]["labels"]  # it even carries the grant's label
    made: list[str] = []
    victim.way.at(
        Point("before", "DELETE", "networkpolicies"),
        lambda: made.append(replace_with_successor(control_plane, witness, namespace, labels)),
    )
    done = victim.netgrant("revoke", grant_id, "--reason", "done").ok()
    assert done.id == grant_id  # what was granted is gone
    assert witness.policy(namespace)["metadata"]["uid"] == made[0]


def test_undoing_leaves_a_successor(
    control_plane: ControlPlane, victim: Victim, witness: Witness, namespace: str
) -> None:
    victim.dies_at(Point("after", "POST", "networkpolicies"), *opening(namespace))
    successor = replace_with_successor(control_plane, witness, namespace)
    victim.netgrant("list").ok()
    assert register.open_intents(victim.netgrant.registry) == []
    assert witness.policy(namespace)["metadata"]["uid"] == successor
    assert witness.jobs(namespace) == []


def test_the_deadline_leaves_a_successor(
    control_plane: ControlPlane, netgrant: Netgrant, witness: Witness, namespace: str
) -> None:
    netgrant.grant(namespace, "3s")
    successor = replace_with_successor(control_plane, witness, namespace)
    eventually(lambda: not witness.jobs(namespace), what="the Job's end")
    time.sleep(1)
    assert witness.policy(namespace)["metadata"]["uid"] == successor


def test_a_neighbour_in_the_namespace_is_never_touched(
    control_plane: ControlPlane, netgrant: Netgrant, witness: Witness, namespace: str
) -> None:
    path = f"/apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies"
    neighbour = control_plane.rest().post(path, policy_in(namespace, "theirs")).ok()["metadata"]["uid"]
    grant_id = netgrant.grant(namespace)
    netgrant("revoke", grant_id, "--reason", "done").ok()
    netgrant.grant(namespace)
    netgrant("revoke", "--all", "-n", namespace, "--reason", "all", "--yes").ok()
    assert witness.policy(namespace)["metadata"]["uid"] == neighbour
    assert netgrant("revoke", "theirs", "-n", namespace, "--reason", "no").ended(NOT_FOUND).out == ""
    assert witness.policy(namespace)["metadata"]["uid"] == neighbour


def test_a_policy_taken_out_of_the_grant_is_left_and_said(
    netgrant: Netgrant, witness: Witness, namespace: str
) -> None:
    """Somebody took the label and the owner off: it is theirs now, and it is still enforced."""
    grant_id = netgrant.grant(namespace)
    policy = witness.policy(namespace)
    theirs = {"labels": {GRANT_LABEL: None}, "ownerReferences": None}
    witness.patch(policy, {"metadata": theirs})
    done = netgrant("revoke", grant_id, "--reason", "done").ended(REFUSED)
    assert done.out == ""
    assert "still enforced: it was taken out of grant" in done.complaint
    assert witness.objects(JOB, namespace) == []
    time.sleep(1)
    assert witness.policy(namespace)["metadata"]["uid"] == policy["metadata"]["uid"]


def test_a_policy_that_lost_its_label_alone_goes_with_its_job(
    netgrant: Netgrant, witness: Witness, namespace: str
) -> None:
    grant_id = netgrant.grant(namespace)
    witness.patch(witness.policy(namespace), {"metadata": {"labels": {GRANT_LABEL: None}}})
    assert netgrant("revoke", grant_id, "--reason", "done").ok().id == grant_id
    assert witness.is_empty(namespace)


def test_extending_a_successor_is_refused(
    control_plane: ControlPlane, victim: Victim, witness: Witness, namespace: str
) -> None:
    grant_id = victim.netgrant.grant(namespace)
    made: list[str] = []
    victim.way.at(
        Point("before", "PATCH", "networkpolicies"),
        lambda: made.append(replace_with_successor(control_plane, witness, namespace)),
    )
    done = victim.netgrant("extend", grant_id, "--for", "5m", "--reason", "longer")
    assert "Traceback" not in done.err
    found = witness.policy(namespace)["metadata"]
    assert found["uid"] == made[0]
    assert "annotations" not in found
