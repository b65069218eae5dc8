"""How many pods a grant's targets are at this moment.

Law: pure. Counted again only once a second, and only after the grant or the pods of its namespaces changed:
a screen may ask for each line that it draws.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.grant import Grant
from app.domain.labels import Operator, Selector, selector_from_object
from app.domain.link import LinkState
from app.domain.objects import NetworkPolicy
from app.errors import InputError
from app.live.cluster import Kind, LiveCluster
from app.live.population import Group

_KNOWN = (LinkState.LIVE, LinkState.STALE)
_KEPT = 1000
"""Counts that are kept: many screens full."""


@dataclass(frozen=True, slots=True)
class _Counted:
    grant: Grant
    versions: tuple[int, ...]
    beat: int
    pods: int | None


class _Index:
    """The groups of one namespace by each label that they have."""

    def __init__(self, groups: Iterable[Group]) -> None:
        self._all = tuple(groups)
        self._by_label: dict[tuple[str, str], list[Group]] = {}
        for group in self._all:
            for label in group.labels.items():
                self._by_label.setdefault(label, []).append(group)

    def meant(self, selector: Selector) -> Iterable[Group]:
        """Return the groups that a selector means; of its labels, the rarest says where to look."""
        asked: list[Sequence[Group]] = [
            self._by_label.get((item.key, item.values[0]), [])
            for item in selector.requirements
            if item.operator is Operator.IN and len(item.values) == 1
        ]
        rarest = min(asked, key=len, default=self._all)
        return (group for group in rarest if selector.matches(group.labels))


class Counting:
    """The counts of one cluster.

    Args:
        cluster: what is known.
    """

    def __init__(self, cluster: LiveCluster) -> None:
        self._cluster = cluster
        self._population = cluster.population
        self._indexes: dict[str, tuple[int, _Index]] = {}
        self._counted: dict[str, _Counted] = {}

    def count(self, grant_id: str, beat: int) -> int | None:
        """Return how many pods the grant's policies select now; None where that is not known.

        Args:
            grant_id: of a grant.
            beat: the time in whole seconds; within one, nothing is counted twice.
        """
        grant = self._cluster.rows.grant(grant_id)
        link = self._cluster.status.links.get(Kind.PODS)
        if grant is None or link is None or link.state not in _KNOWN:
            return None
        known = self._counted.get(grant_id)
        if known is not None and known.grant is grant and known.beat == beat:
            return known.pods
        versions = tuple(map(self._cluster.inventory.pods.version_of, grant.namespaces))
        is_known = known is not None and known.grant is grant and known.versions == versions
        pods = known.pods if is_known and known is not None else self._selected(grant.policies)
        if len(self._counted) >= _KEPT:  # grants end, and nobody tells that here
            self._counted.clear()
        self._counted[grant_id] = _Counted(grant, versions, beat, pods)
        return pods

    def _selected(self, policies: Iterable[NetworkPolicy]) -> int | None:
        groups: dict[int, Group] = {}
        for policy in policies:
            try:
                selector = selector_from_object((policy.spec or {}).get("podSelector"))
            except InputError:
                return None
            groups |= {id(group): group for group in self._index(policy.metadata.namespace).meant(selector)}
        return sum(len(group.pods) for group in groups.values())

    def _index(self, namespace: str) -> _Index:
        version = self._cluster.inventory.pods.version_of(namespace)
        known = self._indexes.get(namespace)
        if known is None or known[0] != version:
            known = self._indexes[namespace] = version, _Index(self._population.groups(namespace))
        return known[1]
