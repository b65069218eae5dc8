"""Rights in one namespace are enough for everything there; what is denied elsewhere is said."""

from dataclasses import replace

import pytest

from tests.controlplane.plane import ControlPlane
from tests.e2e import register
from tests.e2e.command import Netgrant
from tests.e2e.rights import ALL, READ, allow
from tests.e2e.witness import Witness

pytestmark = pytest.mark.cluster

NOT_FOUND, DENIED = 3, 4


@pytest.fixture
def place(control_plane: ControlPlane, namespace: str) -> str:
    """The one namespace where alice may work; her context's own namespace is another."""
    allow(control_plane, namespace, "alice", jobs=ALL, networkpolicies=ALL)
    return namespace


def test_a_whole_life(alice: Netgrant, witness: Witness, place: str) -> None:
    grant_id = alice.grant(place)
    (row,) = alice.listed(place)
    assert (row["id"], row["armed"], row["requestedBy"]) == (grant_id, True, "alice")
    assert "armed" in alice("show", grant_id).ok().out
    before = witness.deadline(place)
    alice("extend", grant_id, "--for", "1m", "--reason", "longer").ok()
    assert (witness.deadline(place) - before).total_seconds() == 60
    assert alice("revoke", grant_id, "--reason", "done").ok().id == grant_id
    assert witness.is_empty(place)
    told = [row["event"] for row in alice("history", grant_id, "-o", "json").ok().json]
    assert told == ["asked", "granted", "asked", "extended", "revoking", "revoked"]
    assert register.open_intents(alice.registry) == []


def test_an_end_that_nobody_saw_is_noted(alice: Netgrant, witness: Witness, place: str) -> None:
    grant_id = alice.grant(place, "2s")
    witness.await_empty(place)
    told = alice("history", "-o", "json").ok().json
    assert [row["event"] for row in told] == ["asked", "granted", "ended"]
    assert told[-1]["detail"]["cause"] == "expired"
    assert register.phases(alice.registry) == {grant_id: "ended"}


def test_without_the_registry_the_namespace_finds_it(alice: Netgrant, witness: Witness, place: str) -> None:
    grant_id = alice.grant(place)
    elsewhere = replace(alice, registry=alice.registry.with_name("another.db"))
    assert grant_id in elsewhere("show", grant_id, "-n", place).ok().out
    elsewhere("extend", grant_id, "-n", place, "--for", "1m", "--reason", "longer").ok()
    elsewhere("revoke", grant_id, "-n", place, "--reason", "done").ok()
    assert witness.is_empty(place)


def test_without_registry_and_namespace_it_says_what_is_denied(alice: Netgrant, place: str) -> None:
    grant_id = alice.grant(place)
    elsewhere = replace(alice, registry=alice.registry.with_name("another.db"))
    done = elsewhere("show", grant_id).ended(NOT_FOUND)
    assert "all namespaces" in done.complaint or "cluster scope" in done.complaint
    assert done.out == ""


def test_listing_everything_says_what_is_denied(alice: Netgrant, place: str) -> None:
    alice.grant(place)
    done = alice("list", "-A").ended(DENIED)
    assert done.out == ""
    assert "list" in done.complaint
    assert "networkpolicies" in done.complaint


def test_revoking_everything_is_not_silently_some(alice: Netgrant, witness: Witness, place: str) -> None:
    alice.grant(place)
    alice("revoke", "--all", "-A", "--reason", "all of it", "--yes").ended(DENIED)
    assert len(witness.policies(place)) == 1
    alice("revoke", "--all", "-n", place, "--reason", "all of it", "--yes").ok()
    assert witness.is_empty(place)


def test_another_namespace_is_denied(alice: Netgrant, place: str) -> None:
    assert "default" in alice("list", "-n", "default").ended(DENIED).complaint
    assert alice.listed(place) == []


def test_who_may_not_read_jobs_is_told_that_the_net_is_not_known(
    control_plane: ControlPlane, netgrant: Netgrant, namespace: str
) -> None:
    grant_id = netgrant.grant(namespace)
    allow(control_plane, namespace, "bob", networkpolicies=READ)
    bob = replace(netgrant, kubeconfig=control_plane.kubeconfig("bob"))
    done = bob("list", "-n", namespace, "-o", "json").ok()
    (row,) = done.json
    assert (row["id"], row["armed"]) == (grant_id, False)
    assert row["parts"][0]["deadman"] == "Jobs may not be read"
    assert "Jobs may not be listed" in done.err
