"""Whom a form means, and the words beside its fields."""

from dataclasses import replace
from typing import Any

from app.commands.preview import Terms, understand
from app.commands.session import Limits
from app.domain.objects import Meta, Pod, PodSpec, PodStatus
from app.domain.policyspec import Direction
from app.domain.proposal import Field, Proposal
from app.live.cluster import Kind, LiveCluster
from app.live.meant import Meant, meant
from app.live.population import Population
from tests.ui.form_stage import SEED, world
from tests.ui.objects import NOW
from tests.ui.stage import incident


async def told(cluster: LiveCluster | None = None, **changes: Any) -> Meant:
    asked: Proposal = replace(SEED, **changes)
    where = cluster or followed()
    found = await understand(world().session().cluster, asked, Terms(Limits(), "alice", NOW))
    return meant(where, Population(where.inventory), found, asked)


def followed() -> LiveCluster:
    cluster = LiveCluster("prod")
    incident(cluster)
    return cluster


async def test_pods_and_addresses_are_counted() -> None:
    found = await told(source="ns=ops app=bastion; 198.51.100.0/24; 203.0.113.7")
    assert found.hints[Field.TARGET].text == "3 pods"
    assert found.hints[Field.SOURCE].text == "1 pod, 2 CIDRs, 257 addresses"
    assert [pod.metadata.name for pod in found.receivers] == ["database-0", "database-1", "database-2"]


async def test_nobody_is_doubtful_and_everybody_too() -> None:
    found = await told(target="app=databse", source="0.0.0.0/0")
    assert found.hints[Field.TARGET].text == "no pod: is that the label?"
    assert found.hints[Field.TARGET].is_doubtful
    assert found.hints[Field.SOURCE].text == "EVERYBODY"
    assert found.hints[Field.SOURCE].is_doubtful
    found = await told(source="0.0.0.0/0 except 10.0.0.0/8")
    assert found.hints[Field.SOURCE].text == "EVERYBODY, but for the exceptions"


async def test_exceptions_do_not_count() -> None:
    found = await told(source="198.51.100.0/24 except 198.51.100.0/25")
    assert found.hints[Field.SOURCE].text == "CIDR, 128 addresses"
    assert (await told(source="2001:db8::/32")).hints[Field.SOURCE].text == "CIDR"


async def test_what_is_not_known_is_not_called_none() -> None:
    cluster = followed()
    cluster.covered[Kind.PODS] = frozenset({"ops"})
    found = await told(cluster, source="ns=ops")
    assert found.hints[Field.TARGET].text == "pods are not known here"
    assert found.hints[Field.SOURCE].text == "1 pod"


async def test_ports_are_held_against_what_the_pods_declare() -> None:
    assert (await told()).hints[Field.PORTS].text == "5432 (db) on 3 of 3 pods"
    assert (await told(ports="db")).hints[Field.PORTS].text == "on 3 of 3 pods"
    assert (await told(ports="9999")).hints[Field.PORTS].text == "no container declares it"
    assert (await told(ports="8000-9000")).hints[Field.PORTS].text == ""


async def test_no_ports_are_all_ports_and_said_loudly() -> None:
    found = await told(ports="")
    assert found.hints[Field.PORTS].text == "ALL ports are opened"
    assert found.hints[Field.PORTS].is_doubtful


async def test_a_service_brings_its_port() -> None:
    found = await told(target="svc/database:5432", ports="")
    assert found.hints[Field.PORTS].text == "db/TCP"
    assert not found.hints[Field.PORTS].is_doubtful


async def test_egress_receivers_are_the_peers() -> None:
    found = await told(direction=Direction.EGRESS, source="app=cache", target="ns=payments app=api", ports="")
    assert [end.role.value for end in found.ends] == ["target", "source"]
    assert {pod.metadata.namespace for pod in found.receivers} == {"payments"}
    assert found.hints[Field.SOURCE].text == "2 pods"


async def test_pods_that_no_policy_concerns_are_not_meant() -> None:
    cluster = followed()
    labels = {"app": "database"}
    meta = Meta("database-job", "production", "u1", labels=labels)
    cluster.inventory.pods.put(Pod(meta, PodSpec(), PodStatus("Succeeded")))
    meta = Meta("database-host", "production", "u2", labels=labels)
    cluster.inventory.pods.put(Pod(meta, PodSpec(host_network=True), PodStatus("Running")))
    assert (await told(cluster)).hints[Field.TARGET].text == "3 pods"
