"""A net is called armed only when it is: each way to defeat the switch is seen, named, not talked away."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.eventually import eventually
from tests.controlplane.plane import ControlPlane
from tests.e2e import register
from tests.e2e.command import Netgrant
from tests.e2e.manifests import idle_job
from tests.e2e.witness import Witness
from tests.rest import Json

pytestmark = pytest.mark.cluster

REFUSED, NOT_FOUND = 9, 3


def told(netgrant: Netgrant, grant_id: str, namespace: str) -> tuple[dict[str, Any], str]:
    """The row of ``list -o json`` and the text of ``show``."""
    (row,) = netgrant.listed(namespace)
    assert row["id"] == grant_id
    return row, netgrant("show", grant_id).ok().out


def defeated(netgrant: Netgrant, grant_id: str, namespace: str, why: str) -> None:
    """Both say that the switch is not armed, and why; extending it is refused."""
    row, text = told(netgrant, grant_id, namespace)
    assert row["armed"] is False
    assert row["state"] == "drifted"
    assert [part["deadman"] for part in row["parts"] if part["policy"]] == [why]
    assert any(why in sentence for sentence in row["drift"])
    assert f"NOT ARMED ({why})" in text
    longer = netgrant("extend", grant_id, "--for", "5m", "--reason", "longer").ended(REFUSED)
    assert why in longer.complaint


def test_armed_means_started_not_suspended_and_owner(
    netgrant: Netgrant, witness: Witness, namespace: str
) -> None:
    grant_id = netgrant.grant(namespace)
    row, text = told(netgrant, grant_id, namespace)
    job, policy = witness.job(namespace), witness.policy(namespace)
    assert job["status"]["startTime"]
    assert not job["spec"].get("suspend")
    assert [owner["uid"] for owner in policy["metadata"]["ownerReferences"]] == [job["metadata"]["uid"]]
    assert (row["armed"], row["drift"], row["parts"][0]["deadman"]) == (True, [], "armed")
    assert f"dead-man Job {job['metadata']['name']}, armed" in text


def suspend(witness: Witness, _: ControlPlane, namespace: str) -> None:
    witness.suspend_job(namespace)


def free(witness: Witness, _: ControlPlane, namespace: str) -> None:
    witness.patch(witness.policy(namespace), {"metadata": {"ownerReferences": None}})


def lose_the_deadline(witness: Witness, plane: ControlPlane, namespace: str) -> None:
    # The field may not be removed from a running Job, so an orphaned successor without one takes its place.
    job = witness.job(namespace)["metadata"]
    witness.kubectl("delete", "job", job["name"], "-n", namespace, "--cascade=orphan")
    body = idle_job(job["name"])
    body["metadata"]["labels"] = job["labels"]
    made = plane.rest().post(f"/apis/batch/v1/namespaces/{namespace}/jobs", body).ok()
    own(witness, witness.policy(namespace), made)
    eventually(lambda: "startTime" in witness.job(namespace)["status"], what="a started Job")


def share(witness: Witness, plane: ControlPlane, namespace: str) -> None:
    """A second owner keeps the policy when the Job goes."""
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    other = plane.rest().post(path, {"metadata": {"name": "other"}}).ok()
    own(witness, witness.policy(namespace), witness.job(namespace), other)


def own(witness: Witness, policy: Json, *owners: Json) -> None:
    references = [
        {
            "apiVersion": owner["apiVersion"],
            "kind": owner["kind"],
            "name": owner["metadata"]["name"],
            "uid": owner["metadata"]["uid"],
        }
        for owner in owners
    ]
    witness.patch(policy, {"metadata": {"ownerReferences": references}})


def orphan(witness: Witness, _: ControlPlane, namespace: str) -> None:
    job = witness.job(namespace)["metadata"]["name"]
    witness.kubectl("delete", "job", job, "-n", namespace, "--cascade=orphan")


def linger(witness: Witness, _: ControlPlane, namespace: str) -> None:
    """A Job that is kept after it failed keeps its policy."""
    witness.patch(witness.job(namespace), {"spec": {"ttlSecondsAfterFinished": 3600}})


@pytest.mark.parametrize(
    ("defeat", "why"),
    [
        (suspend, "Job suspended"),
        (linger, "Job kept after its deadline"),
        (free, "policy not owned by the Job"),
        (share, "policy not owned by the Job"),
        (lose_the_deadline, "Job without deadline"),
        (orphan, "no Job"),
    ],
)
def test_each_way_to_defeat_the_switch_is_named(
    control_plane: ControlPlane,
    netgrant: Netgrant,
    witness: Witness,
    namespace: str,
    *,
    defeat: Callable[[Witness, ControlPlane, str], None],
    why: str,
) -> None:
    grant_id = netgrant.grant(namespace)
    defeat(witness, control_plane, namespace)
    defeated(netgrant, grant_id, namespace, why)
    # It can be revoked all the same.
    assert netgrant("revoke", grant_id, "--reason", "done").ok().id == grant_id
    assert witness.policies(namespace) == []


def test_a_deleted_job_takes_the_policy_and_the_end_is_noted(
    netgrant: Netgrant, witness: Witness, namespace: str
) -> None:
    grant_id = netgrant.grant(namespace)
    witness.kubectl("delete", "job", witness.job(namespace)["metadata"]["name"], "-n", namespace)
    witness.await_empty(namespace)
    assert netgrant.listed(namespace) == []
    netgrant("history").ok()
    rows = register.rows(netgrant.registry, "SELECT phase, end_cause FROM grants")
    assert rows == [("ended", "removed")]
    assert "removed" in netgrant("show", grant_id).ok().out


def test_an_edited_spec_is_drift(netgrant: Netgrant, witness: Witness, namespace: str) -> None:
    grant_id = netgrant.grant(namespace)
    witness.patch(witness.policy(namespace), {"spec": {"podSelector": None, "ingress": [{}]}})
    row, text = told(netgrant, grant_id, namespace)
    assert row["armed"] is True  # it will still end in time …
    assert row["state"] == "drifted"  # … but it is not what was granted
    assert any("spec edited" in sentence for sentence in row["drift"])
    assert "spec edited" in text


def test_a_finalizer_holds_it_and_nobody_says_otherwise(
    netgrant: Netgrant, witness: Witness, namespace: str
) -> None:
    grant_id = netgrant.grant(namespace)
    policy = witness.policy(namespace)
    witness.patch(policy, {"metadata": {"finalizers": ["example.com/keep"]}})
    assert "example.com/keep" in netgrant("show", grant_id).ok().out
    done = netgrant("revoke", grant_id, "--reason", "done").ended(REFUSED)
    assert done.out == ""  # stdout holds what is revoked, and this is not
    assert "still enforced: held by finalizer example.com/keep" in done.complaint
    row, text = told(netgrant, grant_id, namespace)
    assert row["state"] == "ending"
    assert row["armed"] is False
    assert row["parts"][0]["finalizers"] == ["example.com/keep"]
    assert "held by finalizer example.com/keep" in text
    assert register.phases(netgrant.registry) == {grant_id: "ending"}
    assert witness.policy(namespace)["metadata"]["uid"] == policy["metadata"]["uid"]
    witness.patch(policy, {"metadata": {"finalizers": None}})
    netgrant("history").ok()
    assert register.phases(netgrant.registry) == {grant_id: "ended"}
    assert register.open_intents(netgrant.registry) == []
    assert witness.is_empty(namespace)
    assert "no grant" in netgrant("revoke", grant_id, "--reason", "again").ended(NOT_FOUND).complaint


def test_a_finalizer_past_the_deadline_is_overdue(
    netgrant: Netgrant, witness: Witness, namespace: str
) -> None:
    grant_id = netgrant.grant(namespace, "2s")
    policy = witness.policy(namespace)
    witness.patch(policy, {"metadata": {"finalizers": ["example.com/keep"]}})
    eventually(lambda: not witness.jobs(namespace), what="the Job's end")
    eventually(lambda: netgrant.listed(namespace)[0]["state"] == "overdue", what="the state overdue")
    (row,) = netgrant.listed(namespace)
    assert (row["id"], row["armed"]) == (grant_id, False)
    netgrant("history").ok()
    assert register.phases(netgrant.registry) == {grant_id: "active"}  # it has not ended: it is enforced
    witness.patch(policy, {"metadata": {"finalizers": None}})
    netgrant("history").ok()
    assert register.rows(netgrant.registry, "SELECT phase, end_cause FROM grants") == [("ended", "expired")]
