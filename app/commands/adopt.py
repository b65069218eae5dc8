"""Put a policy that already stands under a deadline.

Law: the timer runs before the policy is tied to it, and the policy is tied by UID and version: if anybody
edits it in between, nothing happens. The policy was there before us, and without it something else may be
open: it is never removed because adopting failed. A Job that may own it goes only after it was let go.
"""

import asyncio
import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.commands.arming import await_started, running_until, why_unarmed
from app.commands.draft import life_of
from app.commands.intents import (
    Change,
    Wanted,
    begin_recorded,
    close_failed,
    close_or_say,
    record_from_cluster,
)
from app.commands.session import Session
from app.commands.undo import add_fix, is_marked, release
from app.commands.writes import make, ref, seen, unbroken
from app.domain.durations import format_moment
from app.domain.grant import Grant, LivePart
from app.domain.ids import new_id, object_name
from app.domain.lifecycle import Step, move
from app.domain.manifest import GRANT_LABEL, MANAGED_BY, Stamp, adoption_patch, job_manifest
from app.domain.objects import Job, NetworkPolicy
from app.domain.records import Happening, Op, Outcome, Phase
from app.errors import ClusterError, ConflictError, NotFoundError, RefusedError, UncertainError
from app.ports import Identity


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
    uid: str = ""
    """Of the very policy that is meant; empty: whichever has the name."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """A policy that now ends at ``deadline``."""

    grant: Grant
    deadline: datetime
    warnings: tuple[str, ...] = ()


def why_not(policy: NetworkPolicy) -> RefusedError | None:
    """Return why a policy cannot be put under a deadline; None where it can."""
    where = f"{policy.metadata.namespace}/{policy.metadata.name}"
    if grant_id := (policy.metadata.labels or {}).get(GRANT_LABEL):
        return RefusedError(f"{where} already is grant {grant_id}", fix=f"netgrant extend {grant_id} …")
    if policy.metadata.deletion_timestamp:
        return RefusedError(f"{where} is being deleted")
    if owners := policy.metadata.owner_references:
        names = ", ".join(f"{owner.kind}/{owner.name}" for owner in owners)
        return RefusedError(
            f"{where} is owned by {names}: the garbage collector keeps it while any owner lives",
            fix="shorten the life of the owner instead, or copy the policy: netgrant grant -f",
        )
    if policy.metadata.finalizers:
        names = ", ".join(policy.metadata.finalizers)
        return RefusedError(f"{where} is held by finalizer {names}: the deadline could not remove it")
    return None


def manager_of(policy: NetworkPolicy) -> str:
    """Return who says to manage the policy, and may bring it back after the deadline; empty if nobody."""
    return (policy.metadata.labels or {}).get(MANAGED_BY, "")


def _check(policy: NetworkPolicy | None, adoption: Adoption) -> tuple[NetworkPolicy, tuple[str, ...]]:
    where = f"{adoption.namespace}/{adoption.name}"
    if policy is None:
        raise NotFoundError(f"there is no NetworkPolicy {where}", status=404)
    if adoption.uid not in ("", policy.metadata.uid):
        raise ConflictError(
            f"{where} was replaced by another policy since it was shown: nothing was adopted",
            status=409,
            fix="look at it again",
        )
    if (refusal := why_not(policy)) is not None:
        raise refusal
    if manager := manager_of(policy):
        return policy, (f"{where} is managed by {manager}, which may bring it back after the deadline",)
    return policy, ()


async def adopt(session: Session, adoption: Adoption) -> Adopted:
    """Tie a standing policy to a dead-man Job; at the deadline it is removed.

    Raises:
        InputError: no reason, above the cap, or a deadline in the past.
        NotFoundError: no such policy.
        RefusedError: it is a grant already, is owned by something else, or the timer did not start.
        ConflictError: it was edited meanwhile; the timer is removed again.
        UncertainError: whether it was tied is not known; the next start finds out and finishes or undoes it.
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
    change = await _begin(session, identity, stamp, (policy, now, now + life))
    try:
        started = await await_started(session, await make(session.cluster.deadlines, job))
        tied = await unbroken(_tie(change, stamp, policy, started))
    except (ClusterError, RefusedError, asyncio.CancelledError) as error:
        await asyncio.shield(_give_up(change, policy, name, error))
        raise
    return await unbroken(_keep(change, tied, started, warnings))


