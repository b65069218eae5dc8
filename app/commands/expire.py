"""End a grant whose deadline has passed and that nothing in the cluster has ended: the second net.

Law: looked at anew before anything is deleted, by server time; what is not due by then is left alone. Kept as
an end that was due, not as somebody's wish.
"""

from datetime import timedelta

from app.commands.ending import Ended, Ending, end_now
from app.commands.live import read_grant
from app.commands.session import Session
from app.domain.grant import Grant
from app.domain.overdue import is_due
from app.domain.records import EndCause, Happening
from app.ports import Identity

_DUE = Ending(
    "its deadline had passed and nothing in the cluster ended it", EndCause.EXPIRED, Happening.ENDED
)
_WORST_ERROR = timedelta(minutes=1)


async def expire(session: Session, grant: Grant) -> Ended | None:
    """Remove a grant that is overdue; None where there was nothing to do: it is gone, or not due after all.

    Args:
        session: its cluster.
        grant: as it was last seen; it is read again.

    Raises:
        ClusterError: the server refused or could not be asked, and something still stands.
    """
    identity = await session.cluster.access.whoami()
    found = await read_grant(session.cluster, grant.id, grant.namespaces)
    if found is None or not is_due(found, session.server_now(identity) - _doubt(identity)):
        return None
    return await end_now(session, identity, found, _DUE)


def _doubt(identity: Identity) -> timedelta:
    """Return by how much the server's time may be earlier than we think."""
    return min(identity.offset_error, _WORST_ERROR)
