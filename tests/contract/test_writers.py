"""Our own writers, reviews and look-ups on both clusters; the raw client is the witness of what they did."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from app.errors import (
    ConflictError,
    ExistsError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    UnauthorizedError,
)
from app.kube.access import Reviews
from app.kube.choosing import ConnectOptions
from app.kube.connection import connect
from app.kube.deadlines import Deadlines
from app.kube.exchange import Connection
from app.kube.lookup import Reader
from app.kube.policies import Policies
from app.kube.wall_clock import WallClock
from app.ports import Check, Ref
from tests.contract.clusters import Cluster
from tests.contract.eventually import eventually
from tests.contract.objects import job, jobs, owned, policies, policy
from tests.rest import Json, Rest

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
async def wire(cluster: Cluster) -> AsyncIterator[Connection]:
    """A connection as the administrator."""
    async with await connect(ConnectOptions(kubeconfig=str(cluster.kubeconfig()))) as connection:
        yield connection


@pytest.fixture
async def alice(cluster: Cluster) -> AsyncIterator[Connection]:
    """A connection as a user without rights."""
    async with await connect(ConnectOptions(kubeconfig=str(cluster.kubeconfig("alice")))) as connection:
        yield connection


def in_namespace(body: Json, namespace: str) -> Json:
    return {**body, "metadata": {**body["metadata"], "namespace": namespace}}


async def created(wire: Connection, namespace: str, name: str = "one", labels: Json | None = None) -> Ref:
    receipt = await Policies(wire).create(in_namespace(policy(name, labels), namespace))
    return Ref(namespace, name, receipt.value.metadata.uid)


async def test_a_policys_life(wire: Connection, api: Rest, namespace: str) -> None:
    ref = await created(wire, namespace, labels={"netgrant.dev/grant": "g1"})
    await created(wire, namespace, "other")
    policy_writer = Policies(wire)
    found = await policy_writer.get(namespace, "one")
    assert found is not None
    assert found.metadata.uid == ref.uid == api.get(policies(namespace, "one")).ok()["metadata"]["uid"]
    assert [item.metadata.name for item in await policy_writer.list(namespace, "netgrant.dev/grant=g1")] == [
        "one"
    ]
    assert [item.metadata.name for item in await policy_writer.list(None, "netgrant.dev/grant=g1")] == ["one"]
    receipt = await policy_writer.patch(ref, {"metadata": {"annotations": {"a": "1"}}})
    assert receipt.value.metadata.annotations == {"a": "1"}
    assert api.get(policies(namespace, "one")).ok()["metadata"]["annotations"] == {"a": "1"}
    await policy_writer.delete(ref)
    assert api.get(policies(namespace, "one")).status == 404
    assert await policy_writer.get(namespace, "one") is None
    await policy_writer.delete(ref)


async def test_our_writes_bear_our_name(wire: Connection, api: Rest, namespace: str) -> None:
    await created(wire, namespace)
    managers = api.get(policies(namespace, "one")).ok()["metadata"].get("managedFields", [])
    assert {entry["manager"] for entry in managers} <= {"netgrant"}


async def test_a_dry_run_leaves_nothing(wire: Connection, api: Rest, namespace: str) -> None:
    receipt = await Policies(wire).create(in_namespace(policy("dry"), namespace), dry_run=True)
    assert receipt.value.spec == {"podSelector": {}, "policyTypes": ["Ingress"]}
    assert api.get(policies(namespace, "dry")).status == 404


async def test_a_taken_name(wire: Connection, namespace: str) -> None:
    await created(wire, namespace)
    with pytest.raises(ExistsError, match="already exists"):
        await created(wire, namespace)


async def test_an_unknown_field_is_refused_not_dropped(wire: Connection, api: Rest, namespace: str) -> None:
    with pytest.raises(InvalidError, match="ingres"):
        await Policies(wire).create(in_namespace(policy("typo", ingres=[]), namespace))
    assert api.get(policies(namespace, "typo")).status == 404


async def test_an_invalid_policy_says_which_field(wire: Connection, namespace: str) -> None:
    with pytest.raises(InvalidError, match=r"spec\.ingress\[0\]\.from\[0\]\.ipBlock\.cidr") as caught:
        rule = {"from": [{"ipBlock": {"cidr": "nonsense"}}]}
        await Policies(wire).create(in_namespace(policy("bad", ingress=[rule]), namespace))
    assert caught.value.status == 422


async def test_a_missing_namespace(wire: Connection) -> None:
    with pytest.raises(NotFoundError, match='namespaces "no-such-namespace" not found'):
        await created(wire, "no-such-namespace")


async def test_a_stale_version_is_a_conflict(wire: Connection, api: Rest, namespace: str) -> None:
    ref = await created(wire, namespace)
    first = api.get(policies(namespace, "one")).ok()["metadata"]["resourceVersion"]
    second = await Policies(wire).patch(ref, {"metadata": {"labels": {"a": "1"}}}, version=first)
    with pytest.raises(ConflictError, match="modified"):
        await Policies(wire).patch(ref, {"metadata": {"labels": {"a": "2"}}}, version=first)
    assert api.get(policies(namespace, "one")).ok()["metadata"]["labels"] == {"a": "1"}
    assert second.value.metadata.resource_version != first


async def test_a_successor_is_never_touched(wire: Connection, api: Rest, namespace: str) -> None:
    old = await created(wire, namespace)
    api.delete(policies(namespace, "one")).ok()
    new = await created(wire, namespace)
    with pytest.raises(ConflictError, match="another object by now"):
        await Policies(wire).patch(old, {"metadata": {"labels": {"a": "1"}}})
    await Policies(wire).delete(old)
    found = api.get(policies(namespace, "one")).ok()["metadata"]
    assert (found["uid"], found.get("labels")) == (new.uid, None)


async def test_a_patch_of_what_is_gone(wire: Connection, namespace: str) -> None:
    ref = await created(wire, namespace)
    await Policies(wire).delete(ref)
    with pytest.raises(NotFoundError):
        await Policies(wire).patch(ref, {"metadata": {"labels": {"a": "1"}}})


async def test_a_deadlines_life(wire: Connection, api: Rest, namespace: str) -> None:
    deadline_writer = Deadlines(wire)
    receipt = await deadline_writer.create(in_namespace(job("timer"), namespace))
    ref = Ref(namespace, "timer", receipt.value.metadata.uid)
    changed = await deadline_writer.set_deadline(ref, 1234)
    assert changed.value.spec.active_deadline_seconds == 1234
    stored = api.get(jobs(namespace, "timer")).ok()
    assert stored["spec"]["activeDeadlineSeconds"] == 1234
    await Policies(wire).create(in_namespace(owned(policy("held"), stored), namespace))

    def started() -> bool:
        return "startTime" in api.get(jobs(namespace, "timer")).ok().get("status", {})

    await asyncio.to_thread(eventually, started)
    found = await deadline_writer.get(namespace, "timer")
    assert found is not None
    assert found.status.start_time is not None
    assert [item.metadata.name for item in await deadline_writer.list(namespace, "")] == ["timer"]
    await deadline_writer.delete(ref)
    await asyncio.to_thread(eventually, lambda: api.get(policies(namespace, "held")).status == 404)


async def test_without_permission(alice: Connection, namespace: str) -> None:
    with pytest.raises(
        ForbiddenError, match='User "alice" cannot create resource "networkpolicies"'
    ) as caught:
        await created(alice, namespace)
    assert (
        f"the verb create on networkpolicies.networking.k8s.io in namespace {namespace}" in caught.value.fix
    )
    with pytest.raises(ForbiddenError):
        await Policies(alice).delete(Ref(namespace, "one", "u"))
    assert await Reader(alice).namespace_exists(namespace) is None


async def test_rights_in_one_namespace_are_enough(
    cluster: Cluster, alice: Connection, namespace: str
) -> None:
    rule = {"apiGroups": ["networking.k8s.io"], "resources": ["networkpolicies"], "verbs": ["*"]}
    await asyncio.to_thread(cluster.allow, "alice", namespace, [rule])
    ref = await created(alice, namespace)
    assert [item.metadata.name for item in await Policies(alice).list(namespace, "")] == ["one"]
    await Policies(alice).delete(ref)
    checks = [
        Check("create", "networking.k8s.io", "networkpolicies", namespace),
        Check("create", "batch", "jobs", namespace),
        Check("list", "networking.k8s.io", "networkpolicies"),
    ]
    assert await Reviews(alice, WallClock()).may(checks) == (True, False, False)


async def test_who_we_are(wire: Connection, alice: Connection) -> None:
    clock = WallClock()
    found = await Reviews(alice, clock).whoami()
    assert found.username == "alice"
    assert "system:authenticated" in found.groups
    assert abs(found.offset) <= found.offset_error < timedelta(seconds=5)
    assert (await Reviews(wire, clock).whoami()).username == "admin"
    assert (await Reviews(wire, clock).server_version()).startswith("v1.")


async def test_namespaces_are_known_to_who_may_see_them(wire: Connection, namespace: str) -> None:
    assert await Reader(wire).namespace_exists(namespace) is True
    assert await Reader(wire).namespace_exists("no-such-namespace") is False
    assert await Reader(wire).workload("deployments", namespace, "none") is None
    assert await Reader(wire).pods(namespace, "") == ()


async def test_bad_credentials(cluster: Cluster, tmp_path: Path) -> None:
    content = yaml.safe_load(cluster.kubeconfig().read_text())
    content["users"][0]["user"] = {"token": "wrong"}
    path = tmp_path / "config"
    path.write_text(yaml.safe_dump(content))
    async with await connect(ConnectOptions(kubeconfig=str(path))) as wrong:
        with pytest.raises(UnauthorizedError, match="does not accept these credentials"):
            await Reviews(wrong, WallClock()).whoami()
