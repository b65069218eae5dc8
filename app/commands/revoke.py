"""End access now, and say truthfully whether it ended.

Law: removing never waits for the registry. Done means that a GET answered 404, or another UID.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.commands.extend import known_namespaces
from app.commands.intents import Change, begin_change, close_or_say, record_from_cluster
from app.commands.live import find_grant, read_grants
from app.commands.session import Session
from app.commands.undo import delete_objects
from app.domain.grant import Grant
from app.domain.lifecycle import Step, move
from app.domain.objects import NetworkPolicy
from app.domain.records import EndCause, Entry, Happening, Op, Outcome
from app.errors import InputError, RegistryError
from app.ports import Identity


@dataclass(frozen=True, slots=True)
class Revoked:
    """What became of one grant."""

    grant_id: str
    gone: bool
    """Seen gone: every policy answered 404 or has a successor."""
    blocked: tuple[str, ...] = ()
    """Sentences: what still stands, and why."""
    warnings: tuple[str, ...] = ()


async def choose(session: Session, wanted: Iterable[str]) -> tuple[Grant, ...]:
    """Return the live grants that the user names, each once.

    Raises:
        NotFoundError: one of them does not stand; nothing is revoked then.
        InputError: one of them is ambiguous.
    """
    namespaces = await known_namespaces_or_none(session)
    found = [await find_grant(session.cluster, text, namespaces) for text in wanted]
    return tuple({grant.id: grant for grant in found}.values())


async def choose_all(session: Session, namespace: str | None, selector: str) -> tuple[Grant, ...]:
    """Return all live grants of a namespace, or of all (None), whose policies match ``selector``.

    Raises:
        ForbiddenError: they may not be listed: "all" must not silently mean "some".
    """
    return (await read_grants(session.cluster, namespace, selector)).grants


async def known_namespaces_or_none(session: Session) -> tuple[str, ...]:
    """Return where grants may live, without the registry's help if it cannot be read."""
    try:
        return await known_namespaces(session)
    except RegistryError:
        return (session.cluster.namespace,)


async def revoke(session: Session, grant: Grant, reason: str) -> Revoked:
    """End one grant's access and return what became of it.

    Raises:
        InputError: no reason.
        ClusterError: the server refused or could not be asked; nothing is known to be gone.
    """
    if not reason.strip():
        raise InputError("revoking needs a reason", field="reason", fix="say why with --reason")
    identity = await session.cluster.access.whoami()
    change, warnings = await _begin(session, identity, grant)
    audit_ids = await delete_objects(session.cluster, grant)
    blocked = await _await_gone(session, grant.policies)
    detail = {"reason": reason, "audit_ids": ",".join(audit_ids)}
    if change is None:
        return Revoked(
            grant.id, not blocked, blocked, warnings + await _tell_gap(session, identity, grant, reason)
        )
    if blocked:
        # The intent stays open: the next start looks again.
        return Revoked(grant.id, False, blocked, warnings)
    ended = replace(
        change.record,
        phase=move(change.record.phase, Step.GONE),
        ended_at=session.server_now(identity),
        end_cause=EndCause.REVOKED,
    )
    warnings += await close_or_say(replace(change, record=ended), Outcome.DONE, Happening.REVOKED, detail)
    return Revoked(grant.id, True, (), warnings)


async def _begin(session: Session, identity: Identity, grant: Grant) -> tuple[Change | None, tuple[str, ...]]:
    deadline = grant.deadline() or session.server_now(identity)
    try:
        return await begin_change(session, identity, grant, Op.REVOKE, deadline), ()
    except RegistryError as error:
        return None, (f"revoked without a registry entry: {error.message}",)


async def _tell_gap(session: Session, identity: Identity, grant: Grant, reason: str) -> tuple[str, ...]:
    """Try once more to note a removal that went ahead unlogged."""
    now = session.server_now(identity)
    entry = Entry(now, session.cluster.server, grant.id, Happening.GAP, identity.username, {"reason": reason})
    record = replace(record_from_cluster(session, grant, now), ended_at=now, end_cause=EndCause.REVOKED)
    try:
        await session.log.note(entry, replace(record, phase=move(record.phase, Step.GONE)))
    except RegistryError:
        return ("the registry still cannot be written: this removal is in the API server's audit log alone",)
    return ()


async def _await_gone(session: Session, policies: tuple[NetworkPolicy, ...]) -> tuple[str, ...]:
    """Wait until each policy is gone; return what still stands and why."""
    waited, left = 0.0, list(policies)
    while left:
        found = [await session.cluster.policies.get(p.metadata.namespace, p.metadata.name) for p in left]
        pairs = zip(left, found, strict=True)
        left = [now for was, now in pairs if now is not None and now.metadata.uid == was.metadata.uid]
        held = [policy for policy in left if policy.metadata.finalizers]
        if left and (len(held) == len(left) or waited >= session.limits.gone_seconds):
            return tuple(_why_standing(policy) for policy in left)
        if left:
            await session.clock.sleep(session.limits.poll_seconds)
            waited += session.limits.poll_seconds
    return ()


def _why_standing(policy: NetworkPolicy) -> str:
    where = f"{policy.metadata.namespace}/{policy.metadata.name}"
    if policy.metadata.finalizers:
        return f"{where} is still enforced: held by finalizer {', '.join(policy.metadata.finalizers)}"
    return f"{where} is still there after the delete was accepted"
