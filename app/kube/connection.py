"""Open a connection the way kubectl would: options, kubeconfig files, or the pod that we run in.

Law: nothing is guessed. What cannot be used is a ConfigError that says what was looked at and what to do.
"""

import asyncio
import importlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app import __version__
from app.domain.text import clean
from app.errors import ConfigError
from app.kube import kubefiles, kuberc
from app.kube.auth import credential_of
from app.kube.exec_plugin import Surroundings
from app.kube.impersonation import impersonation
from app.kube.in_cluster import CONTEXT, SERVICE_ACCOUNT, in_cluster, own_address
from app.kube.kubeconfig import DEFAULT_NAMESPACE, Cluster, Selection, select
from app.kube.kuberc import PluginPolicy
from app.kube.server import server_of
from app.ports import Clock

if TYPE_CHECKING:
    from app.kube.exchange import Connection


@dataclass(frozen=True, slots=True)
class ConnectOptions:
    """What the user says about where to connect, and the surroundings it is read in."""

    kubeconfig: str | None = None
    context: str | None = None
    as_user: str = ""
    as_groups: tuple[str, ...] = ()
    allow_prompt: bool = False
    """Whether a credential plugin may ask questions on the terminal: only while nothing else uses it."""
    timeout_seconds: float = 30.0
    """For one request and its whole answer; streams have limits of their own."""
    user_agent: str = f"netgrant/{__version__}"
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    service_account: str = SERVICE_ACCOUNT


@dataclass(frozen=True, slots=True)
class ContextInfo:
    """One context that could be chosen."""

    name: str
    server: str
    user: str
    namespace: str
    is_current: bool


class WallClock:
    """The machine's clock, for a caller that has no other."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


async def connect(options: ConnectOptions | None = None, clock: Clock | None = None) -> "Connection":
    """Return a connection that is ready to be used; nothing has been sent yet, but a plugin may have run.

    Raises:
        ConfigError: as it stands, nothing could be connected to.
    """
    options = options or ConnectOptions()
    clock = clock or WallClock()
    selection = choose(options)
    server = server_of(selection, options.environ)
    identity = impersonation(selection.user, options.as_user, options.as_groups)
    credential = credential_of(selection, server, _surroundings(options, selection), clock.now)
    # In a thread, beside a plugin that may take its time: the import would hold up a screen for 165 ms.
    secret, _ = await asyncio.gather(credential.current(), asyncio.to_thread(_import_transport))
    from app.kube.exchange import Connection, Profile
    from app.kube.pool import Pool

    headers = (("Accept", "application/json"), ("User-Agent", options.user_agent), *identity)
    address = own_address(server.url) if selection.is_in_pod else None
    profile = Profile(
        selection.context, selection.namespace, headers, server.warnings, address, options.timeout_seconds
    )
    return Connection(server, credential, Pool(server, secret), profile, clock)


def _import_transport() -> None:
    importlib.import_module("app.kube.exchange")


def choose(options: ConnectOptions) -> Selection:
    """Return the context to connect to.

    Raises:
        ConfigError: there is none, or it is incomplete.
    """
    config = kubefiles.load(options.kubeconfig or "", options.environ)
    if not config.is_empty:
        return select(config, options.context or "")
    inside = in_cluster(options.environ, options.service_account)
    if inside is None:
        raise _nowhere(options)
    if options.context not in (None, "", CONTEXT):
        raise ConfigError(
            f'there is no context "{clean(options.context or "")}": there is no kubeconfig, only this pod',
            fix=f"leave --context out, or pass {CONTEXT}",
        )
    return inside


def list_contexts(options: ConnectOptions | None = None) -> tuple[ContextInfo, ...]:
    """Return the contexts that can be chosen, in the files' order; incomplete ones are listed too.

    Raises:
        ConfigError: a file cannot be read, or there is none and this is no pod.
    """
    options = options or ConnectOptions()
    config = kubefiles.load(options.kubeconfig or "", options.environ)
    if config.is_empty:
        inside = choose(options)
        return (ContextInfo(inside.context, inside.cluster.server, inside.user_name, inside.namespace, True),)
    return tuple(
        ContextInfo(
            name=name,
            server=config.clusters.get(context.cluster, Cluster()).server,
            user=context.user,
            namespace=context.namespace or DEFAULT_NAMESPACE,
            is_current=name == config.current,
        )
        for name, context in config.contexts.items()
    )


def _nowhere(options: ConnectOptions) -> ConfigError:
    listed = options.kubeconfig or options.environ.get("KUBECONFIG")
    looked = f"{listed} is empty" if listed else f"KUBECONFIG is not set and {_default(options)} is missing"
    return ConfigError(
        f"no cluster to connect to: {clean(looked)}, and this does not run in a pod",
        fix="pass --kubeconfig FILE or set KUBECONFIG; netgrant demo needs no cluster",
    )


def _default(options: ConnectOptions) -> str:
    path = kubefiles.default_path(options.environ)
    return f"{path} or what it should hold" if path.exists() else str(path)


def _surroundings(options: ConnectOptions, selection: Selection) -> Surroundings:
    policy = kuberc.load(options.environ) if selection.user.exec_plugin is not None else PluginPolicy()
    has_terminal = options.allow_prompt and sys.stdin is not None and sys.stdin.isatty()
    return Surroundings(options.environ, policy, has_terminal=has_terminal)
