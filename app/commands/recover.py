"""Finish or undo what a dead netgrant left half done, and note the ends that nobody was there to see.

Law: the cluster is the truth. Found whole: adopted; found in part: undone; absent: closed as not happened,
never made again. A removal that was begun is finished.
"""

from dataclasses import dataclass, replace

from app.commands.extend import write_deadline
from app.commands.intents import record_from_cluster
from app.commands.live import read_grant
from app.commands.session import Session
from app.commands.undo import delete_objects
from app.domain.durations import format_moment
from app.domain.grant import Deadman, Grant
from app.domain.lifecycle import Step, end_cause, move
from app.domain.records import (
    EndCause,
    Entry,
    GrantRecord,
    Happening,
    Intent,
    Json,
    Op,
    Outcome,
    Phase,
)
from app.errors import ForbiddenError, NotFoundError
from app.ports import Identity


@dataclass(frozen=True, slots=True)
class _Case:
    """One open intent beside what the registry and the cluster say of its grant."""

    session: Session
    identity: Identity
    intent: Intent
    record: GrantRecord
    grant: Grant | None

    async def close(self, outcome: Outcome, record: GrantRecord, detail: Json) -> None:
        now = self.session.server_now(self.identity)
        told = {"op": str(self.intent.op), "outcome": str(outcome), **detail}
        entry = Entry(
            now,
            self.intent.cluster,
            self.intent.grant_id,
            Happening.RECOVERED,
            self.identity.username,
            told,
        )
        await self.session.log.finish(self.intent.id, outcome, entry, record)


async def recover(session: Session) -> tuple[str, ...]:
    """Close every intent that a dead process left open on this cluster; return what was done, in words.

    Raises:
        ClusterError: the cluster could not be asked; the intents stay open.
        RegistryError: the registry could not be read or written.
    """
    found = await session.log.open_intents(session.cluster.server)
    # What a living process has begun is its own to finish: undoing it under its hands would be the fault.
    intents = [i for i in found if not session.processes.is_running(str(i.detail.get("owner", "")))]
    if not intents:
        return ()
    identity = await session.cluster.access.whoami()
    told = []
    for intent in intents:
        grant = await read_grant(session.cluster, intent.grant_id, intent.namespaces)
        record = await session.log.grant(intent.grant_id)
        if record is None:  # cannot be, short of an edited file; the intent alone tells enough to close it
            continue
        case = _Case(session, identity, intent, record, grant)
        told.append(f"{intent.op} of grant {intent.grant_id}: {await _HANDLERS[intent.op](case)}")
    return tuple(told)


async def _half_made(case: _Case) -> str:
    """Close an open create or adopt."""
    wanted = len(case.intent.detail.get("parts", ())) or 1
    grant = case.grant
    whole = grant is not None and len(grant.policies) == wanted
    # An adopted policy stood before us: whatever became of its timer, undoing must not mean deleting it.
    if grant is not None and whole and (grant.is_armed() or case.intent.op is Op.ADOPT):
        found = record_from_cluster(case.session, grant, case.intent.at)
        await case.close(Outcome.DONE, found, {"deadline": format_moment(found.deadline)})
        return "it had been made; now on record"
    if grant is not None:
        await delete_objects(case.session.cluster, grant)
        await case.close(Outcome.FAILED, replace(case.record, phase=Phase.FAILED), {})
        return "it was half made; undone"
    # Long after, absence proves nothing: it may have stood until its timer ended it.
    passed = case.session.server_now(case.identity) >= case.intent.deadline
    outcome = Outcome.UNCERTAIN if passed else Outcome.ABSENT
    await case.close(outcome, replace(case.record, phase=Phase.FAILED), {})
    if passed:
        return f"if it ever stood, it ended at {format_moment(case.intent.deadline)}"
    return "it had not happened"


async def _half_extended(case: _Case) -> str:
    """Bring the written deadlines in step with the timers, whichever of the two had been moved."""
    grant = case.grant
    if grant is None:
        await case.close(Outcome.ABSENT, _ended(case), {})
        return "the grant is gone"
    for part in grant.parts:
        if part.policy is not None and part.deadman() is Deadman.ARMED and (end := part.job_deadline()):
            await write_deadline(case.session, part, end)
    deadline = grant.deadline() or case.record.deadline
    done = deadline == case.intent.deadline or deadline > case.record.deadline
    detail = {"deadline": format_moment(deadline)}
    await case.close(
        Outcome.DONE if done else Outcome.FAILED, replace(case.record, deadline=deadline), detail
    )
    return f"it ends at {format_moment(deadline)}"


def _ended(case: _Case, cause: EndCause | None = None) -> GrantRecord:
    now = case.session.server_now(case.identity)
    why = cause or end_cause(case.record.deadline, now, revoked=False)
    ended_at = case.record.deadline if why is EndCause.EXPIRED else now
    return replace(case.record, phase=Phase.ENDED, ended_at=ended_at, end_cause=why)


async def _half_revoked(case: _Case) -> str:
    """Finish a removal: it had been asked for, and removing twice harms nobody."""
    if case.grant is not None:
        await delete_objects(case.session.cluster, case.grant)
        case = replace(
            case,
            grant=await read_grant(case.session.cluster, case.intent.grant_id, case.intent.namespaces),
        )
    if case.grant is not None and case.grant.policies:
        return "asked again; it still stands"
    await case.close(Outcome.DONE, _ended(case, EndCause.REVOKED), {})
    return "removed"


_HANDLERS = {
    Op.CREATE: _half_made,
    Op.ADOPT: _half_made,
    Op.EXTEND: _half_extended,
    Op.REVOKE: _half_revoked,
}


async def note_ends(session: Session) -> tuple[str, ...]:
    """Note every grant on record as standing whose policies are gone; return their ids.

    Namespaces that may not be read are passed over: not seen is not gone.

    Raises:
        ClusterError: the cluster could not be asked.
        RegistryError: the registry could not be read or written.
    """
    standing = [r for r in await session.log.grants(session.cluster.server) if r.phase is Phase.ACTIVE]
    if not standing:
        return ()
    identity = await session.cluster.access.whoami()
    noted = []
    for record in standing:
        if await _is_gone(session, record):
            await _note_end(session, identity, record)
            noted.append(record.id)
    return tuple(noted)


async def _is_gone(session: Session, record: GrantRecord) -> bool:
    try:
        grant = await read_grant(session.cluster, record.id, record.namespaces)
    except (ForbiddenError, NotFoundError):
        return False
    return grant is None or not grant.policies


async def _note_end(session: Session, identity: Identity, record: GrantRecord) -> None:
    now = session.server_now(identity)
    cause = end_cause(record.deadline, now, revoked=False)
    ended_at = record.deadline if cause is EndCause.EXPIRED else now
    ended = replace(record, phase=move(record.phase, Step.GONE), ended_at=ended_at, end_cause=cause)
    detail = {"cause": str(cause), "seen_gone_at": format_moment(now)}
    await session.log.note(
        Entry(now, record.cluster, record.id, Happening.ENDED, identity.username, detail), ended
    )
