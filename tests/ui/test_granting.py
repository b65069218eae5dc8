"""From a cold dashboard to a grant that stands in the cluster, by keys alone."""

from typing import TYPE_CHECKING

from textual.events import Key
from textual.keys import _character_to_key

from app.domain.proposal import Proposal
from app.errors import ForbiddenError, InvalidError
from app.live.cluster import LiveCluster
from app.ui.backend import Preferences
from app.ui.desk import Request
from app.ui.screens.dashboard import Dashboard
from app.ui.screens.grant_form import GrantForm
from app.ui.widgets.answer import Answer
from app.ui.widgets.grant_fields import GrantFields
from tests.ui.form_stage import AT_ONCE, SEED, world
from tests.ui.stage import (
    SMALL,
    Stage,
    StillBackend,
    app_on,
    connected,
    drawn,
    press,
    ready,
    set_scene,
)

if TYPE_CHECKING:
    from textual.pilot import Pilot

TYPED = ("app=database", "198.51.100.0/24", "5432/TCP", "debug replication lag")
SEED_KEYS = ("n", TYPED[0], "tab", TYPED[1], "tab", TYPED[2], "tab", "tab", TYPED[3], "enter")
"""The access of the README's example; 30 minutes and the namespace are there already."""


async def ended(stage: Stage, pilot: "Pilot[int]") -> None:
    """Wait until every write has ended and the table shows what came of it."""
    await pilot.app.workers.wait_for_complete()
    assert not await stage.app.runner.wait(5)
    await pilot.pause()
    await stage.settle(pilot)
    await drawn(pilot)


def toasts(stage: Stage) -> str:
    return "\n".join(notice.message for notice in stage.app._notifications)


async def test_the_seed_takes_six_keys_besides_its_text() -> None:
    stage = Stage(world())
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await press(pilot, SEED_KEYS)
        await ended(stage, pilot)
        assert isinstance(stage.app.screen, Dashboard)
        (policy,), (job,) = stage.world.policies(), stage.world.jobs()
        assert policy["spec"] == {
            "podSelector": {"matchLabels": {"app": "database"}},
            "policyTypes": ["Ingress"],
            "ingress": [
                {
                    "from": [{"ipBlock": {"cidr": "198.51.100.0/24"}}],
                    "ports": [{"port": 5432, "protocol": "TCP"}],
                }
            ],
        }
        assert policy["metadata"]["namespace"] == "production"
        assert policy["metadata"]["annotations"]["netgrant.dev/reason"] == "debug replication lag"
        assert job["spec"]["activeDeadlineSeconds"] == 1800
        assert stage.world.untimed() == []
        assert len([key for key in SEED_KEYS if key not in TYPED]) == 6
        current = stage.app.screen.current
        assert current is not None and current.row.target == "app=database"
        assert "dead-man Job armed" in toasts(stage)


async def test_the_cursor_comes_to_what_was_made() -> None:
    stage = Stage(world())
    await stage.world.granted("ops")
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        dashboard = stage.app.screen
        assert isinstance(dashboard, Dashboard)
        assert dashboard.current is not None and dashboard.current.row.namespaces == ("ops",)
        await press(pilot, ["n", "app=x", "tab", "ns=*", "tab", "80", "tab", "4h", "tab", "why", "enter"])
        await ended(stage, pilot)
        assert dashboard.current.row.target == "app=x"
        assert dashboard.current.row.namespaces == ("ops",), "where one looked is where it begins"


async def test_a_refusal_leaves_the_form_with_every_word() -> None:
    stage = Stage(world())
    stage.world.tap.fail("policies.create", InvalidError("denied by the guard", status=422))
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await press(pilot, SEED_KEYS)
        await ended(stage, pilot)
        form = stage.app.screen
        assert isinstance(form, GrantForm)
        assert "✗ denied by the guard" in form.query_one(Answer).text()
        assert form.query_one(GrantFields).proposal.reason == "debug replication lag"
        assert stage.world.is_empty()
        await press(pilot, ["enter"])
        await ended(stage, pilot)
        assert isinstance(stage.app.screen, Dashboard)
        assert len(stage.world.policies()) == 1


