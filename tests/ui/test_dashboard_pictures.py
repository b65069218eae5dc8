"""How the dashboard looks, in each state and at both sizes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from app.domain.grant import join
from app.domain.link import Link, LinkState
from app.domain.view import row_of
from app.live.cluster import Kind, LiveCluster, Memory, Stage
from app.ui.emptiness import FIRST_RUN
from tests.ui import objects
from tests.ui.snapshots import assert_looks_as_before
from tests.ui.stage import (
    SIZES,
    StillBackend,
    connected,
    drawn,
    empty,
    incident,
    press,
    ready,
    set_scene,
    still,
)
from tests.ui.test_dashboard import dashboard

NOW = objects.NOW
SINCE = NOW - timedelta(seconds=90)


def loading(cluster: LiveCluster) -> None:
    links = {kind: Link(LinkState.LOADING, NOW) for kind in Kind}
    cluster.set_status(
        context="prod-eu1",
        stage=Stage.FOLLOWING,
        version="v1.36.3",
        username="alice@example.com",
        links=links,
    )


def denied(cluster: LiveCluster) -> None:
    connected(cluster)
    why = (
        'networkpolicies.networking.k8s.io is forbidden: User "alice@example.com" cannot list resource '
        '"networkpolicies" in API group "networking.k8s.io" at the cluster scope'
    )
    cluster.set_link(Kind.POLICIES, Link(LinkState.DENIED, NOW, why))


def stale(cluster: LiveCluster) -> None:
    incident(cluster)
    for kind in Kind:
        cluster.set_link(kind, Link(LinkState.STALE, SINCE, "connection refused", 3))


def partly(cluster: LiveCluster) -> None:
    incident(cluster)
    cluster.set_link(Kind.EVENTS, Link(LinkState.DENIED, NOW))
    cluster.set_link(Kind.PODS, Link(LinkState.STALE, SINCE))
    cluster.set_status(
        offset=timedelta(seconds=-7),
        namespaces=("production", "payments"),
        warnings=("the server's certificate is not checked",),
    )


def silent(cluster: LiveCluster) -> None:
    cluster.set_status(context="prod-eu1")


def _memory() -> Memory:
    rows = (row_of(join([made.policy], [made.job])[0], SINCE, "prod-eu1") for made in objects.GRANTS)
    return Memory(tuple(rows), NOW - timedelta(minutes=2, seconds=33))


def several(cluster: LiveCluster) -> None:
    if cluster.wanted == "staging":
        set_scene(
            cluster,
            [objects.grant(7, "web", objects.spec("app=front", "10.1.0.0/16", "443"), objects.MINUTE * 9)],
        )
        connected(cluster, "staging")
    elif cluster.wanted == "dev":
        set_scene(
            cluster,
            [objects.grant(8, "ci", objects.spec("app=runner", "10.2.0.0/16", "22"), objects.MINUTE * 70)],
        )
        connected(cluster, "dev")
        for kind in Kind:
            cluster.set_link(kind, Link(LinkState.STALE, SINCE))
    else:
        incident(cluster)


@cache
def _made() -> tuple[objects.Made, ...]:
    specs = [objects.spec(f"app=service-{n}", f"10.{n}.0.0/16", str(5000 + n)) for n in range(97)]
    return tuple(
        objects.grant(
            n,
            f"team-{n % 40:02}",
            specs[n % 97],
            timedelta(seconds=20 + 3 * n),
            by=("alice", "bob", "carol")[n % 3],
            life=timedelta(hours=9),
        )
        for n in range(10_000)
    )


def many(cluster: LiveCluster) -> None:
    for made in _made():
        cluster.rows.put_policy(made.policy)
        cluster.rows.put_job(made.job)
    connected(cluster)


@dataclass(frozen=True)
class Scene:
    """What to arrange, and what to press then."""

    arrange: Callable[[LiveCluster], None] = incident
    keys: Sequence[str] = ()
    preferences: tuple[tuple[str, Any], ...] = ()
    memory: Memory | None = None
    rows: int = 0
    """How many must have come before a key is pressed."""


SCENES = {
    "incident": Scene(),
    "empty": Scene(empty),
    "first-run": Scene(empty, preferences=(("hint", FIRST_RUN),)),
    "loading": Scene(loading),
    "denied": Scene(denied),
    "filtered": Scene(keys=("/", "prod", "enter")),
    "filter-typed": Scene(keys=("/", "-l app in (mq, api)")),
    "filter-wrong": Scene(keys=("/", "-l a=/")),
    "filter-hides-all": Scene(keys=("/", "nobody", "enter")),
    "marked": Scene(keys=("space", "j", "space")),
    "sorted": Scene(keys=("B", "B")),
    "details": Scene(keys=("j", "j", "d")),
    "clusters": Scene(several, preferences=(("contexts", ("prod-eu1", "staging", "dev")),)),
    "memory": Scene(silent, memory=_memory()),
    "stale": Scene(stale),
    "partly": Scene(partly),
    "read-only": Scene(preferences=(("read_only", True),)),
    "light": Scene(keys=("space",), preferences=(("theme", "textual-light"),)),
    "ansi": Scene(keys=("space",), preferences=(("theme", "ansi-dark"),)),
    "many": Scene(many, keys=("G", "ctrl+b", "ctrl+b", "k"), rows=10_000),
}


@pytest.mark.parametrize("size", SIZES, ids=["small", "large"])
@pytest.mark.parametrize("name", SCENES)
async def test_picture(name: str, size: tuple[int, int]) -> None:
    scene = SCENES[name]
    app = still(scene.arrange, **dict(scene.preferences))
    assert isinstance(app.backend, StillBackend)
    app.backend.memory = scene.memory
    async with app.run_test(size=size) as pilot:
        await ready(pilot)
        while len(dashboard(app).arranged.rows) < scene.rows:  # so many are taken in by and by
            await pilot.pause()
        await press(pilot, scene.keys)
        await drawn(pilot)
        assert_looks_as_before(app, f"dashboard-{name}")
