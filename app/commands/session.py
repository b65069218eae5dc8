"""What every use case is given: one cluster, one registry, the time, and the limits.

Law: plain values, built in wiring; no hidden state.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.durations import format_duration
from app.errors import InputError
from app.ports import Access, Clock, DeadlineWriter, GrantLog, Identity, Lookup, PolicyWriter, Processes


@dataclass(frozen=True, slots=True)
class Cluster:
    """One API server as one user."""

    server: str
    """Its URL."""
    context: str
    namespace: str
    """The context's own namespace."""
    policies: PolicyWriter
    deadlines: DeadlineWriter
    access: Access
    lookup: Lookup
    warnings: tuple[str, ...] = ()
    """What is unsafe about the connection: no certificate check, plain HTTP."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long things may take or last."""

    max_ttl: timedelta = timedelta(hours=8)
    """The cap: the longest life of a grant, extensions included."""
    expiring: timedelta = timedelta(minutes=5)
    arm_seconds: float = 10.0
    """How long to wait for the Job controller to start a dead-man Job."""
    gone_seconds: float = 15.0
    """How long to wait for a deleted policy to be gone."""
    held_seconds: float = 3.0
    """How long to wait where nothing but finalizers hold it: their controllers act soon, or not at all."""
    log_seconds: float = 2.0
    """How long a removal waits for the registry to keep its intent."""
    poll_seconds: float = 0.1

    def check_life(self, life: timedelta) -> None:
        """Refuse a life above the cap.

        Raises:
            InputError: ``life``, creation to deadline, is longer than allowed.
        """
        if life > self.max_ttl:
            raise InputError(
                f"a grant may live for {format_duration(self.max_ttl)} at most, extensions included; "
                f"this would be {format_duration(life)}",
                field="for",
                fix="ask for less, or change max_ttl in the settings",
            )


@dataclass(frozen=True, slots=True)
class Reading:
    """What a use case that only looks at the cluster may touch: no registry is opened for it."""

    cluster: Cluster
    clock: Clock
    limits: Limits


@dataclass(frozen=True, slots=True)
class Session:
    """Everything a use case may touch."""

    cluster: Cluster
    clock: Clock
    log: GrantLog
    processes: Processes
    limits: Limits = field(default_factory=Limits)

    def server_now(self, identity: Identity) -> datetime:
        """Return the server's time as well as it is known."""
        return self.clock.now() + identity.offset
