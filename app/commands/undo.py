"""Remove a grant's objects, and only those.

Law: by UID, and only what carries the grant's label. Policies before Jobs: while a policy stands, so does
its timer.
"""

from collections.abc import Iterable

from app.commands.live import read_grant
from app.commands.session import Cluster
from app.domain.grant import Grant
from app.domain.objects import Job, NetworkPolicy
from app.ports import Ref


def ref(item: NetworkPolicy | Job) -> Ref:
    """Return the reference of this very object."""
    return Ref(item.metadata.namespace, item.metadata.name, item.metadata.uid)


async def delete_objects(cluster: Cluster, grant: Grant) -> tuple[str, ...]:
    """Ask the server to delete the grant's objects; return the Audit-Ids.

    Raises:
        ClusterError: a delete was refused or went unanswered; the rest was not tried.
    """
    found = [await cluster.policies.delete(ref(policy)) for policy in grant.policies]
    found += [await cluster.deadlines.delete(ref(job)) for job in grant.jobs]
    return tuple(found)


async def remove_made(cluster: Cluster, grant_id: str, namespaces: Iterable[str]) -> bool:
    """Remove whatever stands of a grant that was not finished; return whether there was anything.

    Raises:
        ClusterError: it could not be looked up or deleted.
    """
    grant = await read_grant(cluster, grant_id, namespaces)
    if grant is None:
        return False
    await delete_objects(cluster, grant)
    return True
