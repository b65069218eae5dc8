"""Read the grants that stand in a cluster, with whatever rights there are.

Law: reads only. What may not be read is reported as denied, never left out silently.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from app.commands.session import Cluster
from app.domain.grant import Grant, join
from app.domain.ids import resolve
from app.domain.manifest import GRANT_LABEL
from app.domain.objects import Job, NetworkPolicy
from app.errors import ForbiddenError, NotFoundError


@dataclass(frozen=True, slots=True)
class LiveGrants:
    """What was found, and what could not be looked at."""

    grants: tuple[Grant, ...]
    denied: tuple[str, ...] = ()
    """Sentences: which kind may not be listed where."""


async def _policies(cluster: Cluster, namespace: str | None, selector: str) -> tuple[NetworkPolicy, ...]:
    return await cluster.policies.list(namespace, selector)


async def _jobs(cluster: Cluster, namespace: str | None, selector: str) -> tuple[tuple[Job, ...], str]:
    try:
        return await cluster.deadlines.list(namespace, selector), ""
    except ForbiddenError:
        where = f"in {namespace}" if namespace else "in all namespaces"
        return (), f"Jobs may not be listed {where}: whether the dead-man switch is armed is not known"


async def read_grants(cluster: Cluster, namespace: str | None, selector: str = "") -> LiveGrants:
    """Return the grants of one namespace, or of all (None).

    Args:
        cluster: where to look.
        namespace: one, or None for all.
        selector: a further label selector on the policies, in written form.

    Raises:
        ForbiddenError: NetworkPolicies may not be listed there.
        ClusterError: the cluster could not be asked.
    """
    wanted = f"{GRANT_LABEL},{selector}" if selector else GRANT_LABEL
    policies, (jobs, denied) = await asyncio.gather(
        _policies(cluster, namespace, wanted), _jobs(cluster, namespace, GRANT_LABEL)
    )
    if selector:  # a Job whose policy the selector left out is not half a grant
        shown = {(policy.metadata.labels or {}).get(GRANT_LABEL) for policy in policies}
        jobs = tuple(job for job in jobs if (job.metadata.labels or {}).get(GRANT_LABEL) in shown)
    return LiveGrants(join(policies, jobs, not denied), (denied,) if denied else ())


async def read_everywhere(cluster: Cluster, namespaces: Iterable[str]) -> LiveGrants:
    """Return the grants of all namespaces, or where that is forbidden, of ``namespaces``."""
    try:
        return await read_grants(cluster, None)
    except ForbiddenError as error:
        refused = error.message
    found = [await _read_allowed(cluster, name) for name in dict.fromkeys(namespaces)]
    grants: dict[str, Grant] = {}
    for grant in (grant for live in found for grant in live.grants):
        known = grants.get(grant.id)
        grants[grant.id] = Grant(grant.id, (*known.parts, *grant.parts)) if known else grant
    return LiveGrants(tuple(grants.values()), (refused, *(text for live in found for text in live.denied)))


async def _read_allowed(cluster: Cluster, namespace: str) -> LiveGrants:
    try:
        return await read_grants(cluster, namespace)
    except ForbiddenError as error:
        return LiveGrants((), (error.message,))


async def read_grant(cluster: Cluster, grant_id: str, namespaces: Iterable[str]) -> Grant | None:
    """Return one grant by its full id from the namespaces it is known to live in; None if nothing stands."""
    selector = f"{GRANT_LABEL}={grant_id}"
    parts = []
    for namespace in dict.fromkeys(namespaces):
        policies = await _policies(cluster, namespace, selector)
        jobs, denied = await _jobs(cluster, namespace, selector)
        parts += [part for grant in join(policies, jobs, not denied) for part in grant.parts]
    return Grant(grant_id, tuple(parts)) if parts else None


def named(grants: Iterable[Grant]) -> list[tuple[str, list[str]]]:
    """Return each grant's id with its objects' names, as ``ids.resolve`` wants them."""
    found = []
    for grant in grants:
        names = [policy.metadata.name for policy in grant.policies]
        found.append((grant.id, names + [job.metadata.name for job in grant.jobs]))
    return found


async def find_grant(cluster: Cluster, wanted: str, namespaces: Iterable[str]) -> Grant:
    """Return the live grant that a user means by an id, a part of it, or an object's name.

    Raises:
        NotFoundError: none stands under that name.
        InputError: it means several.
    """
    return (await find_grants(cluster, (wanted,), namespaces))[0]


async def find_grants(
    cluster: Cluster, wanted: Iterable[str], namespaces: Iterable[str]
) -> tuple[Grant, ...]:
    """Return the live grants that a user means, each once, from one look at the cluster.

    Raises:
        NotFoundError: one of the names means none that stands.
        InputError: one of them means several.
    """
    live = await read_everywhere(cluster, namespaces)
    found = {grant.id: grant for grant in (_pick(live, text) for text in wanted)}
    return tuple([await _with_jobs(cluster, grant) for grant in found.values()])


def _pick(live: LiveGrants, wanted: str) -> Grant:
    found = resolve(wanted, named(live.grants))
    for grant in live.grants:
        if grant.id == found:
            return grant
    hint = "; ".join(live.denied)
    raise NotFoundError(
        f"no grant {wanted!r} stands in this cluster{f' ({hint})' if hint else ''}",
        fix="'netgrant list -A' shows what stands, 'netgrant history' what stood",
    )


async def _with_jobs(cluster: Cluster, grant: Grant) -> Grant:
    """Look again, namespace by namespace, where Jobs may not be listed in all of them at once."""
    if all(part.jobs_readable for part in grant.parts):
        return grant
    return await read_grant(cluster, grant.id, grant.namespaces) or grant
