"""A grant as it stands in the cluster: its objects joined, its deadline, its nets and its state.

Law: pure. The cluster is the truth: everything here is read off the objects and ``now``, by server time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.durations import FAR, after, format_moment, parse_moment
from app.domain.manifest import (
    ADOPTED,
    APPROVED_BY,
    EXPIRES_AT,
    GRANT_LABEL,
    INCIDENT,
    REASON,
    REQUESTED_BY,
    SPEC_HASH,
    TICKET,
)
from app.domain.objects import Job, NetworkPolicy
from app.domain.policyspec import spec_hash


class Deadman(StrEnum):
    """What the dead-man Job of one policy is worth; only ARMED ends the access by itself."""

    ARMED = "armed"
    NO_JOB = "no Job"
    NOT_STARTED = "Job not started"
    SUSPENDED = "Job suspended"
    NO_DEADLINE = "Job without deadline"
    NOT_OWNER = "policy not owned by the Job"
    HELD = "held by a finalizer"
    LINGERS = "Job kept after its deadline"
    UNKNOWN = "Jobs may not be read"


@dataclass(frozen=True, slots=True)
class LivePart:
    """One policy with the Job of its namespace; either may be missing."""

    policy: NetworkPolicy | None
    job: Job | None
    jobs_readable: bool = True

    @property
    def namespace(self) -> str:
        """Return the namespace of whichever object there is."""
        found = self.policy or self.job
        return found.metadata.namespace if found else ""

    def deadman(self) -> Deadman:
        """Tell whether the Job will end the policy, and if not, why."""
        if not self.jobs_readable:
            return Deadman.UNKNOWN
        if self.job is None or self.job.metadata.deletion_timestamp is not None:
            return Deadman.NO_JOB
        if self.job.spec.suspend:
            return Deadman.SUSPENDED
        if self.job.status.start_time is None:
            return Deadman.NOT_STARTED
        if self.job.spec.active_deadline_seconds is None:
            return Deadman.NO_DEADLINE
        owners = self.policy.metadata.owner_references or () if self.policy else ()
        # The garbage collector acts only once the last owner is gone: a second owner disarms the Job.
        if [owner.uid for owner in owners] != [self.job.metadata.uid]:
            return Deadman.NOT_OWNER
        return self._removal()

    def _removal(self) -> Deadman:
        """Tell whether the policy will really go once the Job has failed."""
        if self.job and self.job.spec.ttl_seconds_after_finished != 0:
            return Deadman.LINGERS
        is_held = any(found and found.metadata.finalizers for found in (self.policy, self.job))
        return Deadman.HELD if is_held else Deadman.ARMED

    def job_deadline(self) -> datetime | None:
        """Return when the Job will fail: its startTime plus activeDeadlineSeconds; None if it never will."""
        return None if self.job is None else deadline_of(self.job)

    def written_deadline(self) -> datetime | None:
        """Return the ``expires-at`` annotation; None where it is missing or cannot be read."""
        return parse_moment(_annotation(self, EXPIRES_AT))

    def end(self) -> datetime | None:
        """Return when this part ends: what its Job will do if that is armed, else what is written."""
        return self.job_deadline() if self.deadman() is Deadman.ARMED else self.written_deadline()


def deadline_of(job: Job) -> datetime | None:
    """Return when the job controller will fail ``job``; None while it is suspended or not started."""
    start, seconds = job.status.start_time, job.spec.active_deadline_seconds
    return None if start is None or seconds is None or job.spec.suspend else after(start, seconds)


def _annotation(part: LivePart, key: str) -> str:
    for found in (part.policy, part.job):
        if found is not None and (value := (found.metadata.annotations or {}).get(key)):
            return value
    return ""


OVERDUE_AFTER = timedelta(seconds=2)
"""How long the controllers may take to act on a deadline before that is worth a word."""


class State(StrEnum):
    """What the list says of a live grant, worst first where several hold."""

    OVERDUE = "overdue"
    ENDING = "ending"
    DRIFTED = "drifted"
    PENDING = "pending"
    EXPIRING = "expiring"
    ACTIVE = "active"


@dataclass(frozen=True, slots=True)
class Grant:
    """All objects in the cluster that carry one grant id."""

    id: str
    parts: tuple[LivePart, ...]

    def note(self, key: str) -> str:
        """Return the first part's annotation, empty where there is none."""
        return next((value for part in self.parts if (value := _annotation(part, key))), "")

    @property
    def requested_by(self) -> str:
        """Return the user name that the cluster gave."""
        return self.note(REQUESTED_BY)

    @property
    def approved_by(self) -> str:
        """Return who approved, if anybody had to."""
        return self.note(APPROVED_BY)

    @property
    def reason(self) -> str:
        """Return why it was asked for."""
        return self.note(REASON)

    @property
    def ticket(self) -> str:
        """Return the ticket."""
        return self.note(TICKET)

    @property
    def incident(self) -> str:
        """Return the incident."""
        return self.note(INCIDENT)

    @property
    def is_adopted(self) -> bool:
        """Tell whether a policy that already stood was put under the deadline."""
        return self.note(ADOPTED) == "true"

    @property
    def policies(self) -> tuple[NetworkPolicy, ...]:
        """Return the policies that stand."""
        return tuple(part.policy for part in self.parts if part.policy is not None)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """Return the dead-man Jobs, each once."""
        return tuple(
            {part.job.metadata.uid: part.job for part in self.parts if part.job is not None}.values()
        )

    @property
    def namespaces(self) -> tuple[str, ...]:
        """Return the namespaces, each once, in order."""
        return tuple(dict.fromkeys(part.namespace for part in self.parts))

    @property
    def created_at(self) -> datetime | None:
        """Return the creation of the oldest object, by the server's clock."""
        owned: list[NetworkPolicy | Job] = [*self.jobs, *(() if self.is_adopted else self.policies)]
        found = [item.metadata.creation_timestamp for item in owned]
        return min((moment for moment in found if moment), default=None)

    def deadline(self) -> datetime | None:
        """Return when the last of the access ends: what the Jobs will do, else what the policies say."""
        return max((end for part in self.parts if (end := part.end())), default=None)

    def is_armed(self) -> bool:
        """Tell whether every policy will be ended by its own Job."""
        standing = [part for part in self.parts if part.policy is not None]
        return bool(standing) and all(part.deadman() is Deadman.ARMED for part in standing)

    def drift(self) -> tuple[str, ...]:
        """Return what no longer equals what was granted, in words; empty if nothing."""
        return tuple(
            word for part in self.parts if part.policy is not None for word in _part_drift(part, part.policy)
        )


