"""What the registry holds of a grant as a row, shown until the cluster itself has answered.

Law: pure. A memory claims nothing about nets: whether a Job will end the access only the cluster can tell.
"""

from datetime import datetime, timedelta

from app.domain.grant import Deadman, State
from app.domain.records import GrantRecord
from app.domain.text import clean
from app.domain.view import GrantRow, PartRow


def remembered(record: GrantRecord, now: datetime, expiring: timedelta) -> GrantRow:
    """Return the row of a grant that stands, for all that the registry knows.

    Args:
        record: what the registry holds.
        now: our time: the server's is not known yet.
        expiring: how long before its end a grant counts as expiring.
    """
    left = record.deadline - now
    return GrantRow(
        id=record.id,
        state=State.EXPIRING if left <= expiring else State.ACTIVE,
        deadline=record.deadline,
        left=left,
        context=clean(record.context),
        namespaces=tuple(clean(name) for name in record.namespaces),
        direction=clean(record.direction),
        target=clean(record.target),
        peers=clean(record.peers),
        ports=clean(record.ports),
        armed=False,
        nets="?",
        requested_by=clean(record.requested_by),
        approved_by="",
        reason=clean(record.reason),
        ticket=clean(record.ticket),
        incident=clean(record.incident),
        created_at=record.created_at,
        drift=(),
        adopted=False,
        parts=tuple(
            PartRow(clean(part["namespace"]), clean(part["name"]), "", Deadman.UNKNOWN, None, ())
            for part in record.spec.get("parts", ())
        ),
    )
