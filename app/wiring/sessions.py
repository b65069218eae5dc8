"""Connect to a cluster, with or without the registry, and give the use cases what they act through."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.session import Cluster, Limits, Reading, Session
from app.domain.text import clean
from app.errors import ConfigError
from app.ports import Clock, GrantLog
from app.settings import Settings

if TYPE_CHECKING:
    from app.kube.choosing import ConnectOptions
    from app.kube.exchange import Connection


def wall_clock() -> Clock:
    """Return the machine's clock."""
    from app.kube.wall_clock import WallClock

    return WallClock()


def open_registry(settings: Settings) -> GrantLog:
    """Return the registry; its file is opened at the first use."""
    from app.registry.registry import Registry

    return Registry.open(Path(settings.registry))


def limits(settings: Settings) -> Limits:
    """Return the limits that the settings give."""
    return Limits(max_ttl=settings.max_ttl)


def options_for(settings: Settings, context: str | None) -> "ConnectOptions":
    """Return how to connect through one kubeconfig context (None: the current one)."""
    from app.kube.choosing import ConnectOptions

    # A credential plugin may ask on the terminal: nothing of ours reads it yet when we connect.
    return ConnectOptions(
        kubeconfig=settings.kubeconfig or None,
        context=context,
        allow_prompt=True,
        timeout_seconds=settings.timeout.total_seconds(),
    )


def server_url(settings: Settings, context: str | None) -> str:
    """Return the URL of a context's API server, without asking it.

    Raises:
        ConfigError: there is nothing to connect to.
    """
    from app.kube import choosing

    return choosing.server_url(options_for(settings, context))


def configured_namespace(settings: Settings, context: str | None) -> str:
    """Return the namespace that kubectl would use, without asking any cluster; ``default`` if none is set.

    Raises:
        ConfigError: a kubeconfig or a context was asked for that cannot be used.
    """
    from app.kube.choosing import choose

    try:
        own = choose(options_for(settings, context)).namespace
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
    from app.kube.choosing import list_contexts

    return tuple(item.name for item in list_contexts(options_for(settings, None)))


@asynccontextmanager
async def connection_to(settings: Settings, context: str | None, clock: Clock) -> "AsyncIterator[Connection]":
    """Open a connection through one kubeconfig context, and close it at the end.

    Raises:
        ConfigError: there is nothing to connect to.
    """
    from app.kube.connection import connect

    connection = await connect(options_for(settings, context), clock)
    try:
        yield connection
    finally:
        await connection.close()


def cluster_over(connection: "Connection", settings: Settings, clock: Clock) -> Cluster:
    """Return the cluster at the other end of a connection, as the use cases see it."""
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
    async with connection_to(settings, context, clock) as connection:
        yield Reading(cluster_over(connection, settings, clock), clock, limits(settings))


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
