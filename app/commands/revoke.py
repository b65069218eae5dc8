"""End access now: choose grants as a user names them, and end each.

Law: a grant is chosen whole, and ended by the objects that were chosen, never by what has their names later.
"""

from collections.abc import Iterable

from app.commands.ending import Ended, Ending, end_now
from app.commands.extend import known_namespaces
from app.commands.live import find_grants, read_everywhere, read_grant, read_grants
from app.commands.session import Session
from app.domain.durations import format_moment
from app.domain.grant import OVERDUE_AFTER, Grant
from app.errors import ConflictError, InputError, NotFoundError, RegistryError


async def choose(session: Session, wanted: Iterable[str]) -> tuple[Grant, ...]:
    """Return the live grants that the user names, each once.

    Raises:
        NotFoundError: one of them does not stand; nothing is revoked then.
        InputError: one of them is ambiguous.
    """
    return await find_grants(session.cluster, wanted, await known_namespaces_or_none(session))


async def choose_all(session: Session, namespace: str | None, selector: str) -> tuple[Grant, ...]:
    """Return all live grants with a policy in a namespace (None: in any) that ``selector`` matches.

    Each is returned whole, with its policies elsewhere: a grant has one deadline and one end.

    Raises:
        ForbiddenError: they may not be listed: "all" must not silently mean "some".
    """
    matching = (await read_grants(session.cluster, namespace, selector)).grants
    if not matching or (namespace is None and not selector):
        return matching
    known = await known_namespaces_or_none(session)
    live = await read_everywhere(session.cluster, (namespace, *known) if namespace else known)
    whole = {grant.id: grant for grant in live.grants}
    return tuple(whole.get(grant.id, grant) for grant in matching)


async def known_namespaces_or_none(session: Session) -> tuple[str, ...]:
    """Return where grants may live, without the registry's help if it cannot be read."""
    try:
        return await known_namespaces(session)
    except RegistryError:
        return (session.cluster.namespace,)


async def revoke(session: Session, grant: Grant, reason: str) -> Ended:
    """End one grant's access and return what became of it.

    Raises:
        InputError: no reason.
        ClusterError: the server refused or could not be asked, and something still stands.
    """
    if not reason.strip():
        raise InputError("revoking needs a reason", field="reason", fix="say why with --reason")
    identity = await session.cluster.access.whoami()
    return await end_now(session, identity, grant, Ending(reason.strip()))


async def revoke_as_seen(session: Session, seen: Grant, reason: str) -> Ended:
    """End a grant that somebody has looked at and agreed to end, and no other.

    Args:
        session: its cluster.
        seen: the grant as it was shown; it is read again.
        reason: why.

    Raises:
        NotFoundError: it has ended meanwhile; nothing was revoked.
        ConflictError: it is not what was shown any more; nothing was revoked.
        InputError, ClusterError: as for ``revoke``.
    """
    found = await read_grant(session.cluster, seen.id, seen.namespaces)
    if found is None or not (found.policies or found.jobs):
        raise NotFoundError(f"grant {seen.id} has ended meanwhile: nothing was revoked", status=404)
    if change := difference(seen, found):
        raise ConflictError(
            f"grant {seen.id} has changed since it was shown ({change}): nothing was revoked",
            status=409,
            fix="look at it again",
        )
    return await revoke(session, found, reason)


def difference(seen: Grant, found: Grant) -> str:
    """Return in words what of a grant is not as it was; what is gone by itself is no difference."""
    before, after = ({policy.metadata.uid: policy for policy in grant.policies} for grant in (seen, found))
    if added := [policy for uid, policy in after.items() if uid not in before]:
        names = ", ".join(f"{policy.metadata.namespace}/{policy.metadata.name}" for policy in added)
        return f"{names} is new"
    if edited := [policy for uid, policy in after.items() if policy.spec != before[uid].spec]:
        names = ", ".join(f"{policy.metadata.namespace}/{policy.metadata.name}" for policy in edited)
        return f"{names} was edited"
    old, new = seen.deadline(), found.deadline()
    if old is not None and new is not None and abs(new - old) > OVERDUE_AFTER and len(before) == len(after):
        return f"it ends at {format_moment(new)} now"
    return ""
