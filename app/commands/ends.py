"""Note the ends that nobody was there to see.

Law: not seen is not gone. An end is noted when neither the label nor the name finds a policy of the grant.
"""

from dataclasses import replace
from datetime import timedelta

from app.commands.live import read_grant
from app.commands.session import Session
from app.domain.durations import format_moment
from app.domain.lifecycle import Step, end_cause, move
from app.domain.records import EndCause, Entry, GrantRecord, Happening, Phase
from app.errors import ForbiddenError, NotFoundError
from app.ports import Identity

_WORST_READING = timedelta(seconds=5)
"""More than this the error of the server's time is not believed: one that cannot be told is unbounded."""


async def note_ends(session: Session) -> tuple[str, ...]:
    """Note every grant on record as standing whose policies are gone; return their ids.

    Namespaces that may not be read are passed over.

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
        if await _is_gone(session, record) and await _note_end(session, identity, record.id):
            noted.append(record.id)
    return tuple(noted)


async def _is_gone(session: Session, record: GrantRecord) -> bool:
    try:
        grant = await read_grant(session.cluster, record.id, record.namespaces)
        if grant is not None and grant.policies:
            return False
        return not any([await still_stands(session, part) for part in record.spec.get("parts", ())])
    except (ForbiddenError, NotFoundError):
        return False


async def still_stands(session: Session, part: dict[str, str]) -> bool:
    """Tell whether a policy stands although its label was taken off; one with another UID is a successor.

    Args:
        session: the cluster.
        part: a record's part: ``namespace``, ``name``, and ``uid`` where it is known.
    """
    found = await session.cluster.policies.get(part["namespace"], part["name"])
    return found is not None and part.get("uid") in (None, "", found.metadata.uid)


async def _note_end(session: Session, identity: Identity, grant_id: str) -> bool:
    # Read again: another process may have noted the end, or moved the deadline, since the list was read.
    record = await session.log.grant(grant_id)
    if record is None or record.phase is not Phase.ACTIVE:
        return False
    now = session.server_now(identity)
    # The server's time is known within an error; one that is gone within it of its deadline has expired.
    cause = end_cause(record.deadline, now + min(identity.offset_error, _WORST_READING), revoked=False)
    ended_at = record.deadline if cause is EndCause.EXPIRED else now
    ended = replace(record, phase=move(record.phase, Step.GONE), ended_at=ended_at, end_cause=cause)
    detail = {"cause": str(cause), "seen_gone_at": format_moment(now)}
    entry = Entry(now, record.cluster, record.id, Happening.ENDED, identity.username, detail)
    await session.log.note(entry, ended)
    return True
