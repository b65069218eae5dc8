"""The app on a stage: its clusters are values, its clock stands still, its verbs act on the fakes.

``still(...)`` shows a scene that never moves, for snapshots. ``Stage(World())`` mirrors the fake cluster, so
that what a form does is seen in the table after ``await stage.settle(pilot)``.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import msgspec
from textual.pilot import Pilot
from textual.widget import Widget

from app.commands.session import Session
from app.domain.link import Link, LinkState
from app.domain.objects import Job, NetworkPolicy
from app.errors import NetgrantError
from app.live.cluster import Kind, LiveCluster, Memory
from app.live.cluster import Stage as Connection
from app.ports import Clock, GrantLog
from app.ui.app import NetgrantApp
from app.ui.backend import ContextChoice, Preferences
from app.ui.widgets.detail import Detail
from tests.commands.world import SERVER, World
from tests.ui import objects
from tests.ui.objects import NOW

SMALL = (80, 24)
LARGE = (160, 45)
SIZES = (SMALL, LARGE)


def live_links(moment: datetime = NOW) -> dict[Kind, Link]:
    """Every kind listed and watched."""
    return {kind: Link(LinkState.LIVE, moment) for kind in Kind}


def set_scene(cluster: LiveCluster, grants: Iterable[objects.Made] = objects.GRANTS) -> None:
    """Fill a cluster with the incident and these grants."""
    inventory = cluster.inventory
    for made in grants:
        cluster.rows.put_policy(made.policy)
        cluster.rows.put_job(made.job)
        inventory.policies.put(made.policy)
    for pod in objects.PODS:
        inventory.pods.put(pod)
    for namespace in objects.NAMESPACES:
        inventory.namespace_objects.put(namespace)
    for service in objects.SERVICES:
        inventory.services.put(service)
    for item in objects.STATEFUL_SETS:
        inventory.workloads["statefulsets"].put(item)
    for item in objects.DEPLOYMENTS:
        inventory.workloads["deployments"].put(item)
    for event in objects.EVENTS:
        cluster.events.put(event)


def connected(cluster: LiveCluster, context: str = "prod-eu1") -> None:
    """Say that everything is live."""
    cluster.covered = dict.fromkeys(Kind)
    cluster.set_status(
        context=context,
        stage=Connection.FOLLOWING,
        server=SERVER,
        version="v1.36.3",
        username="alice@example.com",
        offset=timedelta(seconds=0.4),
        offset_error=timedelta(seconds=1),
        links=live_links(),
    )


CHOICES = (
    ContextChoice("prod-eu1", "https://192.0.2.10:6443", "alice", "production", is_current=True),
    ContextChoice("staging", "https://192.0.2.20:6443", "alice", "default", is_current=False),
)


@dataclass
class StillBackend:
    """A Backend without any I/O: what ``arrange`` puts into a cluster is what is shown."""

    arrange: Callable[[LiveCluster], None] = lambda cluster: None
    """Fills a cluster when it is followed; may raise NetgrantError."""
    preferences: Preferences = field(default_factory=Preferences)
    world: World = field(default_factory=World)
    memory: Memory | None = None
    recollected: Memory | None = None
    """What was read before the screens came."""
    choices: tuple[ContextChoice, ...] | NetgrantError = CHOICES
    clusters: list[LiveCluster] = field(default_factory=list)
    prompts: list[bool] = field(default_factory=list)
    """Of each connection that was tried: whether a plugin might have asked."""
    is_closed: bool = False

    @property
    def clock(self) -> Clock:
        return self.world.clock

    @property
    def log(self) -> GrantLog:
        return self.world.log

    def recollect(self, context: str | None) -> Memory | None:
        return self.recollected

    async def remember(self, context: str | None) -> Memory | None:
        return self.memory

    async def contexts(self) -> tuple[ContextChoice, ...]:
        if isinstance(self.choices, NetgrantError):
            raise self.choices
        return self.choices

    async def follow(self, cluster: LiveCluster, *, may_prompt: bool = False) -> None:
        self.prompts.append(may_prompt)
        self.arrange(cluster)
        cluster.session = self.session()
        self.clusters.append(cluster)
        cluster.touch()
        await forever()

    def session(self) -> Session:
        return self.world.session()

    async def start_demo(self) -> str:
        return "demo"

    async def close(self) -> None:
        self.is_closed = True


async def forever() -> None:
    """Wait until cancelled."""
    import asyncio

    await asyncio.Event().wait()


def incident(cluster: LiveCluster) -> None:
    """Arrange the incident of ``objects``, connected and live."""
    set_scene(cluster)
    connected(cluster)


def empty(cluster: LiveCluster) -> None:
    """Arrange a cluster in which no grant stands."""
    set_scene(cluster, ())
    connected(cluster)


def still(arrange: Callable[[LiveCluster], None] = incident, **preferences: object) -> NetgrantApp:
    """An app that shows a scene at NOW."""
    backend = StillBackend(arrange, replace(Preferences(), **preferences))  # type: ignore[arg-type]
    backend.world.clock.time = NOW
    return app_on(backend)


def app_on(backend: StillBackend) -> NetgrantApp:
    """An app without animations, on a backend."""
    app = NetgrantApp(backend)
    app.animation_level = "none"
    return app


async def ready(pilot: "Pilot[int]") -> NetgrantApp:
    """Wait until the app shows what its backend arranged, and return it."""
    app = pilot.app
    assert isinstance(app, NetgrantApp)
    backend = app.backend
    assert isinstance(backend, StillBackend)
    while not backend.prompts:
        await pilot.pause()
    await pilot.pause()
    app.feed.publish()
    await drawn(pilot)
    return app


async def drawn(pilot: "Pilot[int]") -> None:
    """Wait until all that was asked for is on the screen: the pane follows the cursor, all is painted."""
    quiet_rounds = 0
    while quiet_rounds < 2:
        screen = pilot.app.screen
        await pilot.pause()
        widgets = [screen, *screen.walk_children(Widget)]
        waiting = any(isinstance(widget, Detail) and not widget.is_settled for widget in widgets)
        if waiting:
            await pilot.pause(0.01)
        unpainted = any(widget._layout_required or widget._repaint_required for widget in widgets)
        is_quiet = not (waiting or unpainted or screen._dirty_widgets) and screen is pilot.app.screen
        quiet_rounds = quiet_rounds + 1 if is_quiet else 0


class Stage:
    """The app over the fake cluster: verbs really act there, and the table shows what came of it."""

    def __init__(self, world: World | None = None, preferences: Preferences | None = None) -> None:
        self.world = world or World()
        self.backend = StillBackend(self._arrange, preferences or Preferences(), self.world)
        self.app = app_on(self.backend)

    def _arrange(self, cluster: LiveCluster) -> None:
        set_scene(cluster, ())
        connected(cluster, "production")
        self._mirror(cluster)

    def _mirror(self, cluster: LiveCluster) -> None:
        policies = [msgspec.convert(item, NetworkPolicy) for item in self.world.policies()]
        jobs = [msgspec.convert(item, Job) for item in self.world.jobs()]
        names = {(item.metadata.namespace, item.metadata.name) for item in policies}
        for space in tuple(cluster.inventory.policies.namespaces):
            for held in tuple(cluster.inventory.policies.of(space)):
                if (held.metadata.namespace, held.metadata.name) not in names:
                    cluster.inventory.policies.drop(held)
                    cluster.rows.drop_policy(held)
        for policy in policies:
            cluster.inventory.policies.put(policy)
            cluster.rows.put_policy(policy)
        for job in jobs:
            cluster.rows.put_job(job)
        cluster.touch()

    async def settle(self, pilot: "Pilot[int]") -> None:
        """Let everything under way end, and show what the fake cluster now holds."""
        await pilot.app.workers.wait_for_complete()
        for cluster in self.backend.clusters:
            self._mirror(cluster)
        self.app.feed.publish()
        await pilot.pause()


async def press(pilot: "Pilot[int]", keys: Sequence[str]) -> None:
    """Press keys; a text of several characters is typed."""
    for key in keys:
        is_name = len(key) == 1 or key in _NAMES or "+" in key
        for stroke in (key,) if is_name else tuple(_stroke(char) for char in key):
            await pilot.press(stroke)


_NAMES = ("enter", "escape", "tab", "space", "up", "down", "left", "right", "home", "end", "backspace")


def _stroke(char: str) -> str:
    from textual.keys import _character_to_key

    return _character_to_key(char)
