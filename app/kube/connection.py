"""Open a connection to what was chosen, with the credentials that the kubeconfig names.

Law: what cannot be used is a ConfigError that says what was looked at and what to do.
"""

import asyncio
import importlib
import sys
from typing import TYPE_CHECKING

from app.kube import kuberc
from app.kube.auth import credential_of
from app.kube.choosing import ConnectOptions, choose
from app.kube.exec_plugin import Surroundings
from app.kube.impersonation import impersonation
from app.kube.in_cluster import own_address
from app.kube.kubeconfig import Selection
from app.kube.kuberc import PluginPolicy
from app.kube.server import server_of
from app.kube.wall_clock import WallClock
from app.ports import Clock

if TYPE_CHECKING:
    from app.kube.exchange import Connection


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


def _surroundings(options: ConnectOptions, selection: Selection) -> Surroundings:
    policy = kuberc.load(options.environ) if selection.user.exec_plugin is not None else PluginPolicy()
    has_terminal = options.allow_prompt and sys.stdin is not None and sys.stdin.isatty()
    return Surroundings(options.environ, policy, has_terminal=has_terminal)
