"""Move a grant's deadline, later or earlier.

Law: the Job's deadline first, then the annotation: in between, the nets that read the annotation are early
for an extension, and the Job is early for a shortening. Neither lets access outlive both deadlines.
"""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.commands.intents import Change, begin_change, close_or_say
from app.commands.live import find_grant
from app.commands.session import Session
from app.commands.undo import ref
from app.domain.durations import format_moment
from app.domain.grant import Deadman, Grant, LivePart, deadline_of
from app.domain.manifest import deadline_patch
from app.domain.objects import Job
from app.domain.records import Happening, Op, Outcome
from app.errors import ClusterError, InputError, NotFoundError, RefusedError


@dataclass(frozen=True, slots=True)
class Extension:
    """Which grant, to when, and why; exactly one of ``by`` and ``until``."""

    wanted: str
    """The grant's id, a part of it, or an object's name."""
    reason: str
    by: timedelta | None = None
    """Added to the present deadline."""
    until: datetime | None = None
    """The new deadline, by the server's clock; may be earlier than the present one."""


@dataclass(frozen=True, slots=True)
class Extended:
    """A grant whose timers now run to ``deadline``."""

    grant_id: str
    before: datetime
    deadline: datetime
    warnings: tuple[str, ...] = ()


def _new_deadline(
    session: Session, grant: Grant, extension: Extension, now: datetime
) -> tuple[datetime, datetime]:
    """Return the present and the new deadline, checked."""
    before = grant.deadline()
    if before is None or before <= now:
        raise RefusedError(
            f"grant {grant.id} has passed its deadline and cannot be extended", fix="make a new grant"
        )
    wanted = before + extension.by if extension.by is not None else extension.until
    if wanted is None or wanted <= now + timedelta(seconds=1):
        raise InputError("the new deadline has passed", field="until", fix="to end access now, revoke it")
    session.limits.check_life(wanted - (grant.created_at or now))
    return before, wanted


def _armed_jobs(grant: Grant) -> tuple[Job, ...]:
    """Return the running Jobs, or refuse: without its Job a longer deadline would only be a wish."""
    bad = [part for part in grant.parts if part.policy is not None and part.deadman() is not Deadman.ARMED]
    if bad:
        why = "; ".join(f"{part.namespace}: {part.deadman()}" for part in bad)
        raise RefusedError(
            f"the dead-man switch of grant {grant.id} is not armed ({why})",
            fix="revoke it and make a new grant",
        )
    return grant.jobs


async def extend(session: Session, extension: Extension) -> Extended:
    """Move the deadline of every part of a grant.

    Raises:
        InputError: no reason, above the cap, in the past, or an ambiguous id.
        NotFoundError: no such grant stands, or it ended meanwhile.
        RefusedError: its deadline has passed or its switch is not armed.
        ClusterError: refused half way; the parts that were moved are moved back.
        RegistryError: no intent could be kept; nothing was changed.
    """
    if not extension.reason.strip():
        raise InputError("moving a deadline needs a reason", field="reason", fix="say why with --reason")
    identity = await session.cluster.access.whoami()
    grant = await find_grant(session.cluster, extension.wanted, await known_namespaces(session))
    before, wanted = _new_deadline(session, grant, extension, session.server_now(identity))
    jobs = _armed_jobs(grant)
    change = await begin_change(session, identity, grant, Op.EXTEND, wanted)
    try:
        moved = await _move_timers(session, jobs, wanted)
    except ClusterError as error:
        await close_or_say(change, Outcome.FAILED, Happening.FAILED, {"error": error.message})
        raise
    return await _write_deadlines(session, change, moved, (before, extension.reason))


async def known_namespaces(session: Session) -> tuple[str, ...]:
    """Return where grants may live if not all namespaces may be listed: the context's, the registry's."""
    known = await session.log.grants(session.cluster.server)
    return (session.cluster.namespace, *(name for record in known for name in record.namespaces))


async def _move_timers(session: Session, jobs: tuple[Job, ...], wanted: datetime) -> tuple[Job, ...]:
    moved: list[Job] = []
    try:
        for job in jobs:
            start = job.status.start_time
            seconds = math.ceil((wanted - start).total_seconds()) if start else 0
            moved.append((await session.cluster.deadlines.set_deadline(ref(job), seconds)).value)
    except ClusterError:
        for job, _ in zip(jobs, moved, strict=False):
            seconds = job.spec.active_deadline_seconds or 0
            await session.cluster.deadlines.set_deadline(ref(job), seconds)
        raise
    return tuple(moved)


async def write_deadline(session: Session, part: LivePart, deadline: datetime) -> None:
    """Bring a policy's annotation in step with its timer.

    Raises:
        NotFoundError: the policy ended meanwhile.
    """
    if part.policy is not None:
        await session.cluster.policies.patch(ref(part.policy), deadline_patch(deadline))


async def _write_deadlines(
    session: Session, change: Change, moved: tuple[Job, ...], told: tuple[datetime, str]
) -> Extended:
    before, reason = told
    ends = {job.metadata.uid: deadline_of(job) for job in moved}
    deadline = max(end for end in ends.values() if end is not None)
    warnings: tuple[str, ...] = ()
    for part in change.grant.parts:
        end = ends.get(part.job.metadata.uid) if part.job else None
        try:
            await write_deadline(session, part, end or deadline)
        except NotFoundError as error:
            await close_or_say(change, Outcome.FAILED, Happening.FAILED, {"error": "ended meanwhile"})
            raise NotFoundError(f"grant {change.grant.id} ended while it was being extended") from error
        except ClusterError as error:
            # The timer has moved, which is what counts; only the written copy lags behind.
            warnings += (f"{part.namespace}: the annotation still shows the old deadline: {error.message}",)
    happening = Happening.EXTENDED if deadline >= before else Happening.SHORTENED
    detail = {"reason": reason, "before": format_moment(before), "deadline": format_moment(deadline)}
    done = replace(change, record=replace(change.record, deadline=deadline))
    warnings += await close_or_say(done, Outcome.DONE, happening, detail)
    return Extended(change.grant.id, before, deadline, warnings)
