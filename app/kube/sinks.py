"""Where the objects of each resource go in what is known of a cluster.

Law: policies go to two places: all to the inventory, for forms and explanations, those of grants to the rows.
"""

from collections.abc import Callable
from typing import TypeVar

from app.domain.objects import Job, Namespace, NetworkPolicy, Pod, Service, Workload
from app.kube.intake import Sink
from app.kube.store import Key
from app.live.cluster import LiveCluster
from app.live.inventory import Shelf

T = TypeVar("T", Namespace, Pod, Service, Workload, NetworkPolicy)


def shelf_sink(shelf: Shelf[T]) -> Sink[T]:
    """Return the sink that fills a shelf of the inventory."""
    return Sink(shelf.put, shelf.drop, shelf.retain, shelf.retain)


def policy_sink(cluster: LiveCluster) -> Sink[NetworkPolicy]:
    """Return the sink of NetworkPolicies."""
    shelf, rows = cluster.inventory.policies, cluster.rows

    def put(policy: NetworkPolicy) -> None:
        shelf.put(policy)
        rows.put_policy(policy)

    def drop(policy: NetworkPolicy) -> None:
        shelf.drop(policy)
        rows.drop_policy(policy)

    def retain(is_kept: Callable[[Key], bool]) -> None:
        shelf.retain(is_kept)
        rows.retain_policies(is_kept)

    def lose_sight(is_kept: Callable[[Key], bool]) -> None:
        shelf.retain(is_kept)
        rows.lose_sight(is_kept)

    return Sink(put, drop, retain, lose_sight)


def job_sink(cluster: LiveCluster) -> Sink[Job]:
    """Return the sink of dead-man Jobs."""
    rows = cluster.rows
    return Sink(rows.put_job, rows.drop_job, rows.retain_jobs, rows.retain_jobs)