async def _begin(
    session: Session, identity: Identity, stamp: Stamp, told: tuple[NetworkPolicy, datetime, datetime]
) -> Change:
    policy, now, deadline = told
    standing = Grant(stamp.grant_id, (LivePart(policy, None),))
    record = replace(
        record_from_cluster(session, standing, now, Phase.INTENDED),
        requested_by=stamp.requested_by,
        reason=stamp.reason,
        ticket=stamp.ticket,
        incident=stamp.incident,
        created_at=now,
        deadline=deadline,
    )
    wanted = Wanted(Op.ADOPT, deadline, stamp.reason)
    return await begin_recorded(session, identity, standing, wanted, record)


async def _tie(change: Change, stamp: Stamp, policy: NetworkPolicy, job: Job) -> NetworkPolicy:
    policies, meta = change.session.cluster.policies, policy.metadata
    end = running_until(job, change.session.server_now(change.identity))
    try:
        version = meta.resource_version
        patch = adoption_patch(stamp, policy, end, job)
        tied = (await policies.patch(ref(policy), patch, version=version)).value
    except UncertainError:
        found = await seen(policies.get(meta.namespace, meta.name))
        if found is None or not is_marked(found, stamp.grant_id):
            raise
        tied = found
    except ConflictError as error:
        raise ConflictError(
            f"{meta.namespace}/{meta.name} was edited meanwhile: {error.message}",
            status=409,
            fix="look at it again, then repeat the command",
        ) from error
    if why := why_unarmed(tied, job, stamp.grant_id):
        raise RefusedError(
            f"{meta.namespace}/{meta.name} came out of the cluster's admission {why}: nothing would end it",
            fix="look at the mutating webhooks and admission policies for networkpolicies",
        )
    return tied


async def _give_up(change: Change, policy: NetworkPolicy, name: str, error: BaseException) -> None:
    """Let the policy go, then remove the timer; where it may be tied yet, both stay for the next start."""
    if isinstance(error, UncertainError) or isinstance(error.__cause__, UncertainError):
        add_fix(error, "the next netgrant command here finds out and finishes or undoes it")
        return
    try:
        await _undo(change, policy, name)
    except ClusterError as second:
        until = format_moment(change.record.deadline)
        add_fix(
            error,
            f"undoing failed too ({second.message}): the next netgrant command here goes on; "
            f"if the policy is tied already, it ends at {until}",
        )
        return
    why = error.message if isinstance(error, ClusterError | RefusedError) else "interrupted"
    for warning in await close_failed(change, why):
        add_fix(error, warning)


async def _undo(change: Change, policy: NetworkPolicy, name: str) -> None:
    cluster, namespace = change.session.cluster, policy.metadata.namespace
    found = await cluster.policies.get(namespace, policy.metadata.name)
    is_same = found is not None and found.metadata.uid == policy.metadata.uid
    if found is not None and is_same and (is_marked(found, change.grant.id) or _is_owned(found, name)):
        await release(cluster, found)
    job = await cluster.deadlines.get(namespace, name)
    if job is not None and (job.metadata.labels or {}).get(GRANT_LABEL) == change.grant.id:
        await cluster.deadlines.delete(ref(job))


def _is_owned(policy: NetworkPolicy, job: str) -> bool:
    """Tell whether the Job of that name owns the policy: admission may have dropped the label alone."""
    return any(owner.name == job for owner in policy.metadata.owner_references or ())


async def _keep(change: Change, policy: NetworkPolicy, job: Job, warnings: tuple[str, ...]) -> Adopted:
    grant = Grant(change.grant.id, (LivePart(policy, job),))
    deadline = grant.deadline() or change.record.deadline
    record = replace(change.record, deadline=deadline, phase=move(change.record.phase, Step.MADE))
    detail = {"deadline": format_moment(deadline), "reason": record.reason}
    warnings += await close_or_say(replace(change, record=record), Outcome.DONE, Happening.ADOPTED, detail)
    return Adopted(grant, deadline, warnings)
