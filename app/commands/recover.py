"""Finish or undo what a dead netgrant left half done.

Law: the cluster is the truth. Found whole: adopted; found in part: undone; absent: closed as not happened,
or as not to be found out once its deadline has passed; never made again. A removal that was begun is
finished. What cannot be settled for one intent keeps no other from being settled.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.commands.ends import still_stands
from app.commands.extend import write_deadline
from app.commands.intents import record_from_cluster, with_uids
from app.commands.live import read_grant
from app.commands.session import Session
from app.commands.timers import move_timer, seconds_until
from app.commands.undo import release, remove_made
from app.domain.durations import format_moment
from app.domain.grant import Deadman, Grant, LivePart, deadline_of
from app.domain.lifecycle import end_cause
from app.domain.records import EndCause, Entry, GrantRecord, Happening, Intent, Json, Op, Outcome, Phase
from app.errors import (
    ClusterError,
    ForbiddenError,
    RegistryError,
    ThrottledError,
    UnauthorizedError,
    UnreachableError,
)
from app.ports import Identity

_HOPELESS = (UnreachableError, UnauthorizedError, ThrottledError)
"""After these the next intent would fare no better: the cluster itself does not answer us."""

_MARGIN = timedelta(minutes=1)
"""How long after a deadline the controllers have surely acted on it."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """What became of one open intent."""

    sentence: str
    is_settled: bool
    """Whether it is closed; if not, the next start looks again."""

    def __str__(self) -> str:
        """Return the sentence, saying which of the two it was."""
        return f"{'recovered' if self.is_settled else 'still unfinished'}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class _Case:
    """One open intent beside what the registry and the cluster say of its grant."""

    session: Session
    identity: Identity
    intent: Intent
    record: GrantRecord
    grant: Grant | None

    @property
    def now(self) -> datetime:
        return self.session.server_now(self.identity)

    @property
    def latest(self) -> datetime:
        """Return the latest moment at which any timer of it can have ended it."""
        return max(self.intent.deadline, self.record.deadline)

    async def close(self, outcome: Outcome, record: GrantRecord, detail: Json) -> None:
        told = {"op": str(self.intent.op), "outcome": str(outcome), **detail}
        intent, who = self.intent, self.identity.username
        entry = Entry(self.now, intent.cluster, intent.grant_id, Happening.RECOVERED, who, told)
        await self.session.log.finish(intent.id, outcome, entry, record)

    def ended(self, cause: EndCause, at: datetime) -> GrantRecord:
        return replace(self.record, phase=Phase.ENDED, ended_at=at, end_cause=cause)


async def recover(session: Session) -> tuple[Recovered, ...]:
    """Close every intent that a dead process left open on this cluster; return what became of each.

    Raises:
        ClusterError: the cluster could not be asked at all; the intents stay open.
        RegistryError: the registry could not be read.
    """
    found = await session.log.open_intents(session.cluster.server)
    # What a living process has begun is its own to finish: undoing it under its hands would be the fault.
    intents = [i for i in found if not session.processes.is_running(str(i.detail.get("owner", "")))]
    if not intents:
        return ()
    identity = await session.cluster.access.whoami()
    told = []
    for intent in intents:
        what = f"{intent.op} of grant {intent.grant_id}"
        try:
            if not await _is_open(session, intent):
                continue  # another start has settled it meanwhile
            sentence, settled = await _settle(session, identity, intent)
            told.append(Recovered(f"{what}: {sentence}", settled))
        except _HOPELESS as error:
            told.append(Recovered(f"{what}, and what else there is: {error.message}", False))
            break
        except (ClusterError, RegistryError) as error:
            told.append(Recovered(f"{what}: {error.message}", False))
    return tuple(told)


async def _is_open(session: Session, intent: Intent) -> bool:
    return any(other.id == intent.id for other in await session.log.open_intents(session.cluster.server))


async def _settle(session: Session, identity: Identity, intent: Intent) -> tuple[str, bool]:
    """Return what became of an intent, and whether it is closed."""
    known = await session.log.grant(intent.grant_id)
    try:
        grant = await read_grant(session.cluster, intent.grant_id, intent.namespaces)
    except ForbiddenError:
        case = _Case(session, identity, intent, known or _record_of(session, intent, None), None)
        if case.now - case.latest < _MARGIN:
            raise
        await case.close(Outcome.UNCERTAIN, case.ended(EndCause.EXPIRED, case.latest), {"seen": False})
        return "it may no longer be looked at, and its deadline has passed", True
    record = known or _record_of(session, intent, grant)
    return await _HANDLERS[intent.op](_Case(session, identity, intent, record, grant))


def _record_of(session: Session, intent: Intent, grant: Grant | None) -> GrantRecord:
    """Return a record for an intent that has none, from the cluster or else from the intent alone."""
    if grant is not None:
        return record_from_cluster(session, grant, intent.at)
    return GrantRecord(
        id=intent.grant_id,
        cluster=intent.cluster,
        context=session.cluster.context,
        namespaces=intent.namespaces,
        direction="unknown",
        target="unknown",
        peers="unknown",
        ports="unknown",
        requested_by=intent.actor,
        reason="",
        created_at=intent.at,
        deadline=intent.deadline,
        phase=Phase.INTENDED,
        spec={"parts": [{**part, "spec": {}} for part in intent.detail.get("parts", ())]},
    )


def _need_jobs(grant: Grant) -> None:
    if not all(part.jobs_readable for part in grant.parts):
        raise ForbiddenError("Jobs may not be read, so whether it was finished is not known", status=403)


async def _half_made(case: _Case) -> tuple[str, bool]:
    """Settle an open create or adopt."""
    grant = case.grant
    if grant is None:
        return await _never_made(case)
    _need_jobs(grant)
    whole = _whole(case.intent, grant)
    deadline = max((end for part in whole if (end := part.job_deadline())), default=case.latest)
    if whole and deadline > case.now:
        policies = [part.policy for part in whole if part.policy is not None]
        made = replace(with_uids(case.record, policies), phase=Phase.ACTIVE, deadline=deadline)
        await case.close(Outcome.DONE, made, {"deadline": format_moment(deadline)})
        return "it had been made; now on record", True
    if not whole and case.intent.op is Op.ADOPT:
        for policy in grant.policies:  # they were there before us
            await release(case.session.cluster, policy)
    if standing := await remove_made(case.session.cluster, grant.id, case.intent.namespaces):
        return f"it was half made, and is not removed yet: {'; '.join(standing)}", False
    if whole:
        await case.close(Outcome.DONE, case.ended(EndCause.EXPIRED, case.now), {})
        return "it had been made, and its deadline had passed; removed", True
    await case.close(Outcome.FAILED, replace(case.record, phase=Phase.FAILED), {})
    return "it was half made; undone", True


def _whole(intent: Intent, grant: Grant) -> tuple[LivePart, ...]:
    """Return the parts of a grant of which nothing is missing, each with its own timer; else none."""
    found = {
        (part.policy.metadata.namespace, part.policy.metadata.name): part
        for part in grant.parts
        if part.policy is not None
    }
    wanted = {(part["namespace"], part["name"]) for part in intent.detail.get("parts", ())} or found.keys()
    armed = [key for key in sorted(wanted) if key in found and found[key].deadman() is Deadman.ARMED]
    return tuple(found[key] for key in armed) if len(armed) == len(wanted) else ()


async def _never_made(case: _Case) -> tuple[str, bool]:
    """Settle an open create or adopt of which the cluster holds nothing."""
    is_adoption = case.intent.op is Op.ADOPT
    absent = await _stands_untied(case) if is_adoption else case.now < case.intent.deadline
    if absent:
        await case.close(Outcome.ABSENT, replace(case.record, phase=Phase.FAILED), {})
        return "it had not happened", True
    ended_at = min(case.now, case.intent.deadline)
    await case.close(Outcome.UNCERTAIN, case.ended(EndCause.EXPIRED, ended_at), {"seen": False})
    return "whether it stood is not known; nothing of it stands now", True


async def _stands_untied(case: _Case) -> bool:
    """Tell whether the policy that was to be adopted is still there: then it never was tied."""
    for part in case.intent.detail.get("parts", ()):
        found = await case.session.cluster.policies.get(part["namespace"], part["name"])
        if found is not None and found.metadata.uid == part.get("uid"):
            return True
    return False


async def _half_extended(case: _Case) -> tuple[str, bool]:
    """Bring all timers to one deadline, and the written deadlines in step with them."""
    grant = case.grant
    if grant is None or not grant.policies:
        cause = end_cause(min(case.record.deadline, case.intent.deadline), case.now, revoked=False)
        ended_at = min(case.now, case.latest) if cause is EndCause.EXPIRED else case.now
        await case.close(Outcome.UNCERTAIN, case.ended(cause, ended_at), {})
        return "the grant is gone", True
    _need_jobs(grant)
    armed = [part for part in grant.parts if part.policy is not None and part.deadman() is Deadman.ARMED]
    ends = await _evened(case, armed)
    for part, end in zip(armed, ends, strict=True):
        await write_deadline(case.session, part, end)
    deadline = max(ends, default=grant.deadline() or case.record.deadline)
    standing = replace(case.record, phase=Phase.ACTIVE, deadline=deadline, ended_at=None, end_cause=None)
    done = bool(ends) and _is_moved(deadline, case.intent)
    detail = {"deadline": format_moment(deadline)}
    await case.close(Outcome.DONE if done else Outcome.FAILED, standing, detail)
    return f"it ends at {format_moment(deadline)}", True


def _is_moved(end: datetime, intent: Intent) -> bool:
    return timedelta() <= end - intent.deadline < timedelta(seconds=1)


async def _evened(case: _Case, armed: list[LivePart]) -> list[datetime]:
    """Return the deadlines of the parts; where only some had been moved, give all the earliest.

    The earliest undoes an extension and finishes a shortening: either way nothing outlives what was meant.
    """
    jobs = [part.job for part in armed if part.job is not None]
    ends = [end for job in jobs if (end := deadline_of(job)) is not None]
    moved = [_is_moved(end, case.intent) for end in ends]
    if all(moved) or not any(moved):
        return ends
    earliest = min(ends)
    late = [job if end > earliest else None for job, end in zip(jobs, ends, strict=True)]
    for number, job in enumerate(late):
        if job is not None:
            done = await move_timer(case.session.cluster, job, seconds_until(job, earliest))
            ends[number] = deadline_of(done) or earliest
    return ends


async def _half_revoked(case: _Case) -> tuple[str, bool]:
    """Finish a removal: it had been asked for, and removing twice harms nobody."""
    stood = case.grant is not None and bool(case.grant.policies)
    if standing := await remove_made(case.session.cluster, case.intent.grant_id, case.intent.namespaces):
        return f"asked again; {'; '.join(standing)}", False
    parts = case.record.spec.get("parts", ())
    if freed := [part for part in parts if await still_stands(case.session, part)]:
        # Not ours any more, so not ours to delete; but nobody may read later that it had been removed.
        names = ", ".join(f"{part['namespace']}/{part['name']}" for part in freed)
        record = replace(case.record, phase=Phase.ACTIVE)
        await case.close(Outcome.FAILED, record, {"error": f"taken out of the grant: {names}"})
        return f"{names} was taken out of the grant and is still enforced; remove it by hand", True
    ended_at = case.now if stood else min(case.now, case.latest)
    await case.close(Outcome.DONE, case.ended(_cause_of(case.intent), ended_at), {})
    return "removed", True


def _cause_of(intent: Intent) -> EndCause:
    is_due = intent.detail.get("cause") == str(EndCause.EXPIRED)
    return EndCause.EXPIRED if is_due else EndCause.REVOKED


_HANDLERS = {
    Op.CREATE: _half_made,
    Op.ADOPT: _half_made,
    Op.EXTEND: _half_extended,
    Op.REVOKE: _half_revoked,
}
