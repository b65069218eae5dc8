"""What a kubeconfig says: its clusters, users and contexts as typed values, and the one context asked for.

Law: as client-go reads it (v1.36), field by field. A ``User`` holds secrets and therefore never shows its
fields; error texts name fields and never repeat a value from a user's section.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from app.domain.text import clean
from app.errors import ConfigError

DEFAULT_NAMESPACE = "default"

T = TypeVar("T")


class Extension(msgspec.Struct, frozen=True):
    """A named extension of a cluster; exec plugins may read one of them."""

    name: str = ""
    extension: Any = None


class Cluster(msgspec.Struct, frozen=True, rename="kebab"):
    """Where an API server is and how its certificate is checked."""

    server: str = ""
    certificate_authority: str = ""
    """Path, absolute once merged."""
    certificate_authority_data: str = ""
    """Base64 of PEM; wins over the path."""
    insecure_skip_tls_verify: bool = False
    tls_server_name: str = ""
    proxy_url: str = ""
    disable_compression: bool = False
    extensions: tuple[Extension, ...] = ()


class EnvVar(msgspec.Struct, frozen=True):
    """One environment variable for an exec plugin."""

    name: str
    value: str = ""

    def __repr__(self) -> str:
        return f"EnvVar({self.name!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("name", self.name)]


class ExecConfig(msgspec.Struct, frozen=True, rename="camel"):
    """A program that yields credentials."""

    command: str = ""
    """A name to look up in PATH, or a path, absolute once merged."""
    args: tuple[str, ...] = ()
    env: tuple[EnvVar, ...] = ()
    api_version: str = ""
    install_hint: str = ""
    provide_cluster_info: bool = False
    interactive_mode: str = ""

    def __repr__(self) -> str:
        return f"ExecConfig({self.command!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("command", self.command)]


class AuthProvider(msgspec.Struct, frozen=True):
    """A credential source that was compiled into old clients; ``config`` holds secrets."""

    name: str = ""
    config: dict[str, Any] = {}

    def __repr__(self) -> str:
        return f"AuthProvider({self.name!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("name", self.name)]


class User(msgspec.Struct, frozen=True, rename="kebab"):
    """How a user proves who they are, and whom they act as."""

    client_certificate: str = ""
    client_certificate_data: str = ""
    client_key: str = ""
    client_key_data: str = ""
    token: str = ""
    token_file: str = msgspec.field(default="", name="tokenFile")
    username: str = ""
    password: str = ""
    exec_plugin: ExecConfig | None = msgspec.field(default=None, name="exec")
    auth_provider: AuthProvider | None = None
    as_user: str = msgspec.field(default="", name="as")
    as_uid: str = ""
    as_groups: tuple[str, ...] = ()
    as_user_extra: dict[str, tuple[str, ...]] = {}

    def __repr__(self) -> str:
        return "User(…)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return []


class Context(msgspec.Struct, frozen=True):
    """A cluster, a user and the namespace to start in."""

    cluster: str = ""
    user: str = ""
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Kubeconfig:
    """All files merged: of two entries with one name, the first file's counts."""

    files: tuple[Path, ...] = ()
    current: str = ""
    contexts: Mapping[str, Context] = field(default_factory=dict)
    clusters: Mapping[str, Cluster] = field(default_factory=dict)
    users: Mapping[str, User] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing in it at all."""
        return not (self.current or self.contexts or self.clusters or self.users)

    @property
    def origin(self) -> str:
        """The files' names for a message."""
        return ", ".join(clean(str(file)) for file in self.files) or "the kubeconfig"


@dataclass(frozen=True, slots=True)
class Selection:
    """One context with everything that it points to."""

    context: str
    namespace: str
    cluster: Cluster
    user_name: str
    user: User
    is_in_pod: bool = False
    """Whether this is the service account of the pod that we run in."""


def select(config: Kubeconfig, context_name: str) -> Selection:
    """Return the named context, or the current one for an empty name.

    Raises:
        ConfigError: there is no such context, or it points to a cluster or user that is not there.
    """
    name = context_name or config.current
    if not name:
        raise ConfigError(
            f"no context is chosen: {config.origin} sets no current-context",
            fix=f"pass --context, one of: {_known(config.contexts)}",
        )
    context = config.contexts.get(name)
    if context is None:
        raise ConfigError(
            f'there is no context "{clean(name)}" in {config.origin}',
            fix=f"pass --context, one of: {_known(config.contexts)}",
        )
    return Selection(
        context=name,
        namespace=context.namespace or DEFAULT_NAMESPACE,
        cluster=_pointed_at("cluster", context.cluster, config.clusters, name),
        user_name=context.user,
        user=_pointed_at("user", context.user, config.users, name),
    )


def _pointed_at(what: str, name: str, entries: Mapping[str, T], context: str) -> T:
    if not name:
        raise ConfigError(
            f'the context "{clean(context)}" names no {what}',
            fix=f"kubectl config set-context {clean(context)} --{what}=…, one of: {_known(entries)}",
        )
    if name not in entries:
        raise ConfigError(
            f'the context "{clean(context)}" names the {what} "{clean(name)}", which no file defines',
            fix=f"known {what}s: {_known(entries)}",
        )
    return entries[name]


def _known(entries: Mapping[str, object]) -> str:
    names = sorted(entries)
    shown = ", ".join(clean(name, 100) for name in names[:8])
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return shown + more if names else "there are none"