def _part_drift(part: LivePart, policy: NetworkPolicy) -> list[str]:
    where = f"{policy.metadata.namespace}/{policy.metadata.name}"
    found = []
    granted = (policy.metadata.annotations or {}).get(SPEC_HASH)
    if not granted:
        found.append(f"{where}: {SPEC_HASH} removed, so nobody can tell whether the spec was edited")
    elif granted != spec_hash(policy.spec or {}):
        found.append(f"{where}: spec edited")
    written, end = part.written_deadline(), part.end()
    if written is None:
        found.append(f"{where}: deadline unreadable")
    elif end is not None and abs(end - written) > OVERDUE_AFTER:
        found.append(f"{where}: says {format_moment(written)}, its Job ends it at {format_moment(end)}")
    if (dead := part.deadman()) not in (Deadman.ARMED, Deadman.UNKNOWN):
        found.append(f"{where}: {dead}")
    return found


def state_of(
    grant: Grant,
    now: datetime,
    expiring: timedelta = timedelta(minutes=5),
    drift: tuple[str, ...] | None = None,
) -> State:
    """Return the state by server time ``now``.

    Args:
        grant: the joined objects.
        now: the server's time.
        expiring: how long before the end it is said.
        drift: ``grant.drift()`` where that is known: it is what costs most here.
    """
    deadline = grant.deadline()
    if not grant.policies:
        return State.PENDING
    ends = [end for part in grant.parts if part.policy is not None and (end := part.end())]
    # An unreadable deadline counts as passed: nobody could say how long it would stand.
    if deadline is None or min(ends, default=deadline) <= now - OVERDUE_AFTER:
        return State.OVERDUE
    if deadline <= now or all(policy.metadata.deletion_timestamp for policy in grant.policies):
        return State.ENDING
    if grant.drift() if drift is None else drift:
        return State.DRIFTED
    return State.EXPIRING if deadline - now <= expiring else State.ACTIVE


def next_turn(grant: Grant, now: datetime, expiring: timedelta = timedelta(minutes=5)) -> datetime | None:
    """Return the next moment at which time alone may change the grant's state; None if none will."""
    ends = [end for part in grant.parts if (end := part.end()) is not None]
    last = max(ends, default=FAR)
    turns = (*(end + OVERDUE_AFTER for end in ends if end < FAR), last - expiring, last)
    return min((turn for turn in turns if now < turn < FAR), default=None)


def join(
    policies: Iterable[NetworkPolicy], jobs: Iterable[Job], jobs_readable: bool = True
) -> tuple[Grant, ...]:
    """Group policies and Jobs by their grant label, oldest id first.

    A policy's Job is the one that owns it; else the grant's Job of that namespace. Jobs without a policy
    are parts of their own: a grant half made, or one whose policy was removed by hand.
    """
    by_grant: dict[str, tuple[list[NetworkPolicy], list[Job]]] = {}
    for policy in policies:
        if grant_id := (policy.metadata.labels or {}).get(GRANT_LABEL):
            by_grant.setdefault(grant_id, ([], []))[0].append(policy)
    for job in jobs:
        if grant_id := (job.metadata.labels or {}).get(GRANT_LABEL):
            by_grant.setdefault(grant_id, ([], []))[1].append(job)
    return tuple(Grant(i, _parts(*found, jobs_readable)) for i, found in sorted(by_grant.items()))


def _parts(policies: list[NetworkPolicy], jobs: list[Job], readable: bool) -> tuple[LivePart, ...]:
    found = [LivePart(policy, _job_for(policy, jobs), readable) for policy in policies]
    used = {part.job.metadata.uid for part in found if part.job is not None}
    found += [LivePart(None, job, readable) for job in jobs if job.metadata.uid not in used]
    return tuple(sorted(found, key=lambda part: (part.namespace, (part.policy or part.job).metadata.name)))  # type: ignore[union-attr]


def _job_for(policy: NetworkPolicy, jobs: list[Job]) -> Job | None:
    owners = {owner.uid for owner in policy.metadata.owner_references or ()}
    here = [job for job in jobs if job.metadata.namespace == policy.metadata.namespace]
    return next((job for job in here if job.metadata.uid in owners), here[0] if here else None)
