"""What to write into the form for a grant that is shown: from its policy, else from the registry's record."""

from app.domain.copying import of_grant, of_record
from app.domain.proposal import Proposal
from app.errors import InputError
from app.ports import GrantLog
from app.ui.view import Shown


async def proposal_of(shown: Shown, log: GrantLog) -> Proposal:
    """Return the proposal.

    Raises:
        InputError: the form cannot say what the grant opened.
        RegistryError: only the registry knows it, and cannot be read.
    """
    grant = shown.cluster.rows.grant(shown.row.id)
    if grant is not None and grant.policies:
        return of_grant(grant, shown.cluster.status.context)
    record = await log.grant(shown.row.id)
    if record is None:
        raise InputError("what this grant opened is not known here", fix="open the form and write it anew")
    return of_record(record)
