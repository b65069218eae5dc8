"""What screens are told when something has changed: the clusters, and the moment."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.view import GrantRow
from app.live.cluster import LiveCluster

RowKey = tuple[str, str]
"""The cluster's name and the grant's id."""


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """One grant of one cluster."""

    cluster: LiveCluster
    row: GrantRow

    @property
    def key(self) -> RowKey:
        """Return what tells it from all others."""
        return self.cluster.name, self.row.id

    def left(self, now: datetime) -> timedelta | None:
        """Return what is left by our clock ``now``; None where no deadline can be read."""
        deadline = self.row.deadline
        return None if deadline is None else deadline - self.cluster.server_now(now)


def is_remembered(cluster: LiveCluster) -> bool:
    """Tell whether what is shown of a cluster is what the registry remembers, for it has not answered yet."""
    return bool(cluster.memory and cluster.memory.rows) and not cluster.is_synced


def rows_of(cluster: LiveCluster) -> Iterable[GrantRow]:
    """Return the grants that are shown of a cluster."""
    return cluster.memory.rows if cluster.memory and is_remembered(cluster) else cluster.rows


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Everything that is followed, at one moment."""

    now: datetime
    """By our clock."""
    clusters: tuple[LiveCluster, ...]
    version: int
    """Grows whenever a row of any cluster has changed, the countdown left out."""

    def rows(self) -> Iterator[Shown]:
        """Yield all grants; where a cluster has not answered yet, those that the registry remembers."""
        for cluster in self.clusters:
            for row in rows_of(cluster):
                yield Shown(cluster, row)

    def find(self, key: RowKey) -> Shown | None:
        """Return the grant of that key, None where it does not stand."""
        for cluster in self.clusters:
            if cluster.name == key[0] and (row := cluster.rows.get(key[1])) is not None:
                return Shown(cluster, row)
        return None
