"""Open access for a while: timers first, then the policies that they own.

Law (the order is the safety): intent, Jobs, all Jobs started, policies, outcome. A crash anywhere leaves
either nothing, or a timer without a hole, or a hole with a running timer.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NoReturn

from app.commands.arming import await_started, running_until, why_unarmed
from app.commands.draft import Draft, Order, draft
from app.commands.intents import with_uids
from app.commands.session import Session
from app.commands.undo import add_fix, remove_made
from app.commands.writes import make, ref, unbroken
from app.domain.durations import format_moment
from app.domain.grant import Grant, join
from app.domain.ids import new_id
from app.domain.lifecycle import Step, move
from app.domain.manifest import job_manifest, policy_manifest, with_audit_head
from app.domain.objects import Job, NetworkPolicy
from app.domain.records import Entry, GrantRecord, Happening, Intent, Json, Op, Outcome, Phase
from app.errors import ClusterError, NetgrantError, RefusedError, RegistryError, UncertainError
from app.ports import Identity


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
        await rehearse_one(session, manifest)


async def rehearse_one(session: Session, manifest: Json) -> None:
    """Let the server check one object by dry run.

    Raises:
        ClusterError: what the server would answer.
    """
    writer = session.cluster.deadlines if manifest["kind"] == "Job" else session.cluster.policies
    await writer.create(manifest, dry_run=True)


@dataclass(frozen=True, slots=True)
class _Making:
    """A grant that is being made."""

    session: Session
    identity: Identity
    plan: Draft
    intent_id: str

    @property
    def now(self) -> datetime:
        return self.session.server_now(self.identity)

    def entry(self, happening: Happening, detail: Json) -> Entry:
        stamp = self.plan.stamp
        return Entry(
            self.now, self.session.cluster.server, stamp.grant_id, happening, stamp.requested_by, detail
        )

    def record(self, phase: Phase) -> GrantRecord:
        return self.plan.record(self.session, phase, self.plan.deadline)

    def intent(self) -> Intent:
        plan = self.plan
        return Intent(
            id=self.intent_id,
            grant_id=plan.stamp.grant_id,
            op=Op.CREATE,
            cluster=self.session.cluster.server,
            namespaces=plan.namespaces,
            actor=self.identity.username,
            at=plan.now,
            deadline=plan.deadline,
            detail={
                "owner": self.session.processes.own(),
                "parts": [{"namespace": p.namespace, "name": p.name} for p in plan.parts],
            },
        )


async def create(session: Session, order: Order) -> Created:
    """Open access and return once it stands with its timers running.

    Raises:
        InputError: the order is wrong; nothing was written.
        RegistryError: no intent could be kept; nothing was written.
        ClusterError, RefusedError: the cluster refused, or a timer did not start; what was made is removed.
        asyncio.CancelledError: what was made is removed.
    """
    identity = await session.cluster.access.whoami()
    plan = draft(session.limits, order, identity.username, session.server_now(identity))
    await rehearse(session, plan)
    making = _Making(session, identity, plan, new_id(plan.now))
    try:
        making = await _begin(making)
        jobs = await _start_timers(making)
        policies = await _open(making, jobs)
        return await _keep(making, policies, jobs.values())
    except (ClusterError, RefusedError, asyncio.CancelledError) as error:
        await asyncio.shield(_give_up(making, error))
        raise


async def _begin(making: _Making) -> _Making:
    """Keep the intent and return the grant with the audit chain's head on its objects."""
    asked = making.entry(Happening.ASKED, {"reason": making.plan.stamp.reason})
    head = await making.session.log.begin(making.intent(), making.record(Phase.INTENDED), asked)
    stamp = with_audit_head(making.plan.stamp, head.seq, head.hash)
    return replace(making, plan=replace(making.plan, stamp=stamp))


async def _start_timers(making: _Making) -> dict[str, Job]:
    """Make each namespace's Job and wait until its clock runs."""
    plan, deadlines = making.plan, making.session.cluster.deadlines
    made = {}
    for namespace in plan.namespaces:
        manifest = job_manifest(plan.stamp, namespace, plan.job_name(namespace), plan.ttl_seconds)
        made[namespace] = await make(deadlines, manifest)
    return {namespace: await await_started(making.session, job) for namespace, job in made.items()}


async def _open(making: _Making, jobs: dict[str, Job]) -> list[NetworkPolicy]:
    """Make the policies, each owned by its namespace's running Job."""
    plan, made = making.plan, []
    for part in plan.parts:
        job = jobs[part.namespace]
        manifest = policy_manifest(plan.stamp, part, running_until(job, making.now), job)
        policy = await make(making.session.cluster.policies, manifest)
        if why := why_unarmed(policy, job, plan.stamp.grant_id):
            await _take_back(making, policy, why)
        made.append(policy)
    return made


async def _take_back(making: _Making, policy: NetworkPolicy, why: str) -> NoReturn:
    """Remove, by the UID from its creation, a policy that admission changed beyond its timer's reach."""
    where = f"{policy.metadata.namespace}/{policy.metadata.name}"
    told = f"{where} came out of the cluster's admission {why}: nothing would end it"
    fix = "look at the mutating webhooks and admission policies for networkpolicies"
    try:
        await unbroken(making.session.cluster.policies.delete(ref(policy)))
    except ClusterError as error:
        told, fix = f"{told}, and it could not be removed ({error.message})", f"delete {where} by hand; {fix}"
    raise RefusedError(told, fix=fix)


async def _give_up(making: _Making, error: BaseException) -> None:
    """Remove what was made and close the intent; where that fails, it stays open for the next start."""
    plan, why = making.plan, error.message if isinstance(error, NetgrantError) else "interrupted"
    try:
        standing = await remove_made(making.session.cluster, plan.stamp.grant_id, plan.namespaces)
    except ClusterError as second:
        standing = (f"cleaning up failed too ({second.message})",)
    if standing:
        end = format_moment(plan.deadline)
        add_fix(
            error,
            f"{'; '.join(standing)}: the next netgrant command here goes on, and the timer ends it at {end}",
        )
        return
    if isinstance(error, UncertainError):
        error.fix = "whatever came of it was removed again: try once more"
    record = replace(making.record(Phase.INTENDED), phase=move(Phase.INTENDED, Step.FAILED))
    try:
        entry = making.entry(Happening.FAILED, {"error": why})
        await making.session.log.finish(making.intent_id, Outcome.FAILED, entry, record)
    except RegistryError as second:
        add_fix(error, f"nothing of it is left, but the registry could not note that ({second.message})")


async def _keep(making: _Making, policies: list[NetworkPolicy], jobs: Iterable[Job]) -> Created:
    """Put the grant on record; it stands already, so a registry that fails now is only a warning."""
    grant = join(policies, jobs)[0]
    deadline = grant.deadline() or making.plan.deadline
    warnings = grant.drift()
    record = replace(
        with_uids(making.record(Phase.INTENDED), policies),
        phase=move(Phase.INTENDED, Step.MADE),
        deadline=deadline,
    )
    detail = {"deadline": format_moment(deadline), "reason": record.reason}
    try:
        entry = making.entry(Happening.GRANTED, detail)
        await making.session.log.finish(making.intent_id, Outcome.DONE, entry, record)
    except RegistryError as error:
        warnings += (f"the access is open, but the registry could not note it: {error.message}",)
    return Created(grant, deadline, warnings)
