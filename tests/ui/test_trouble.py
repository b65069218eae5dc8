"""Where no cluster can be shown, a screen says why and offers what can be done."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from app.errors import (
    ConfigError,
    ForbiddenError,
    NetgrantError,
    ServerFaultError,
    UnauthorizedError,
    UnreachableError,
)
from app.live.cluster import LiveCluster
from app.ui.app import NetgrantApp
from app.ui.backend import Preferences
from app.ui.pages import Page
from app.ui.screens.contexts import Contexts
from app.ui.screens.dashboard import Dashboard
from app.ui.screens.history import HistoryScreen
from app.ui.screens.trouble import Trouble
from app.ui.troubles import account
from app.ui.widgets.lines import Chooser
from tests.ui.objects import NOW
from tests.ui.snapshots import assert_looks_as_before
from tests.ui.stage import SIZES, SMALL, StillBackend, app_on, incident

CAUSES: dict[str, NetgrantError] = {
    "no-kubeconfig": ConfigError(
        "there is no kubeconfig: KUBECONFIG is not set and ~/.kube/config is not there",
        fix="create one, or play with netgrant demo",
    ),
    "plugin": ConfigError(
        'the credential plugin corp-login of user "alice" wants to ask you something '
        "(interactiveMode: Always), and there is no terminal for it here",
        fix="run a command that logs you in first, for example kubectl get namespaces",
    ),
    "unreachable": UnreachableError("https://192.0.2.10:6443 is silent: no answer in time"),
    "unauthorized": UnauthorizedError(
        "https://192.0.2.10:6443 does not accept these credentials", status=401
    ),
    "forbidden": ForbiddenError("alice may not list networkpolicies in any namespace", status=403),
    "not-kubernetes": ServerFaultError("https://192.0.2.10:6443 answered with HTML: no API server"),
}


class Lending(NetgrantApp):
    """An app whose terminal can be lent, and which notes for how long."""

    lent = 0

    @contextmanager
    def suspend(self) -> Iterator[None]:
        self.lent += 1
        self.app_suspend_signal.publish(self)
        yield
        self.app_resume_signal.publish(self)


class Failing:
    """Arranges a cluster that fails as long as there is an error."""

    def __init__(self, error: NetgrantError | None) -> None:
        self.error = error

    def __call__(self, cluster: LiveCluster) -> None:
        if self.error is not None:
            raise self.error
        incident(cluster)


def failing(error: NetgrantError, kind: type[NetgrantApp] = NetgrantApp) -> tuple[NetgrantApp, Failing]:
    arrange = Failing(error)
    backend = StillBackend(arrange, replace(Preferences(), contexts=("prod-eu1",)))
    backend.world.clock.time = NOW
    if kind is NetgrantApp:
        return app_on(backend), arrange
    app = kind(backend)
    app.animation_level = "none"
    return app, arrange


def stands(app: NetgrantApp, kind: type[Page]) -> bool:
    return isinstance(app.screen, kind)


async def shown(pilot: "Pilot[int]") -> None:
    while not isinstance(pilot.app.screen, Trouble):
        await pilot.pause()
    await pilot.pause()


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_each_cause_looks_as_before(cause: str, size: tuple[int, int]) -> None:
    app, _ = failing(CAUSES[cause])
    async with app.run_test(size=size) as pilot:
        await shown(pilot)
        assert_looks_as_before(app, f"trouble-{cause}")


@pytest.mark.parametrize("cause", CAUSES)
def test_each_cause_says_what_to_do(cause: str) -> None:
    cluster = LiveCluster("prod-eu1")
    cluster.set_status(error=CAUSES[cause])
    told = account(cluster)
    assert told.fix and told.what == CAUSES[cause].message
    assert told.may_log_in == (cause in ("plugin", "unauthorized"))


async def test_it_closes_by_itself_once_there_is_something_to_show() -> None:
    app, arrange = failing(CAUSES["unreachable"])
    async with app.run_test(size=SMALL) as pilot:
        await shown(pilot)
        arrange.error = None
        await pilot.press("enter")
        while not isinstance(app.screen, Dashboard):
            await pilot.pause()
        assert len(tuple(app.feed.view.rows())) == 4


async def test_a_try_that_fails_again_keeps_the_screen() -> None:
    app, _ = failing(CAUSES["unreachable"])
    async with app.run_test(size=SMALL) as pilot:
        await shown(pilot)
        backend = app.backend
        assert isinstance(backend, StillBackend)
        await pilot.press("ctrl+r")
        while len(backend.prompts) < 2:
            await pilot.pause()
        await pilot.pause(0.2)
        assert isinstance(app.screen, Trouble)


async def test_other_ways_out() -> None:
    app, _ = failing(CAUSES["unreachable"])
    async with app.run_test(size=SMALL) as pilot:
        await shown(pilot)
        await pilot.press("h")
        assert stands(app, HistoryScreen)
        await pilot.press("escape", "c")
        assert stands(app, Contexts)
        await app.workers.wait_for_complete()
        await pilot.press("escape", "escape")
        assert stands(app, Dashboard)


async def test_another_cluster_that_works_leads_to_the_dashboard() -> None:
    app, arrange = failing(CAUSES["unreachable"])
    async with app.run_test(size=SMALL) as pilot:
        await shown(pilot)
        await pilot.press("c")
        await app.workers.wait_for_complete()
        arrange.error = None
        await pilot.press("down", "enter")
        while not isinstance(app.screen, Dashboard):
            await pilot.pause()
        assert [cluster.wanted for cluster in app.feed.clusters] == ["staging"]


async def test_logging_in_lends_the_terminal_and_takes_it_back() -> None:
    app, arrange = failing(CAUSES["plugin"], Lending)
    assert isinstance(app, Lending)
    backend = app.backend
    assert isinstance(backend, StillBackend)
    async with app.run_test(size=SMALL) as pilot:
        await shown(pilot)
        arrange.error = None
        await pilot.press("l")
        await app.workers.wait_for_complete()
        while not isinstance(app.screen, Dashboard):
            await pilot.pause()
        assert (app.lent, backend.prompts) == (1, [False, True])


async def test_a_login_that_fails_comes_back_and_says_so() -> None:
    app, arrange = failing(CAUSES["plugin"], Lending)
    async with app.run_test(size=SMALL) as pilot:
        await shown(pilot)
        arrange.error = UnauthorizedError("wrong password")
        await pilot.press("l")
        await app.workers.wait_for_complete()
        app.feed.publish()
        await pilot.pause()
        assert isinstance(app.screen, Trouble)
        assert "wrong password" in str(app.screen.query_one("#trouble-what").render())


async def test_a_terminal_that_cannot_be_lent_is_told() -> None:
    app, _ = failing(CAUSES["plugin"])
    async with app.run_test(size=SMALL) as pilot:
        await shown(pilot)
        await pilot.press("l")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert isinstance(app.screen, Trouble)


async def test_where_nothing_could_ask_there_is_no_login() -> None:
    app, _ = failing(CAUSES["unreachable"], Lending)
    assert isinstance(app, Lending)
    async with app.run_test(size=SMALL) as pilot:
        await shown(pilot)
        await pilot.press("l")
        assert app.lent == 0
        assert not any("plugin" in line[1][0] for line in app.screen.query_one(Chooser).lines)


async def test_it_stands_in_the_smallest_terminal() -> None:
    app, _ = failing(CAUSES["plugin"])
    async with app.run_test(size=(20, 5)) as pilot:
        await shown(pilot)
        await pilot.resize_terminal(1, 1)
        await pilot.pause()
