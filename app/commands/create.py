"""Open access for a while: timers first, then the policies that they own.

Law (the order is the safety): intent, Jobs, all Jobs started, policies, outcome. A crash anywhere leaves
either nothing, or a timer without a hole, or a hole with a running timer.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime

from app.commands.draft import Draft, Order, draft
from app.commands.session import Session
from app.commands.undo import remove_made
from app.domain.durations import format_moment
from app.domain.grant import Grant, deadline_of, join
from app.domain.ids import new_id
from app.domain.lifecycle import Step, move
from app.domain.manifest import Part, job_manifest, policy_manifest, with_audit_head
from app.domain.objects import Job, NetworkPolicy
from app.domain.records import Entry, Happening, Intent, Json, Op, Outcome, Phase
from app.errors import ClusterError, NetgrantError, RefusedError, RegistryError, UncertainError


@dataclass(frozen=True, slots=True)
class Created:
    """A grant that stands, its timers running."""

    grant: Grant
    deadline: datetime
    warnings: tuple[str, ...] = ()


async def rehearse(session: Session, plan: Draft) -> None:
    """Let the server check every object by dry run, admission and quota too; nothing is kept.

    Raises:
        ClusterError: what the server would answer.
    """
    for manifest in plan.manifests():
        writer = session.cluster.deadlines if manifest["kind"] == "Job" else session.cluster.policies
        await writer.create(manifest, dry_run=True)


async def create(session: Session, order: Order) -> Created:
    """Open access and return once it stands with its timers running.

    Raises:
        InputError: the order is wrong; nothing was written.
        RegistryError: no intent could be kept; nothing was written.
        ClusterError, RefusedError: the cluster refused, or a timer did not start; what was made is removed.
    """
    identity = await session.cluster.access.whoami()
    plan = draft(session.limits, order, identity.username, session.server_now(identity))
    await rehearse(session, plan)
    intent = Intent(
        id=new_id(plan.now),
        grant_id=plan.stamp.grant_id,
        op=Op.CREATE,
        cluster=session.cluster.server,
        namespaces=plan.namespaces,
        actor=identity.username,
        at=plan.now,
        deadline=plan.deadline,
        detail={
            "owner": session.processes.own(),
            "parts": [{"namespace": p.namespace, "name": p.name} for p in plan.parts],
        },
    )
    asked = _entry(session, plan, Happening.ASKED, {"reason": plan.stamp.reason})
    head = await session.log.begin(intent, plan.record(session, Phase.INTENDED, plan.deadline), asked)
    plan = replace(plan, stamp=with_audit_head(plan.stamp, head.seq, head.hash))
    try:
        jobs = await _start_timers(session, plan)
        policies = await _open(session, plan, jobs)
    except (ClusterError, RefusedError, asyncio.CancelledError) as error:
        await asyncio.shield(_give_up(session, plan, intent.id, error))
        raise
    return await _keep(session, plan, intent.id, (jobs, policies))


def _entry(session: Session, plan: Draft, happening: Happening, detail: Json) -> Entry:
    now = session.clock.now()
    return Entry(
        max(now, plan.now),
        session.cluster.server,
        plan.stamp.grant_id,
        happening,
        plan.stamp.requested_by,
        detail,
    )


async def _start_timers(session: Session, plan: Draft) -> dict[str, Job]:
    """Make each namespace's Job and wait until its clock runs."""
    made = {}
    for namespace in plan.namespaces:
        manifest = job_manifest(plan.stamp, namespace, plan.job_name(namespace), plan.ttl_seconds)
        made[namespace] = (await session.cluster.deadlines.create(manifest)).value
    return {namespace: await await_started(session, job) for namespace, job in made.items()}


async def await_started(session: Session, job: Job) -> Job:
    """Return the Job as soon as its clock runs.

    Raises:
        RefusedError: it was removed, suspended, or not started in time: the switch is not armed.
    """
    meta, waited = job.metadata, 0.0
    while True:
        found = await session.cluster.deadlines.get(meta.namespace, meta.name)
        if found is None or found.metadata.uid != meta.uid:
            raise RefusedError(f"the dead-man Job {meta.namespace}/{meta.name} was removed before it started")
        if deadline_of(found) is not None:
            return found
        if found.spec.suspend or waited >= session.limits.arm_seconds:
            why = "is suspended (a queueing controller?)" if found.spec.suspend else "was not started in time"
            raise RefusedError(
                f"the dead-man Job {meta.namespace}/{meta.name} {why}: nothing would end the access",
                fix="check that kube-controller-manager runs and that nothing here suspends Jobs",
            )
        await session.clock.sleep(session.limits.poll_seconds)
        waited += session.limits.poll_seconds


async def _open(session: Session, plan: Draft, jobs: dict[str, Job]) -> list[NetworkPolicy]:
    made = []
    for part in plan.parts:
        job = jobs[part.namespace]
        manifest = policy_manifest(plan.stamp, part, deadline_of(job) or plan.deadline, job)
        made.append(await _create_policy(session, part, manifest))
    return made


async def _create_policy(session: Session, part: Part, manifest: Json) -> NetworkPolicy:
    try:
        return (await session.cluster.policies.create(manifest)).value
    except UncertainError:
        # The answer was lost; the name is ours alone, so finding it means that it was made.
        found = await session.cluster.policies.get(part.namespace, part.name)
        if found is None:
            raise
        return found


async def _give_up(session: Session, plan: Draft, intent_id: str, error: BaseException) -> None:
    """Remove what was made and close the intent; where that fails, it stays open for the next start."""
    why = error.message if isinstance(error, NetgrantError) else "interrupted"
    record = plan.record(session, move(Phase.INTENDED, Step.FAILED), plan.deadline)
    try:
        await remove_made(session.cluster, plan.stamp.grant_id, plan.namespaces)
        entry = _entry(session, plan, Happening.FAILED, {"error": why})
        await session.log.finish(intent_id, Outcome.FAILED, entry, record)
    except (ClusterError, RegistryError) as second:
        if isinstance(error, NetgrantError):
            error.fix = (
                f"cleaning up failed too ({second.message}): the next netgrant command here finishes it, "
                f"and the timer ends it at {format_moment(plan.deadline)}"
            )


async def _keep(
    session: Session, plan: Draft, intent_id: str, made: tuple[dict[str, Job], list[NetworkPolicy]]
) -> Created:
    jobs, policies = made
    grant = join(policies, jobs.values())[0]
    deadline = grant.deadline() or plan.deadline
    warnings = () if grant.is_armed() else tuple(grant.drift())
    record = plan.record(session, move(Phase.INTENDED, Step.MADE), deadline)
    entry = _entry(
        session, plan, Happening.GRANTED, {"deadline": format_moment(deadline), "reason": record.reason}
    )
    try:
        await session.log.finish(intent_id, Outcome.DONE, entry, record)
    except RegistryError as error:
        warnings += (f"the access is open, but the registry could not note it: {error.message}",)
    return Created(grant, deadline, warnings)
