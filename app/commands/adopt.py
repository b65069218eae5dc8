"""Put a policy that already stands under a deadline.

Law: the timer runs before the policy is tied to it, and the policy is tied by UID and version: if anybody
edits it in between, nothing happens.
"""

import asyncio
import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.commands.create import await_started
from app.commands.draft import life_of
from app.commands.intents import Change, begin_change, close_or_say
from app.commands.session import Session
from app.commands.undo import ref
from app.domain.durations import format_moment
from app.domain.grant import Grant, LivePart, deadline_of
from app.domain.ids import new_id, object_name
from app.domain.lifecycle import Step, move
from app.domain.manifest import GRANT_LABEL, MANAGED_BY, Stamp, adoption_patch, job_manifest
from app.domain.objects import Job, NetworkPolicy
from app.domain.records import GrantRecord, Happening, Op, Outcome, Phase
from app.errors import ClusterError, ConflictError, NotFoundError, RefusedError, RegistryError, UncertainError


@dataclass(frozen=True, slots=True)
class Adoption:
    """Which policy, for how long, and why."""

    namespace: str
    name: str
    reason: str
    ttl: timedelta | None = None
    until: datetime | None = None
    ticket: str = ""
    incident: str = ""


@dataclass(frozen=True, slots=True)
class Adopted:
    """A policy that now ends at ``deadline``."""

    grant: Grant
    deadline: datetime
    warnings: tuple[str, ...] = ()


def _check(policy: NetworkPolicy | None, adoption: Adoption) -> tuple[NetworkPolicy, tuple[str, ...]]:
    where = f"{adoption.namespace}/{adoption.name}"
    if policy is None:
        raise NotFoundError(f"there is no NetworkPolicy {where}", status=404)
    labels = policy.metadata.labels or {}
    if grant_id := labels.get(GRANT_LABEL):
        raise RefusedError(f"{where} already is grant {grant_id}", fix=f"netgrant extend {grant_id} …")
    if policy.metadata.deletion_timestamp:
        raise RefusedError(f"{where} is being deleted")
    if owners := policy.metadata.owner_references:
        names = ", ".join(f"{owner.kind}/{owner.name}" for owner in owners)
        raise RefusedError(
            f"{where} is owned by {names}: the garbage collector keeps it while any owner lives",
            fix="shorten the life of the owner instead, or copy the policy: netgrant grant -f",
        )
    manager = labels.get(MANAGED_BY, "")
    if manager:
        return policy, (f"{where} is managed by {manager}, which may bring it back after the deadline",)
    return policy, ()


async def adopt(session: Session, adoption: Adoption) -> Adopted:
    """Tie a standing policy to a dead-man Job; at the deadline it is removed.

    Raises:
        InputError: no reason, above the cap, or a deadline in the past.
        NotFoundError: no such policy.
        RefusedError: it is a grant already, is owned by something else, or the timer did not start.
        ConflictError: it was edited meanwhile; the timer is removed again.
        ClusterError, RegistryError: as for create.
    """
    identity = await session.cluster.access.whoami()
    now = session.server_now(identity)
    life = life_of(session.limits, adoption, now)
    found = await session.cluster.policies.get(adoption.namespace, adoption.name)
    policy, warnings = _check(found, adoption)
    stamp = Stamp(new_id(now), identity.username, adoption.reason.strip(), adoption.ticket, adoption.incident)
    name = object_name(stamp.grant_id, adoption.name)
    job = job_manifest(stamp, adoption.namespace, name, math.ceil(life.total_seconds()))
    await session.cluster.deadlines.create(job, dry_run=True)
    standing = Grant(stamp.grant_id, (LivePart(policy, None),))
    change = await begin_change(session, identity, standing, Op.ADOPT, now + life)
    change = replace(change, record=_record(change, stamp, now, now + life))
    try:
        started = await await_started(session, (await session.cluster.deadlines.create(job)).value)
        tied = await _tie(session, stamp, policy, started)
    except (ClusterError, RefusedError, asyncio.CancelledError) as error:
        await asyncio.shield(_give_up(session, change, name, str(error) or "interrupted"))
        raise
    return await _keep(change, tied, started, warnings)


def _record(change: Change, stamp: Stamp, now: datetime, deadline: datetime) -> GrantRecord:
    return replace(
        change.record,
        requested_by=stamp.requested_by,
        reason=stamp.reason,
        ticket=stamp.ticket,
        incident=stamp.incident,
        created_at=now,
        deadline=deadline,
    )


async def _tie(session: Session, stamp: Stamp, policy: NetworkPolicy, job: Job) -> NetworkPolicy:
    patch = adoption_patch(stamp, policy, deadline_of(job) or session.clock.now(), job)
    try:
        version = policy.metadata.resource_version
        return (await session.cluster.policies.patch(ref(policy), patch, version=version)).value
    except UncertainError:
        found = await session.cluster.policies.get(policy.metadata.namespace, policy.metadata.name)
        if found is not None and (found.metadata.labels or {}).get(GRANT_LABEL) == stamp.grant_id:
            return found
        raise
    except ConflictError as error:
        raise ConflictError(
            f"{policy.metadata.namespace}/{policy.metadata.name} was edited meanwhile: {error.message}",
            status=409,
            fix="look at it again, then repeat the command",
        ) from error


async def _give_up(session: Session, change: Change, name: str, why: str) -> None:
    """Remove the timer; where that fails the intent stays open; owning nothing, it is harmless."""
    try:
        job = await session.cluster.deadlines.get(change.grant.namespaces[0], name)
        if job is not None and (job.metadata.labels or {}).get(GRANT_LABEL) == change.grant.id:
            await session.cluster.deadlines.delete(ref(job))
        record = replace(change.record, phase=Phase.FAILED)
        await replace(change, record=record).finish(Outcome.FAILED, Happening.FAILED, {"error": why}, record)
    except (ClusterError, RegistryError):
        return


async def _keep(change: Change, policy: NetworkPolicy, job: Job, warnings: tuple[str, ...]) -> Adopted:
    grant = Grant(change.grant.id, (LivePart(policy, job),))
    deadline = grant.deadline() or change.record.deadline
    record = replace(change.record, deadline=deadline, phase=move(Phase.INTENDED, Step.MADE))
    detail = {"deadline": format_moment(deadline), "reason": record.reason}
    warnings += await close_or_say(replace(change, record=record), Outcome.DONE, Happening.ADOPTED, detail)
    return Adopted(grant, deadline, warnings)
