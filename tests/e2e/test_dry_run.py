"""A dry run writes nothing: neither in the cluster, nor in the registry."""

import pytest
import yaml

from tests.controlplane.plane import ControlPlane
from tests.e2e import register
from tests.e2e.admission import deny
from tests.e2e.command import Netgrant, opening
from tests.e2e.witness import Witness
from tests.rest import Json

pytestmark = pytest.mark.cluster

REFUSED = 9
WRITING = ("create", "update", "patch", "delete", "deletecollection")

SEED = {
    "podSelector": {"matchLabels": {"app": "database"}},
    "policyTypes": ["Ingress"],
    "ingress": [
        {
            "from": [{"ipBlock": {"cidr": "198.51.100.0/24"}}],
            "ports": [{"protocol": "TCP", "port": 5432}],
        }
    ],
}


def writes(plane: ControlPlane, namespace: str) -> list[Json]:
    """What the API server's audit log holds of writes to the namespace."""
    return [
        event
        for event in plane.audit_events()
        if event["verb"] in WRITING
        and event.get("objectRef", {}).get("namespace") == namespace
        and event["user"]["username"] == "admin"
        and event["userAgent"].startswith("netgrant/")
    ]


def test_the_server_checks_all_and_keeps_nothing(
    control_plane: ControlPlane, netgrant: Netgrant, witness: Witness, namespace: str
) -> None:
    done = netgrant(*opening(namespace, "30m"), "--dry-run=server").ok()
    job, policy = yaml.safe_load_all(done.out)
    assert (job["kind"], policy["kind"]) == ("Job", "NetworkPolicy")
    assert policy["spec"] == SEED
    assert "nothing was written" in done.err
    assert witness.is_empty(namespace)
    asked = writes(control_plane, namespace)
    assert sorted(event["objectRef"]["resource"] for event in asked) == ["jobs", "networkpolicies"]
    assert all("dryRun=All" in event["requestURI"] for event in asked)
    assert register.phases(netgrant.registry) == {}


def test_the_client_asks_nobody(
    control_plane: ControlPlane, netgrant: Netgrant, witness: Witness, namespace: str
) -> None:
    done = netgrant(*opening(namespace, "30m"), "--dry-run", "-o", "yaml").ok()
    _, policy = yaml.safe_load_all(done.out)
    assert policy["spec"] == SEED
    assert writes(control_plane, namespace) == []
    assert witness.is_empty(namespace)
    assert not netgrant.registry.exists()


def test_what_is_printed_is_what_would_be_made(netgrant: Netgrant, witness: Witness, namespace: str) -> None:
    """The printed policy and the made one differ in what only a real one has: its id and its owner."""
    _, printed = yaml.safe_load_all(netgrant(*opening(namespace, "30m"), "--dry-run=server").ok().out)
    netgrant.grant(namespace, "30m")
    made = witness.policy(namespace)
    assert made["spec"] == printed["spec"]
    assert made["metadata"]["labels"].keys() == printed["metadata"]["labels"].keys()
    added = made["metadata"]["annotations"].keys() - printed["metadata"]["annotations"].keys()
    assert added == {"netgrant.dev/audit-head"}


def test_a_refusal_is_told_as_for_the_real_thing(
    control_plane: ControlPlane, netgrant: Netgrant, witness: Witness, namespace: str
) -> None:
    deny(control_plane, namespace, "networkpolicies")
    done = netgrant(*opening(namespace), "--dry-run=server").ended(REFUSED)
    assert "says the platform team" in done.complaint
    assert done.out == ""
    assert witness.is_empty(namespace)


def test_every_write_says_who_wrote(
    control_plane: ControlPlane, netgrant: Netgrant, witness: Witness, namespace: str
) -> None:
    grant_id = netgrant.grant(namespace)
    netgrant("revoke", grant_id, "--reason", "done").ok()
    witness.await_empty(namespace)
    made = [event for event in writes(control_plane, namespace) if "dryRun" not in event["requestURI"]]
    assert [(event["verb"], event["objectRef"]["resource"]) for event in made] == [
        ("create", "jobs"),
        ("create", "networkpolicies"),
        ("delete", "networkpolicies"),
        ("delete", "jobs"),
    ]
    managers = {event["responseObject"]["metadata"]["managedFields"][0]["manager"] for event in made[:2]}
    assert managers == {"netgrant"}