async def test_what_was_typed_comes_back_and_a_grant_ends_that() -> None:
    stage = Stage(world())
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await press(pilot, ["n", "escape"])
        assert stage.app.draft is None, "nothing was typed"
        await press(pilot, ["n", "app=database", "escape", "escape"])
        assert isinstance(stage.app.screen, Dashboard)
        assert "n brings it back" in toasts(stage)
        await press(pilot, ["n"])
        form = stage.app.screen
        assert isinstance(form, GrantForm)
        assert form.query_one(GrantFields).proposal.target == "app=database"
        await press(pilot, ["198.51.100.0/24", "tab", "5432", "tab", "tab", "why", "enter"])
        await ended(stage, pilot)
        assert len(stage.world.policies()) == 1
        assert stage.app.draft is None


async def test_leaving_does_not_stop_what_was_begun() -> None:
    stage = Stage(world())
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await press(pilot, SEED_KEYS[:-1])
        form = stage.app.screen
        assert isinstance(form, GrantForm)
        stage.world.tap.do("jobs.create", form.action_back)
        await press(pilot, ["enter"])
        await ended(stage, pilot)
        assert isinstance(stage.app.screen, Dashboard)
        assert len(stage.world.policies()) == 1
        assert "granted" in toasts(stage)


async def test_a_refusal_after_leaving_is_told_and_nothing_typed_is_lost() -> None:
    stage = Stage(world())
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await press(pilot, SEED_KEYS[:-1])
        form = stage.app.screen
        assert isinstance(form, GrantForm)
        stage.world.tap.do("jobs.create", form.action_back)
        stage.world.tap.fail("policies.create", ForbiddenError("not you", status=403))
        await press(pilot, ["enter"])
        await ended(stage, pilot)
        assert "not you" in toasts(stage)
        assert stage.app.draft is not None and stage.app.draft.reason == "debug replication lag"


async def test_once_more_is_filled_in_from_the_grant() -> None:
    stage = Stage(world())
    await stage.world.granted("production")
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await press(pilot, ["o"])
        await pilot.app.workers.wait_for_complete()
        form = stage.app.screen
        assert isinstance(form, GrantForm)
        found = form.query_one(GrantFields).proposal
        assert (found.target, found.source, found.ports) == ("app=database", "198.51.100.0/24", "5432/TCP")
        await press(pilot, ["ctrl+s"])
        await ended(stage, pilot)
        assert len(stage.world.policies()) == 2


async def test_read_only_has_no_form() -> None:
    stage = Stage(world(), Preferences(read_only=True))
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await press(pilot, ["n"])
        assert isinstance(stage.app.screen, Dashboard)


async def test_keys_that_come_in_one_burst_stand_where_they_were_meant() -> None:
    stage = Stage(world())
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await press(pilot, ["n"])
        form = stage.app.screen
        assert isinstance(form, GrantForm)
        burst = [*"app=xy", "backspace", "tab", *"ns=ops", "tab", "8", "0"]
        for key in burst:
            name = _character_to_key(key) if len(key) == 1 else key
            stage.app.post_message(Key(name, key if len(key) == 1 else None))
        await pilot.pause()
        await drawn(pilot)
        found = form.query_one(GrantFields).proposal
        assert (found.target, found.source, found.ports) == ("app=x", "ns=ops", "80")
        assert found == Proposal("production", "production", target="app=x", source="ns=ops", ports="80")


async def test_of_several_clusters_one_is_chosen() -> None:
    def arrange(cluster: LiveCluster) -> None:
        set_scene(cluster, ())
        connected(cluster, cluster.wanted or "")

    backend = StillBackend(arrange, Preferences(contexts=("east", "west")), world())
    app = app_on(backend)
    requests: list[Request] = []
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        while len(backend.clusters) < 2:
            await pilot.pause()
        form = GrantForm(SEED, lambda _, request: requests.append(request), pace=AT_ONCE)
        await app.push_screen(form)
        form.query_one("#field-context Choice").focus()
        await press(pilot, ["2", "tab", "tab"])
        assert form.query_one(GrantFields).proposal.context == "west"
        await press(pilot, ["ctrl+s"])
        await app.workers.wait_for_complete()
        assert [request.cluster.name for request in requests] == ["west"]
