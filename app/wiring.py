"""The only module that names concrete classes: it builds what the ports promise.

Law: imports inside functions, so that a command pays only for what it uses.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.session import Cluster, Limits, Reading, Session
from app.domain.text import clean
from app.errors import ConfigError
from app.ports import Clock, GrantLog
from app.settings import Settings

if TYPE_CHECKING:
    from app.domain.view import GrantRow
    from app.kube.connection import ConnectOptions
    from app.kube.exchange import Connection
    from app.live.projector import RowChange


def wall_clock() -> Clock:
    """Return the machine's clock."""
    from app.kube.connection import WallClock

    return WallClock()


def open_registry(settings: Settings) -> GrantLog:
    """Return the registry; its file is opened at the first use."""
    from app.registry.registry import Registry

    return Registry.open(Path(settings.registry))


def limits(settings: Settings) -> Limits:
    """Return the limits that the settings give."""
    return Limits(max_ttl=settings.max_ttl)


def _options(settings: Settings, context: str | None) -> "ConnectOptions":
    from app.kube.connection import ConnectOptions

    # A credential plugin may ask on the terminal: nothing of ours reads it yet when we connect.
    return ConnectOptions(
        kubeconfig=settings.kubeconfig or None,
        context=context,
        allow_prompt=True,
        timeout_seconds=settings.timeout.total_seconds(),
    )


def configured_namespace(settings: Settings, context: str | None) -> str:
    """Return the namespace that kubectl would use, without asking any cluster; ``default`` if none is set.

    Raises:
        ConfigError: a kubeconfig or a context was asked for that cannot be used.
    """
    from app.kube.connection import choose

    try:
        own = choose(_options(settings, context)).namespace
    except ConfigError:
        if context or settings.kubeconfig:
            raise
        own = "default"
    return settings.namespace or own


def context_names(settings: Settings) -> tuple[str, ...]:
    """Return the names of the kubeconfig's contexts, without asking any cluster.

    Raises:
        ConfigError: there is no kubeconfig, or it cannot be read.
    """
    from app.kube.connection import list_contexts

    return tuple(item.name for item in list_contexts(_options(settings, None)))


@asynccontextmanager
async def _connection(settings: Settings, context: str | None, clock: Clock) -> "AsyncIterator[Connection]":
    from app.kube.connection import connect

    connection = await connect(_options(settings, context), clock)
    try:
        yield connection
    finally:
        await connection.close()


def _cluster(connection: "Connection", settings: Settings, clock: Clock) -> Cluster:
    from app.kube.access import Reviews
    from app.kube.deadlines import Deadlines
    from app.kube.lookup import Reader
    from app.kube.policies import Policies

    return Cluster(
        server=connection.server,
        context=clean(connection.context),
        namespace=settings.namespace or connection.namespace,
        policies=Policies(connection),
        deadlines=Deadlines(connection),
        access=Reviews(connection, clock, connection.own_address),
        lookup=Reader(connection),
        warnings=connection.warnings,
    )


@asynccontextmanager
async def open_reading(settings: Settings, context: str | None) -> AsyncIterator[Reading]:
    """Connect through one kubeconfig context (None: the current one), without any registry.

    Raises:
        ConfigError: there is nothing to connect to.
    """
    clock = wall_clock()
    async with _connection(settings, context, clock) as connection:
        yield Reading(_cluster(connection, settings, clock), clock, limits(settings))


@asynccontextmanager
async def open_session(settings: Settings, context: str | None) -> AsyncIterator[Session]:
    """Connect through one kubeconfig context (None: the current one), with the registry; both are closed.

    Raises:
        ConfigError: there is nothing to connect to.
    """
    async with open_reading(settings, context) as reading, with_registry(reading, settings) as session:
        yield session


@asynccontextmanager
async def with_registry(reading: Reading, settings: Settings) -> AsyncIterator[Session]:
    """Bring the registry to what is already connected; it is closed at the end."""
    from app.registry.processes import LocalProcesses

    log = open_registry(settings)
    try:
        yield Session(reading.cluster, reading.clock, log, LocalProcesses(), reading.limits)
    finally:
        await log.close()


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """What a client of the embedded cluster is given; all of it ends with the cluster."""

    kubeconfig: Path
    kubectl_config: Path
    """For kubectl, which sends no token over plain HTTP."""
    registry: Path


@dataclass(frozen=True, slots=True)
class Following:
    """Which grants to follow, through which context; None means all namespaces, empty the context's own."""

    context: str | None
    namespace: str | None
    selector: str = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one look at the grants has shown."""

    changes: tuple["RowChange", ...]
    """Since the look before."""
    trouble: str
    """Why what was shown may be out of date or incomplete; empty while all is well."""


async def follow_grants(settings: Settings, following: Following) -> AsyncIterator[Sight]:
    """Yield every grant that stands, and from then on each that appears, changes or ends, until cancelled.

    There is a sight every second even if nothing has changed.

    Raises:
        ConfigError: there is nothing to connect to.
        ForbiddenError: NetworkPolicies may not be listed there.
    """
    from app.kube.following import GrantStores
    from app.live.projector import changes, project

    clock = wall_clock()
    async with _connection(settings, following.context, clock) as connection:
        cluster = _cluster(connection, settings, clock)
        offset = (await cluster.access.whoami()).offset
        namespace = cluster.namespace if following.namespace == "" else following.namespace
        stores = GrantStores(connection, clock, namespace, following.selector)
        before: dict[str, GrantRow] = {}
        async for scene in stores.scenes(cluster.context, limits(settings).expiring):
            after = project(scene, clock.now() + offset)
            yield Sight(tuple(changes(before, after)), scene.trouble)
            before = after


@contextmanager
def demo_cluster(folder: Path) -> "Iterator[DemoFiles]":
    """Run the embedded cluster with its incident in a thread; ``folder`` gets what a client needs.

    Raises:
        OSError: no loopback port can be had.
    """
    from app.demo import scenario
    from app.demo.server import ClusterOptions, running_cluster

    with running_cluster(ClusterOptions(has_kubelets=True), scenario.load) as cluster:
        cluster.spawn(scenario.play)
        yield DemoFiles(
            kubeconfig=cluster.kubeconfig(folder / "kubeconfig", "alice"),
            kubectl_config=cluster.kubectl_config(folder / "kubectl-config", "alice"),
            registry=folder / "registry.db",
        )
