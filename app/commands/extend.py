"""Move a grant's deadline, later or earlier.

Law: the Job's deadline first, then the annotation: in between, the nets that read the annotation are early
for an extension, and the Job is early for a shortening. Neither lets access outlive both deadlines. All
Jobs move or none: when one cannot, those that have are moved back.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.commands.intents import Change, Wanted, begin_change, close_failed, close_or_say
from app.commands.live import find_grant
from app.commands.session import Limits, Session
from app.commands.timers import move_timer, seconds_until
from app.commands.undo import add_fix
from app.commands.writes import ref, unbroken
from app.domain.durations import FAR, format_moment
from app.domain.grant import Deadman, Grant, LivePart, deadline_of
from app.domain.manifest import deadline_patch
from app.domain.objects import Job
from app.domain.records import Happening, Op, Outcome
from app.errors import ClusterError, ConflictError, InputError, NotFoundError, RefusedError, UncertainError


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

    def deadline_after(self, before: datetime) -> datetime:
        """Return the deadline that is asked for.

        Raises:
            InputError: none, or two.
        """
        if self.by is not None and self.until is None:
            try:
                return before + self.by
            except OverflowError:  # somebody set the timer to the end of days
                return FAR
        if self.until is not None and self.by is None:
            return self.until
        raise InputError("to when? give either a duration or a moment", field="for")


@dataclass(frozen=True, slots=True)
class Extended:
    """A grant whose timers now run to ``deadline``."""

    grant_id: str
    before: datetime
    deadline: datetime
    warnings: tuple[str, ...] = ()


def _running_timers(grant: Grant, now: datetime) -> tuple[Job, ...]:
    """Return the Jobs that will end the policies, or refuse: a longer deadline would only be a wish."""
    standing = [part for part in grant.parts if part.policy is not None]
    bad = [part for part in standing if part.deadman() is not Deadman.ARMED]
    if bad or not standing:
        why = "; ".join(f"{part.namespace}: {part.deadman()}" for part in bad) or "it has no policy"
        raise RefusedError(
            f"the dead-man switch of grant {grant.id} is not armed ({why})",
            fix="revoke it and make a new grant",
        )
    jobs = {part.job.metadata.uid: part.job for part in standing if part.job is not None}
    if any(end <= now for job in jobs.values() if (end := deadline_of(job)) is not None):
        raise RefusedError(
            f"grant {grant.id} has passed its deadline and cannot be extended", fix="make a new grant"
        )
    return tuple(jobs.values())


def check_deadline(limits: Limits, created_at: datetime | None, wanted: datetime, now: datetime) -> None:
    """Refuse a new deadline that has passed by server time ``now``, or that makes a life too long.

    Raises:
        InputError: ``field`` says which of the two ways to give it is wrong.
    """
    if wanted <= now + timedelta(seconds=1):
        raise InputError(
            f"the new deadline has passed: the cluster's clock says {format_moment(now)}",
            field="until",
            fix="to end access now, revoke it",
        )
    limits.check_life(wanted - (created_at or now))


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
    now = session.server_now(identity)
    jobs = _running_timers(grant, now)
    before = grant.deadline() or now
    wanted = extension.deadline_after(before)
    check_deadline(session.limits, grant.created_at, wanted, now)
    reason = extension.reason.strip()
    change = await begin_change(session, identity, grant, Wanted(Op.EXTEND, wanted, reason))
    moved = await _move_timers(change, jobs, wanted)
    # The timers have moved, which is what counts: what is left is done to its end, even under Ctrl-C.
    return await unbroken(_write_deadlines(change, moved, before, reason))


async def known_namespaces(session: Session) -> tuple[str, ...]:
    """Return where grants may live if not all namespaces may be listed: the context's, the registry's."""
    known = await session.log.grants(session.cluster.server)
    return (session.cluster.namespace, *(name for record in known for name in record.namespaces))


async def _move_timers(change: Change, jobs: tuple[Job, ...], wanted: datetime) -> tuple[Job, ...]:
    moved: list[Job] = []
    try:
        for job in jobs:
            moved.append(await move_timer(change.session.cluster, job, seconds_until(job, wanted)))
    except (ClusterError, asyncio.CancelledError) as error:
        # Whether the one that failed has moved is only known if the server said no.
        unknown = isinstance(error, UncertainError | asyncio.CancelledError)
        await asyncio.shield(_move_back(change, jobs[: len(moved) + unknown], error))
        if isinstance(error, NotFoundError):
            raise _ended(change) from error
        raise
    return tuple(moved)


async def _move_back(change: Change, jobs: tuple[Job, ...], error: BaseException) -> None:
    """Give Jobs the deadlines that they had, and close the intent; where that fails, it stays open."""
    failures: list[ClusterError] = []
    for job in jobs:
        try:
            await move_timer(change.session.cluster, job, job.spec.active_deadline_seconds or 0)
        except NotFoundError:
            continue  # what has ended needs no deadline
        except ClusterError as second:
            failures.append(second)
    if not failures:
        why = error.message if isinstance(error, ClusterError) else "interrupted"
        await close_failed(change, why)
        return
    told = f"moving back failed too ({failures[0].message})"
    add_fix(error, f"{told}: the next netgrant command here gives all parts the earlier deadline")


async def write_deadline(session: Session, part: LivePart, deadline: datetime) -> None:
    """Bring a policy's annotation in step with its timer.

    Raises:
        NotFoundError, ConflictError: the policy ended meanwhile, or another has its name.
    """
    if part.policy is not None:
        await session.cluster.policies.patch(ref(part.policy), deadline_patch(deadline))


def _ended(change: Change) -> NotFoundError:
    return NotFoundError(f"grant {change.grant.id} ended while its deadline was being moved", status=404)


async def _write_deadlines(change: Change, moved: tuple[Job, ...], before: datetime, reason: str) -> Extended:
    ends = {job.metadata.uid: deadline_of(job) for job in moved}
    deadline = max(end for end in ends.values() if end is not None)
    warnings: tuple[str, ...] = ()
    gone = 0
    standing = [part for part in change.grant.parts if part.policy is not None]
    for part in standing:
        end = ends.get(part.job.metadata.uid) if part.job else None
        try:
            await write_deadline(change.session, part, end or deadline)
        except (NotFoundError, ConflictError) as error:
            gone += 1
            warnings += (f"{part.namespace}: the policy ended or was replaced meanwhile: {error.message}",)
        except ClusterError as error:
            # The timer has moved, which is what counts; only the written copy lags behind.
            warnings += (
                f"{part.namespace}: the annotation may still show the old deadline: {error.message}",
            )
    if gone == len(standing):
        await close_failed(change, "it ended meanwhile")
        raise _ended(change)
    happening = Happening.EXTENDED if deadline >= before else Happening.SHORTENED
    detail = {"reason": reason, "before": format_moment(before), "deadline": format_moment(deadline)}
    done = replace(change, record=replace(change.record, deadline=deadline))
    warnings += await close_or_say(done, Outcome.DONE, happening, detail)
    return Extended(change.grant.id, before, deadline, warnings)
