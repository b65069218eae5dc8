"""Remove a grant's objects, and only those.

Law: by UID, and only what carries the grant's label. Policies before Jobs: while a policy stands, so does
its timer. What is refused for one object never keeps another from being removed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from app.commands.live import read_grant
from app.commands.session import Cluster
from app.commands.writes import ref
from app.domain.grant import Grant
from app.domain.manifest import DOMAIN, GRANT_LABEL, MANAGED_BY
from app.domain.objects import Job, NetworkPolicy
from app.domain.records import Json
from app.errors import ClusterError, ConflictError, NetgrantError, NotFoundError
from app.ports import DeadlineWriter, PolicyWriter


@dataclass(frozen=True, slots=True)
class Removal:
    """What the server answered to a grant's deletes."""

    audit_ids: tuple[str, ...]
    failures: tuple[ClusterError, ...] = ()


async def delete_objects(cluster: Cluster, grant: Grant) -> Removal:
    """Ask the server to delete each of the grant's objects, whatever becomes of the others.

    A policy whose delete is refused goes with its Job all the same: then the garbage collector takes it.
    """
    audit_ids, failures = [], []
    items: list[NetworkPolicy | Job] = [*grant.policies, *grant.jobs]
    for item in items:
        try:
            audit_ids.append(await _writer(cluster, item).delete(ref(item)))
        except ClusterError as error:
            failures.append(error)
    return Removal(tuple(audit_ids), tuple(failures))


def _writer(cluster: Cluster, item: NetworkPolicy | Job) -> PolicyWriter | DeadlineWriter:
    return cluster.policies if isinstance(item, NetworkPolicy) else cluster.deadlines


async def remove_made(cluster: Cluster, grant_id: str, namespaces: Iterable[str]) -> tuple[str, ...]:
    """Remove whatever stands of a grant, in each namespace; return sentences: what still stands, and why.

    Raises:
        ClusterError: something could not be looked up or deleted, and may still stand.
    """
    standing: list[str] = []
    failures: list[ClusterError] = []
    for namespace in dict.fromkeys(namespaces):
        try:
            standing += await _clear(cluster, grant_id, namespace)
        except ClusterError as error:
            failures.append(error)
    if failures:
        raise failures[0]
    return tuple(standing)


async def _clear(cluster: Cluster, grant_id: str, namespace: str) -> list[str]:
    grant = await read_grant(cluster, grant_id, (namespace,))
    if grant is None:
        return []
    removal = await delete_objects(cluster, grant)
    left = await read_grant(cluster, grant_id, (namespace,))
    if left is not None and removal.failures:
        raise removal.failures[0]
    return [why_standing(policy, grant_id) for policy in left.policies] if left else []


def why_standing(policy: NetworkPolicy, grant_id: str) -> str:
    """Return a sentence: which policy is still enforced after its delete, and what holds it."""
    where = f"{policy.metadata.namespace}/{policy.metadata.name}"
    if not is_marked(policy, grant_id):
        return f"{where} is still enforced: it was taken out of grant {grant_id}, so it was left alone"
    if policy.metadata.finalizers:
        return f"{where} is still enforced: held by finalizer {', '.join(policy.metadata.finalizers)}"
    return f"{where} is still there after the delete was accepted"


def is_marked(policy: NetworkPolicy, grant_id: str) -> bool:
    """Tell whether the policy carries the grant's label: what does not is nobody's to touch here."""
    return (policy.metadata.labels or {}).get(GRANT_LABEL) == grant_id


async def release(cluster: Cluster, policy: NetworkPolicy) -> None:
    """Take a policy that was there before us out of its grant again, so that its Job no longer ends it.

    Raises:
        ClusterError: refused; its Job must then be left alone, for it would take the policy along.
    """
    try:
        await cluster.policies.patch(ref(policy), _release_patch(policy))
    except (NotFoundError, ConflictError):
        found = await cluster.policies.get(policy.metadata.namespace, policy.metadata.name)
        if found is not None and found.metadata.uid == policy.metadata.uid:
            raise


def _release_patch(policy: NetworkPolicy) -> Json:
    """Return the merge patch that takes back ``adoption_patch``: the policy stands for good again."""
    labels: Json = {GRANT_LABEL: None}
    if (policy.metadata.labels or {}).get(MANAGED_BY) == "netgrant":
        labels[MANAGED_BY] = None
    ours = [key for key in policy.metadata.annotations or {} if key.startswith(f"{DOMAIN}/")]
    return {
        "metadata": {
            "labels": labels,
            "annotations": dict.fromkeys(ours),
            "ownerReferences": None,
        }
    }


def add_fix(error: BaseException, told: str) -> None:
    """Add to an error what became of the cleaning up; an interrupt, which has no fix, gets it as a note."""
    if isinstance(error, NetgrantError):
        error.fix = f"{error.fix}; {told}" if error.fix else told
    else:
        error.add_note(told)
