"""Putting a policy under a deadline by keys: found, told that it will be removed, no other in its place."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from textual.widgets import Static

from app.domain.manifest import GRANT_LABEL, MANAGED_BY
from app.domain.objects import FullMeta, NetworkPolicy, OwnerReference
from app.domain.records import Happening, Json
from app.errors import ForbiddenError
from app.live.cluster import LiveCluster
from app.ui.screens.adopt import Adopt
from app.ui.screens.dashboard import Dashboard
from app.ui.widgets.field import Field
from app.ui.widgets.lines import Chooser
from tests.commands.adopting import NAME
from tests.commands.fakes import FakeClock
from tests.commands.world import World, policy
from tests.ui.changing_stage import done, keyed, nothing_was_written, seen, toasts
from tests.ui.objects import NOW, spec
from tests.ui.snapshots import assert_looks_as_before
from tests.ui.stage import SIZES, SMALL, Stage, drawn, incident, press, ready, still

if TYPE_CHECKING:
    from textual.pilot import Pilot

WHY = "vendor leaves tonight"
OWNER = {
    "apiVersion": "v1",
    "kind": "Thing",
    "name": "x",
    "uid": "uid-0",
}  # that of the first object: it lives


def standing(**others: Json) -> Stage:
    """A policy of somebody else, and others by name with more metadata."""
    stage = Stage(World())
    for name, meta in {NAME: {"labels": {"team": "net"}}, **others}.items():
        stage.world.cluster.add("NetworkPolicy", policy("ops", name, **meta))
    return stage


async def opened(stage: Stage, pilot: "Pilot[int]") -> None:
    await ready(pilot)
    await keyed(stage, pilot, "a")
    assert isinstance(stage.app.screen, Adopt)
    stage.world.tap.clear()


async def test_a_policy_is_found_and_ends_when_it_is_told_to() -> None:
    stage = standing(other={})
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        assert "2 of 2" in seen(stage)
        await keyed(stage, pilot, "vendor")
        assert "1 of 2" in seen(stage)
        assert f"ops/{NAME} will be REMOVED\n  at 11:00:00 UTC, in 1:00:00" in seen(stage)
        await keyed(stage, pilot, "enter", "down")
        assert "at 12:00:00 UTC, in 2:00:00" in seen(stage)
        await done(stage, pilot, "enter", WHY, "enter")
        assert isinstance(stage.app.screen, Dashboard)
        assert f"ops/{NAME} is a grant now and will be removed at 12:00:00 UTC" in toasts(stage)
        assert stage.app.screen.current is not None
        assert stage.app.screen.current.row.adopted
    adopted = [item for item in stage.world.policies() if GRANT_LABEL in item["metadata"].get("labels", {})]
    assert [item["metadata"]["name"] for item in adopted] == [NAME]
    assert stage.world.untimed() == []
    assert stage.world.happenings() == [Happening.ASKED, Happening.ADOPTED]
    assert stage.world.last_detail()["reason"] == WHY


async def test_a_ticket_is_kept() -> None:
    stage = standing()
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        await done(stage, pilot, "enter", "enter", WHY, "tab", "INC-7", "enter")
    (record,) = stage.world.log.records.values()
    assert (record.ticket, record.reason) == ("INC-7", WHY)


@pytest.mark.parametrize(
    ("meta", "why"),
    [
        ({"ownerReferences": [OWNER]}, "is owned by Thing/x"),
        ({"finalizers": ["cni.example/flows"]}, "is held by finalizer cni.example/flows"),
    ],
)
async def test_one_that_cannot_be_adopted_says_why_and_is_not(meta: Json, why: str) -> None:
    stage = standing(stuck=meta)
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        await keyed(stage, pilot, "down")  # those that can be adopted come first
        assert f"✗ cannot be adopted: {why}" in seen(stage)
        await keyed(stage, pilot, "enter", "ctrl+s")
        assert "✗ choose another: this one cannot be adopted" in seen(stage)
        await keyed(stage, pilot, "up")
        assert "✗" not in seen(stage).partition("\nops ")[0]  # the list below still has its reason
        await keyed(stage, pilot, "escape")
    assert nothing_was_written(stage.world)


async def test_grants_are_not_listed_and_an_empty_list_says_so() -> None:
    stage = Stage(World())
    await stage.world.granted()
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        assert "No policy stands here but those of grants" in seen(stage)
        await keyed(stage, pilot, "enter")
        assert "which policy?" in seen(stage)
        await keyed(stage, pilot, "escape")
    assert nothing_was_written(stage.world)


async def test_a_search_without_a_result_says_so_and_enter_does_nothing() -> None:
    stage = standing()
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        await keyed(stage, pilot, "nowhere", "enter")
        assert "Nothing is found" in seen(stage)
        assert isinstance(stage.app.screen, Adopt)
    assert nothing_was_written(stage.world)


async def test_what_is_wrong_is_said_at_its_field() -> None:
    stage = standing()
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        await keyed(stage, pilot, "enter", "9h", "enter")
        assert "a grant may live for 8h at most" in seen(stage)
        await keyed(stage, pilot, "home", "ctrl+k", "30m", "enter", "enter")
        assert "reason is missing" in seen(stage)
        stage.app.screen.query_one("#field-ticket", Field).text = "x" * 129
        await keyed(stage, pilot, WHY, "enter")
        assert "ticket is too long" in seen(stage)
        assert isinstance(stage.app.screen, Adopt)
    assert nothing_was_written(stage.world)


@pytest.mark.parametrize("keys", [(), ("enter", "2h"), ("enter", "enter", WHY)])
async def test_escape_changes_nothing(keys: tuple[str, ...]) -> None:
    stage = standing()
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        await keyed(stage, pilot, *keys, "escape")
        assert isinstance(stage.app.screen, Dashboard)
    assert nothing_was_written(stage.world)


async def test_a_successor_of_its_name_is_not_adopted_in_its_place() -> None:
    stage = standing()
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        stage.world.cluster.objects.clear()
        stage.world.cluster.add("NetworkPolicy", policy("ops", NAME))
        await done(stage, pilot, "enter", "enter", WHY, "enter")
        assert "was replaced by another policy since it was shown: nothing was adopted" in toasts(stage)
    assert stage.world.jobs() == []


async def test_a_refusal_of_the_server_is_told() -> None:
    stage = standing()
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        stage.world.tap.fail("jobs.rehearse", ForbiddenError("may not create jobs", status=403))
        await done(stage, pilot, "enter", "enter", WHY, "enter")
        assert "may not create jobs" in toasts(stage)
    assert stage.world.jobs() == []


async def test_who_manages_it_may_bring_it_back() -> None:
    stage = standing(argo={"labels": {MANAGED_BY: "argocd"}})
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        await keyed(stage, pilot, "argo")
        assert "argocd manages it, and may bring it back after the deadline" in seen(stage)
        await done(stage, pilot, "enter", "enter", WHY, "enter")
        assert "is managed by argocd, which may bring it back" in toasts(stage)


async def test_the_cursor_stays_with_its_policy_while_others_come_and_go() -> None:
    stage = standing(zoo={})
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        await keyed(stage, pilot, "down")
        assert "ops/zoo will be REMOVED" in seen(stage)
        stage.world.cluster.add("NetworkPolicy", policy("ops", "beta"))
        await stage.settle(pilot)
        assert "3 of 3" in seen(stage)
        assert "ops/zoo will be REMOVED" in seen(stage)


async def test_its_pods_are_counted_again_as_they_come_and_go() -> None:
    app = still(with_strangers)
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await press(pilot, ["a"])
        await drawn(pilot)
        form, (cluster,), clock = app.screen, app.feed.clusters, app.backend.clock
        assert isinstance(form, Adopt)
        assert isinstance(clock, FakeClock)
        assert "app=api: 4 pods now" in str(form.query_one(".dialog-what", Static).content)
        for item in tuple(cluster.inventory.pods.of("payments"))[:3]:
            cluster.inventory.pods.drop(item)
        clock.pass_time(1)
        app.feed.publish()
        await drawn(pilot)
        assert "app=api: 1 pod now: api-6d9f8-d\n" in str(form.query_one(".dialog-what", Static).content)


def stranger(namespace: str, name: str, wish: Json, **meta: Any) -> NetworkPolicy:
    """A policy that stands for thirty days."""
    born = NOW - timedelta(days=30)
    fields = FullMeta(name=name, namespace=namespace, uid=f"{namespace}-{name}", creation_timestamp=born)
    return NetworkPolicy(msgspec.structs.replace(fields, **meta), wish)


def with_strangers(cluster: LiveCluster) -> None:
    """The incident, and policies that nobody of us made."""
    incident(cluster)
    deny: Json = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    owner = OwnerReference("v1", "Bastion", "b", "u")
    for item in (
        stranger("production", "default-deny", deny, labels={MANAGED_BY: "argocd"}),
        stranger("production", "allow-vendor-replication", spec("app=database", "203.0.113.0/24", "5432")),
        stranger("ops", "bastion-out", spec("app=bastion", "app=x", "22"), owner_references=(owner,)),
        stranger("payments", "held", spec("app=api", "app=x", "22"), finalizers=("cni.example/flows",)),
        stranger("payments", "allow-api", spec("app=api", "ns=ops app=bastion", "8080")),
    ):
        cluster.inventory.policies.put(item)


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize("size", SIZES)
async def test_pictures(size: tuple[int, int]) -> None:
    app = still(with_strangers)
    async with app.run_test(size=size) as pilot:
        await ready(pilot)
        await press(pilot, ["a"])
        await drawn(pilot)
        assert_looks_as_before(app, "adopt")
        await press(pilot, ["deny", "enter", "9h", "enter"])
        await drawn(pilot)
        assert_looks_as_before(app, "adopt-too-long")
        await press(pilot, ["escape", "a", "held", "enter"])
        await drawn(pilot)
        assert_looks_as_before(app, "adopt-refused")


async def test_ten_thousand_policies_are_searched_at_once_and_some_are_listed() -> None:
    def arrange(cluster: LiveCluster) -> None:
        incident(cluster)
        wish = spec("app=x", "app=y", "22")
        for number in range(10_000):
            cluster.inventory.policies.put(stranger(f"ns-{number % 50}", f"allow-{number}", wish))

    app = still(arrange)
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await press(pilot, ["a"])
        await drawn(pilot)
        form = app.screen
        assert isinstance(form, Adopt)
        assert "… 9500 more: type a word" in form.query_one("#policies", Chooser).text()
        await press(pilot, ["end", "allow-9999"])
        await drawn(pilot)
        assert form.chosen is not None
        assert form.chosen.policy.metadata.name == "allow-9999"
