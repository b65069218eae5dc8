"""What the use cases need from the outside, as Protocols; kube/ and registry/ fulfil them, tests fake them.

Law: no implementation here. Every method may raise the subclasses of ClusterError (cluster side) or
RegistryError (GrantLog) that app/errors.py lists, and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from app.domain.objects import Job, NetworkPolicy, Pod, Service, Workload
from app.domain.records import (
    ChainedEntry,
    ChainHead,
    Entry,
    GrantRecord,
    HistoryQuery,
    HistoryRow,
    Intent,
    Json,
    Outcome,
    RegistryHealth,
)

T = TypeVar("T")


class Clock(Protocol):
    """The one source of time below the shell."""

    def now(self) -> datetime:
        """Return this machine's wall-clock time, aware, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Processes(Protocol):
    """The processes of this machine, by tokens that survive in an intent."""

    def own(self) -> str:
        """Return the token of this process."""
        ...

    def is_running(self, token: str) -> bool:
        """Tell whether the process of a token still runs; True where that cannot be told."""
        ...


@dataclass(frozen=True, slots=True)
class Ref:
    """One very object: name and UID, so that a successor of the same name is never touched."""

    namespace: str
    name: str
    uid: str


@dataclass(frozen=True, slots=True)
class Receipt(Generic[T]):
    """The object as the server wrote it, and the Audit-Id that finds the call in its audit log."""

    value: T
    audit_id: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the cluster says we are, and what its clock says (SelfSubjectReview)."""

    username: str
    groups: tuple[str, ...] = ()
    offset: timedelta = field(default_factory=timedelta)
    """Server clock minus ours."""
    offset_error: timedelta = field(default_factory=timedelta)
    """Half the round trip plus one second: the reading's resolution."""


@dataclass(frozen=True, slots=True)
class Check:
    """One question to SelfSubjectAccessReview; an empty namespace means all namespaces."""

    verb: str
    group: str
    resource: str
    namespace: str = ""


class PolicyWriter(Protocol):
    """NetworkPolicies (networking.k8s.io/v1)."""

    async def get(self, namespace: str, name: str) -> NetworkPolicy | None:
        """Return the policy, None where there is none (404)."""
        ...

    async def list(self, namespace: str | None, selector: str) -> tuple[NetworkPolicy, ...]:
        """Return all policies with the label selector, paged; None means all namespaces."""
        ...

    async def create(self, manifest: Json, *, dry_run: bool = False) -> Receipt[NetworkPolicy]:
        """Create, or let the server say what it would do (``dry_run``: all checks, nothing kept)."""
        ...

    async def patch(self, ref: Ref, patch: Json, *, version: str = "") -> Receipt[NetworkPolicy]:
        """Apply a JSON merge patch to this very object: other UID or stale ``version`` is a ConflictError."""
        ...

    async def delete(self, ref: Ref) -> str:
        """Delete this very object in the background and return the Audit-Id.

        An object that is gone, or another under its name, counts as deleted.
        """
        ...


class DeadlineWriter(Protocol):
    """The dead-man Jobs (batch/v1)."""

    async def get(self, namespace: str, name: str) -> Job | None:
        """Return the Job, None where there is none (404)."""
        ...

    async def list(self, namespace: str | None, selector: str) -> tuple[Job, ...]:
        """Return all Jobs with the label selector, paged; None means all namespaces."""
        ...

    async def create(self, manifest: Json, *, dry_run: bool = False) -> Receipt[Job]:
        """Create the Job."""
        ...

    async def set_deadline(self, ref: Ref, active_deadline_seconds: int) -> Receipt[Job]:
        """Set the seconds from the Job's startTime to its end, on this very object."""
        ...

    async def delete(self, ref: Ref) -> str:
        """Delete as PolicyWriter.delete does; the garbage collector takes owned policies along."""
        ...


class Access(Protocol):
    """Who we are and what we may do."""

    async def whoami(self) -> Identity:
        """Ask the cluster who we are; also reads its clock."""
        ...

    async def may(self, checks: Sequence[Check]) -> tuple[bool, ...]:
        """Answer each check in order, asked in parallel."""
        ...

    async def server_version(self) -> str:
        """Return the server's gitVersion (``v1.36.3``)."""
        ...

    async def my_address(self) -> str | None:
        """Return our own IP as pods would see it; None where NAT, VPN or a proxy may stand between."""
        ...


class Lookup(Protocol):
    """Reading what a user may name instead of labels."""

    async def namespace_exists(self, name: str) -> bool | None:
        """Tell whether the namespace exists; None where we may not know (403)."""
        ...

    async def service(self, namespace: str, name: str) -> Service | None:
        """Return the Service, None where there is none."""
        ...

    async def workload(self, kind: str, namespace: str, name: str) -> Workload | None:
        """Return an apps/v1 workload by its resource name (``deployments``), None where there is none."""
        ...

    async def pod(self, namespace: str, name: str) -> Pod | None:
        """Return the pod, None where there is none."""
        ...

    async def pods(self, namespace: str, selector: str) -> tuple[Pod, ...]:
        """Return the namespace's pods with the label selector."""
        ...


class GrantLog(Protocol):
    """The registry: intents, grants, and the chained audit rows. Each method is one durable transaction."""

    async def head(self) -> ChainHead:
        """Return the newest link of the audit chain."""
        ...

    async def begin(self, intent: Intent, grant: GrantRecord, entry: Entry) -> ChainHead:
        """Keep the intent, the grant as it is asked for, and its audit row; return the new head."""
        ...

    async def finish(self, intent_id: str, outcome: Outcome, entry: Entry, grant: GrantRecord) -> None:
        """Close the intent, keep the grant as it now stands, and append the audit row."""
        ...

    async def note(self, entry: Entry, grant: GrantRecord | None = None) -> None:
        """Append an audit row without an intent (an end that was seen), and keep the grant if given."""
        ...

    async def open_intents(self, cluster: str) -> tuple[Intent, ...]:
        """Return the intents of this cluster that were begun and never finished, oldest first."""
        ...

    async def grant(self, grant_id: str) -> GrantRecord | None:
        """Return the grant, None if this registry never heard of it."""
        ...

    async def grants(self, cluster: str = "") -> tuple[GrantRecord, ...]:
        """Return all grants of a cluster (empty: of all), oldest first."""
        ...

    async def history(self, query: HistoryQuery) -> tuple[ChainedEntry, ...]:
        """Return the audit rows asked for, oldest first; the newest ``limit`` where there are more.

        Raises:
            InputError: a partial grant id fits several grants.
        """
        ...

    async def search(self, query: HistoryQuery) -> tuple[HistoryRow, ...]:
        """Return the audit rows asked for as ``history`` does, each beside its grant.

        Raises:
            InputError: a partial grant id fits several grants.
        """
        ...

    async def health(self) -> RegistryHealth:
        """Return what can be said about the file without changing it."""
        ...

    async def close(self) -> None:
        """Finish what was handed over, then let go of the file."""
        ...
