"""Choose what to connect to, the way kubectl would: options, kubeconfig files, or the pod that we run in.

Law: nothing is guessed, and nobody is asked. What cannot be used is a ConfigError that says what was looked
at and what to do. Cheap to import: the first frame waits for it.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from app import __version__
from app.domain.text import clean
from app.errors import ConfigError
from app.kube import kubefiles
from app.kube.in_cluster import CONTEXT, SERVICE_ACCOUNT, in_cluster
from app.kube.kubeconfig import DEFAULT_NAMESPACE, Cluster, Selection, select
from app.kube.server import server_of


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


def server_url(options: ConnectOptions) -> str:
    """Return the URL of the chosen API server, without asking it.

    Raises:
        ConfigError: there is nothing to connect to.
    """
    return server_of(choose(options), options.environ).url
