"""What the screens need from outside, as a Protocol; wiring fulfils it, tests fake it.

Law: no implementation here. Screens reach clusters, registry and clock through this and nothing else.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from app.commands.session import Limits
from app.domain.proposal import Template
from app.live.cluster import LiveCluster, Memory
from app.ports import Clock, GrantLog


@dataclass(frozen=True, slots=True)
class Preferences:
    """What settings and command line say about the screens."""

    contexts: tuple[str | None, ...] = (None,)
    """What to follow at the start; None is the current context."""
    read_only: bool = False
    limits: Limits = field(default_factory=Limits)
    warn_before: tuple[timedelta, ...] = (timedelta(minutes=5), timedelta(minutes=1))
    """How long before an end to warn; an empty tuple: only at the end itself."""
    production: tuple[str, ...] = ()
    """Patterns (``prod-*``) of context names where removing asks for a typed confirmation."""
    templates: tuple[Template, ...] = ()
    theme: str = ""
    """One of Textual's themes; empty: the default."""
    hint: str = ""
    """Some lines shown above an empty table at the start."""


@dataclass(frozen=True, slots=True)
class ContextChoice:
    """One kubeconfig context that could be followed."""

    name: str
    server: str
    user: str
    namespace: str
    is_current: bool


class Backend(Protocol):
    """Clusters, registry and clock."""

    @property
    def preferences(self) -> Preferences:
        """Return what settings and command line say."""
        ...

    @property
    def clock(self) -> Clock:
        """Return this machine's clock."""
        ...

    @property
    def log(self) -> GrantLog:
        """Return the registry; its file is opened at the first use."""
        ...

    def recollect(self, context: str | None) -> Memory | None:
        """Return what was read of a context's cluster before the screens came; None if nothing."""
        ...

    async def remember(self, context: str | None) -> Memory | None:
        """Return what the registry remembers as standing in a context's cluster; None if nothing.

        Raises:
            RegistryError: it cannot be read.
        """
        ...

    async def contexts(self) -> tuple[ContextChoice, ...]:
        """Return the contexts that can be chosen.

        Raises:
            ConfigError: there is no kubeconfig, or it cannot be read.
        """
        ...

    async def follow(self, cluster: LiveCluster, *, may_prompt: bool = False) -> None:
        """Connect to ``cluster.wanted``, finish what a dead process left, and keep it current for ever.

        Args:
            cluster: what to feed; its ``session`` is set while the connection lasts.
            may_prompt: whether a credential plugin may ask on the terminal, which then must not be ours.

        Raises:
            NetgrantError: as things stand it cannot be connected to; once it was, failures are its links'.
        """
        ...

    async def start_demo(self) -> str:
        """Start the embedded cluster with its incident, and return the context to follow it by.

        Raises:
            OSError: no loopback port can be had.
        """
        ...

    async def close(self) -> None:
        """Let go of everything that was opened."""
        ...
