"""The choice of clusters, and what the lines say of each."""

from dataclasses import replace

import pytest
from textual.pilot import Pilot

from app.domain.link import Link, LinkState
from app.errors import ConfigError, UnreachableError
from app.live.cluster import Kind, LiveCluster
from app.live.cluster import Stage as Connection
from app.ui.app import NetgrantApp
from app.ui.backend import ContextChoice, Preferences
from app.ui.candidates import about, candidate_lines, candidates, head, state
from app.ui.cells import width_of
from app.ui.screens.contexts import Contexts
from app.ui.screens.dashboard import Dashboard
from app.ui.widgets.lines import text_of
from tests.ui.objects import NOW
from tests.ui.snapshots import assert_looks_as_before
from tests.ui.stage import CHOICES, SIZES, SMALL, StillBackend, app_on, connected, incident, ready

LONG = ContextChoice(
    "arn:aws:eks:eu-central-1:123456789012:cluster/payments-production-blue",
    "https://0123456789ABCDEF.gr7.eu-central-1.eks.amazonaws.com",
    "a-user-of-a-long-name",
    "",
    is_current=False,
)


def following(
    wanted: str | None, stage: Connection = Connection.FOLLOWING, **links: LinkState
) -> LiveCluster:
    cluster = LiveCluster(wanted)
    cluster.set_status(
        context=wanted or "prod-eu1",
        stage=stage,
        links={Kind(kind): Link(link, NOW) for kind, link in links.items()},
    )
    return cluster


def test_the_current_context_is_the_one_that_is_followed_without_a_name() -> None:
    cluster = following(None)
    found = candidates(CHOICES, [cluster])
    assert [(item.name, item.wanted, item.cluster) for item in found] == [
        ("prod-eu1", None, cluster),
        ("staging", "staging", None),
    ]


def test_what_is_followed_besides_comes_last() -> None:
    demo = following("demo")
    found = candidates(CHOICES, [following("staging"), demo])
    assert [(item.name, item.cluster is not None) for item in found] == [
        ("prod-eu1", False),
        ("staging", True),
        ("demo", True),
    ]


@pytest.mark.parametrize(
    ("cluster", "word"),
    [
        (following("staging", Connection.FAILED), "failed"),
        (following("staging", Connection.CONNECTING), "connecting"),
        (following("staging", policies=LinkState.LOADING), "loading"),
        (following("staging", policies=LinkState.LIVE), "live"),
        (following("staging", policies=LinkState.STALE), "stale"),
        (following("staging", policies=LinkState.DENIED), "denied"),
    ],
)
def test_how_far_we_are_is_a_word_and_a_sign(cluster: LiveCluster, word: str) -> None:
    candidate = candidates(CHOICES, [cluster])[1]
    sign, said = state(candidate)[0].split()
    assert (said, sign.isascii()) == (word, False)


def test_what_fails_is_told() -> None:
    cluster = following("staging", Connection.FAILED)
    cluster.set_status(error=UnreachableError("staging does not answer", fix="look at the VPN"))
    assert about(candidates(CHOICES, [cluster])[1]) == "staging does not answer; look at the VPN"
    assert about(candidates(CHOICES, [])[0]) == "https://192.0.2.10:6443 as alice, namespace production"


@pytest.mark.parametrize("width", [1, 20, 77, 157])
def test_columns_stand_beneath_their_titles(width: int) -> None:
    found = candidates((*CHOICES, LONG), [following("staging", policies=LinkState.LIVE)])
    title = text_of(head(found, width))
    for line in candidate_lines(found, width):
        assert width_of(text_of(line[:3])) == title.index("SERVER") - len("▶ ")


def arrange(cluster: LiveCluster) -> None:
    if cluster.wanted == "staging":
        raise UnreachableError("https://192.0.2.20:6443 is silent: no answer in time", fix="look at the VPN")
    incident(cluster)
    connected(cluster, cluster.wanted or "prod-eu1")


def scene(*contexts: str | None) -> NetgrantApp:
    backend = StillBackend(arrange, replace(Preferences(), contexts=contexts or (None,)))
    backend.choices = (*CHOICES, LONG)
    backend.world.clock.time = NOW
    return app_on(backend)


async def opened(pilot: "Pilot[int]") -> NetgrantApp:
    app = await ready(pilot)
    await pilot.press("c")
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    assert isinstance(app.screen, Contexts)
    return app


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_it_looks_as_before(size: tuple[int, int]) -> None:
    app = scene(None, "staging")
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        await pilot.press("down")
        app.feed.publish()
        await pilot.pause()
        assert_looks_as_before(app, "contexts")


async def test_enter_shows_one_alone() -> None:
    app = scene(None)
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        await pilot.press("down", "enter")
        assert [cluster.wanted for cluster in app.feed.clusters] == ["staging"]
        assert not isinstance(app.screen, Contexts)


async def test_space_shows_one_beside_the_others_and_one_is_always_shown() -> None:
    app = scene(None)
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        await pilot.press("down", "down", "space")
        assert [cluster.wanted for cluster in app.feed.clusters] == [None, LONG.name]
        await pilot.press("up", "up", "space")
        assert [cluster.wanted for cluster in app.feed.clusters] == [LONG.name]
        await pilot.press("down", "down", "space")
        assert [cluster.wanted for cluster in app.feed.clusters] == [LONG.name]
        await pilot.press("escape")
        assert isinstance(app.screen, Dashboard)


async def test_d_shows_the_embedded_cluster() -> None:
    app = scene(None)
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        await pilot.press("d")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert [cluster.wanted for cluster in app.feed.clusters] == ["demo"]
        assert isinstance(app.screen, Dashboard)


async def test_without_a_kubeconfig_it_says_why_nothing_can_be_chosen() -> None:
    app = scene(None)
    assert isinstance(app.backend, StillBackend)
    app.backend.choices = ConfigError("there is no kubeconfig", fix="set KUBECONFIG")
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        assert_looks_as_before(app, "contexts-none")
        await pilot.press("space")
        await pilot.resize_terminal(20, 5)
        await pilot.pause()
