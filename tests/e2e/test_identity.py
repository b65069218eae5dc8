"""Who asked is what the cluster says, whatever this machine thinks that its user is called."""

from dataclasses import replace

import pytest
import yaml

from tests.controlplane.plane import Auth, ControlPlane
from tests.e2e import register
from tests.e2e.command import Netgrant
from tests.e2e.rights import ALL, allow
from tests.e2e.witness import Witness

pytestmark = pytest.mark.cluster

REQUESTED_BY = "netgrant.dev/requested-by"
DENIED = 4


def noted(netgrant: Netgrant, witness: Witness, namespace: str) -> set[str]:
    """Every name on record after a grant: on both objects, in the registry and its audit, in the list."""
    grant_id = netgrant.grant(namespace)
    items = (witness.job(namespace), witness.policy(namespace))
    names = {item["metadata"]["annotations"][REQUESTED_BY] for item in items}
    names |= {str(row[0]) for row in register.rows(netgrant.registry, "SELECT requested_by FROM grants")}
    names |= {row["actor"] for row in netgrant("history", grant_id, "-o", "json").ok().json}
    return names | {row["requestedBy"] for row in netgrant.listed(namespace)}


@pytest.mark.parametrize("auth", ["cert", "token"])
def test_the_name_is_the_clusters(
    control_plane: ControlPlane, alice: Netgrant, witness: Witness, namespace: str, auth: Auth
) -> None:
    allow(control_plane, namespace, "alice", jobs=ALL, networkpolicies=ALL)
    person = replace(alice, kubeconfig=control_plane.kubeconfig("alice", auth))
    assert person.environment()["USER"] == "mallory"
    assert noted(person, witness, namespace) == {"alice"}


def acting_as(plane: ControlPlane, netgrant: Netgrant, user: str, name: str) -> Netgrant:
    """``user`` with a kubeconfig that says ``as: name``."""
    config = yaml.safe_load(plane.kubeconfig(user).read_text())
    config["users"][0]["user"]["as"] = name
    path = netgrant.registry.with_name("as.kubeconfig")
    path.write_text(yaml.safe_dump(config))
    return replace(netgrant, kubeconfig=path)


def test_whoever_is_impersonated_is_named(
    control_plane: ControlPlane, netgrant: Netgrant, witness: Witness, namespace: str
) -> None:
    allow(control_plane, namespace, "bob", jobs=ALL, networkpolicies=ALL)
    assert noted(acting_as(control_plane, netgrant, "admin", "bob"), witness, namespace) == {"bob"}
    made = [
        event
        for event in control_plane.audit_events()
        if event["verb"] == "create"
        and event.get("objectRef", {}).get("namespace") == namespace
        and event["userAgent"].startswith("netgrant/")
    ]
    assert {event["impersonatedUser"]["username"] for event in made} == {"bob"}
    assert {event["user"]["username"] for event in made} == {"admin"}


def test_impersonation_gives_no_more_rights_than_the_impersonated_has(
    control_plane: ControlPlane, netgrant: Netgrant, witness: Witness, namespace: str
) -> None:
    person = acting_as(control_plane, netgrant, "admin", "nobody-here")
    assert '"nobody-here"' in person("list", "-n", namespace).ended(DENIED).complaint
    assert witness.is_empty(namespace)


def test_impersonation_that_is_not_allowed_is_said(
    control_plane: ControlPlane, alice: Netgrant, namespace: str
) -> None:
    allow(control_plane, namespace, "alice", jobs=ALL, networkpolicies=ALL)
    done = acting_as(control_plane, alice, "alice", "admin")("list", "-n", namespace).ended(DENIED)
    assert "impersonate" in done.complaint


def test_a_forged_name_is_overwritten_by_no_one_but_seen_as_what_it_is(
    control_plane: ControlPlane, alice: Netgrant, witness: Witness, namespace: str
) -> None:
    """Without the guard anybody may edit the annotation; the registry and the audit log still know."""
    allow(control_plane, namespace, "alice", jobs=ALL, networkpolicies=ALL)
    grant_id = alice.grant(namespace)
    witness.patch(witness.policy(namespace), {"metadata": {"annotations": {REQUESTED_BY: "bob"}}})
    told = alice("show", grant_id, "-o", "json").ok().json
    assert told["record"]["requestedBy"] == "alice"
    assert {row["actor"] for row in told["history"]} == {"alice"}


def test_a_token_that_is_not_accepted_is_denied_in_words_and_not_shown(
    control_plane: ControlPlane, netgrant: Netgrant, namespace: str
) -> None:
    config = yaml.safe_load(control_plane.kubeconfig("alice", "token").read_text())
    config["users"][0]["user"]["token"] = "expired-or-made-up"
    path = netgrant.registry.with_name("bad.kubeconfig")
    path.write_text(yaml.safe_dump(config))
    done = replace(netgrant, kubeconfig=path)("list", "-n", namespace).ended(DENIED)
    assert "credentials" in done.complaint
    assert "expired-or-made-up" not in done.err
