"""End a grant's access, and say truthfully whether it ended: what revoking and expiring have in common.

Law: removing never waits for the registry. Done means that a GET answered 404, or another UID.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

from app.commands.intents import (
    Change,
    Wanted,
    begin_change,
    close_failed,
    close_or_say,
    record_from_cluster,
)
from app.commands.session import Session
from app.commands.undo import Removal, add_fix, delete_objects, is_marked, why_standing
from app.commands.writes import ref
from app.domain.grant import Grant, LivePart
from app.domain.lifecycle import Step, move
from app.domain.objects import NetworkPolicy
from app.domain.records import EndCause, Entry, Happening, Op, Outcome, Phase
from app.errors import ClusterError, ForbiddenError, InvalidError, RegistryError
from app.ports import Identity, Ref


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a grant is ended, and how that is kept."""

    reason: str
    cause: EndCause = EndCause.REVOKED
    happening: Happening = Happening.REVOKED
    """The audit row of its end."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of one grant."""

    grant_id: str
    gone: bool
    """Seen gone: every policy answered 404 or has a successor."""
    blocked: tuple[str, ...] = ()
    """Sentences: what still stands, and why."""
    warnings: tuple[str, ...] = ()


async def end_now(session: Session, identity: Identity, grant: Grant, ending: Ending) -> Ended:
    """Remove one grant's objects and return what became of it.

    Raises:
        ClusterError: the server refused or could not be asked, and something still stands.
    """
    change, warnings = await _begin(session, identity, grant, ending)
    removal = await delete_objects(session.cluster, await _ours(session, grant))
    if removal.failures and not removal.audit_ids:
        raise await _refused(change, removal, ())
    blocked = await _await_gone(session, grant.id, _to_be_gone(grant, change))
    if change is None:
        warnings += await _tell_gap(session, identity, grant, (ending, not blocked))
    elif not blocked:
        warnings += await _close(change, ending, removal)
    # Where something still stands the intent stays open: the next start looks again.
    if blocked and removal.failures:
        raise await _refused(change, removal, blocked)
    refused = (f"a delete failed, but no access is left: {error.message}" for error in removal.failures)
    return Ended(grant.id, not blocked, blocked, (*warnings, *refused))


async def _begin(
    session: Session, identity: Identity, grant: Grant, ending: Ending
) -> tuple[Change | None, tuple[str, ...]]:
    """Keep the intent, if the registry can do so soon; None with a warning if not."""
    deadline = grant.deadline() or session.server_now(identity)
    wanted = Wanted(Op.REVOKE, deadline, ending.reason, ending.cause)
    begun = asyncio.ensure_future(begin_change(session, identity, grant, wanted))
    try:
        done, _ = await asyncio.wait({begun}, timeout=session.limits.log_seconds)
    except asyncio.CancelledError:
        begun.cancel()
        await asyncio.wait({begun})
        raise
    if not done:
        begun.add_done_callback(_seen)  # if it is kept after all, the next start finds and closes it
        return None, (f"{ending.cause} without a registry entry: the registry does not answer",)
    try:
        return begun.result(), ()
    except RegistryError as error:
        return None, (f"{ending.cause} without a registry entry: {error.message}",)


def _seen(task: "asyncio.Task[Change]") -> None:
    if not task.cancelled():
        task.exception()


async def _ours(session: Session, grant: Grant) -> Grant:
    """Return the grant without the policies that were taken out of it since they were read."""
    parts = [
        part for part in grant.parts if part.policy is None or await _is_ours(session, part.policy, grant)
    ]
    return Grant(grant.id, tuple(parts) + tuple(LivePart(None, job) for job in grant.jobs))


async def _is_ours(session: Session, policy: NetworkPolicy, grant: Grant) -> bool:
    try:
        found = await session.cluster.policies.get(policy.metadata.namespace, policy.metadata.name)
    except ClusterError:
        return True  # it was when it was listed, and deleting is by UID
    same = found is not None and found.metadata.uid == policy.metadata.uid
    return found is None or not same or is_marked(found, grant.id)


async def _refused(change: Change | None, removal: Removal, blocked: tuple[str, ...]) -> ClusterError:
    """Return the first failure, to be raised; only where nothing was done for good the intent is settled."""
    error = removal.failures[0]
    for sentence in blocked:
        add_fix(error, sentence)
    if change is None:
        return error
    if not blocked and all(isinstance(one, ForbiddenError | InvalidError) for one in removal.failures):
        await close_failed(change, error.message)
    else:
        add_fix(error, "the next netgrant command here tries again")
    return error


async def _close(change: Change, ending: Ending, removal: Removal) -> tuple[str, ...]:
    ended = replace(
        change.record,
        phase=move(change.record.phase, Step.GONE),
        ended_at=change.session.server_now(change.identity),
        end_cause=ending.cause,
    )
    detail = {"reason": ending.reason, "audit_ids": ",".join(removal.audit_ids)}
    return await close_or_say(replace(change, record=ended), Outcome.DONE, ending.happening, detail)


async def _tell_gap(
    session: Session, identity: Identity, grant: Grant, told: tuple[Ending, bool]
) -> tuple[str, ...]:
    """Try once more to note a removal that went ahead unlogged: its reason, and whether it is gone."""
    (ending, gone), now = told, session.server_now(identity)
    detail = {"reason": ending.reason, "gone": gone}
    entry = Entry(now, session.cluster.server, grant.id, Happening.GAP, identity.username, detail)
    try:
        record = await session.log.grant(grant.id) or record_from_cluster(session, grant, now)
        if gone:
            record = replace(record, phase=Phase.ENDED, ended_at=now, end_cause=ending.cause)
        await session.log.note(entry, record)
    except RegistryError:
        return ("the registry still cannot be written: this removal is in the API server's audit log alone",)
    return ()


def _to_be_gone(grant: Grant, change: Change | None) -> list[Ref]:
    """Return the policies that must not stand any more: those on record too, labelled or not."""
    found = {policy.metadata.uid: ref(policy) for policy in grant.policies}
    for part in change.record.spec.get("parts", ()) if change else ():
        if uid := part.get("uid"):
            found.setdefault(uid, Ref(part["namespace"], part["name"], uid))
    return list(found.values())


async def _await_gone(session: Session, grant_id: str, left: list[Ref]) -> tuple[str, ...]:
    """Wait until each policy is gone; return what still stands and why."""
    limits, begun = session.limits, session.clock.now()
    while True:
        try:
            standing = await _still_there(session, left)
        except ClusterError as error:
            names = ", ".join(f"{one.namespace}/{one.name}" for one in left)
            return (f"whether {names} is gone could not be seen: {error.message}",)
        if not standing:
            return ()
        left = [ref(policy) for policy in standing]
        held = all(policy.metadata.finalizers or not is_marked(policy, grant_id) for policy in standing)
        waited = session.clock.now() - begun
        if waited >= timedelta(seconds=limits.held_seconds if held else limits.gone_seconds):
            return tuple(why_standing(policy, grant_id) for policy in standing)
        await session.clock.sleep(limits.poll_seconds)


async def _still_there(session: Session, wanted: list[Ref]) -> list[NetworkPolicy]:
    found = [await session.cluster.policies.get(one.namespace, one.name) for one in wanted]
    pairs = zip(wanted, found, strict=True)
    return [policy for one, policy in pairs if policy is not None and policy.metadata.uid == one.uid]
