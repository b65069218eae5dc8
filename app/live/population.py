"""The pods of one cluster by their labels: whom a selector means at this moment, and which labels there are.

Law: pure; pods that policies do not concern are left out. A namespace is looked through again only after
something in it has changed, then only what changed is sorted anew, and pods with the same labels are asked
once.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from app.domain.labels import Operator, Selector
from app.domain.objects import Pod
from app.domain.peers import Pods
from app.live.inventory import Inventory, is_reachable

_Key = tuple[tuple[str, str], ...]
Values = Mapping[str, Mapping[str, int]]
"""How many pods have each value, by label key."""


@dataclass(slots=True)
class Group:
    """Pods of one namespace with the very same labels, by name."""

    labels: Mapping[str, str]
    pods: dict[str, Pod] = field(default_factory=dict)


class _Space:
    """The pods of one namespace."""

    def __init__(self) -> None:
        self.version = 0
        self.groups: dict[_Key, Group] = {}
        self.values: dict[str, Counter[str]] = {}
        self._held: dict[str, tuple[Pod, _Key | None]] = {}

    def look_through(self, pods: Collection[Pod]) -> None:
        """Sort in what has changed."""
        held = self._held
        for pod in pods:
            known = held.get(pod.metadata.name)
            if known is None or known[0] is not pod:
                self._put(pod)
        if len(held) > len(pods):
            for name in held.keys() - {pod.metadata.name for pod in pods}:
                self._drop(name)

    def _put(self, pod: Pod) -> None:
        name, labels = pod.metadata.name, pod.metadata.labels or {}
        key = tuple(labels.items()) if is_reachable(pod) else None
        known = self._held.get(name)
        if known is not None and known[1] == key:
            self._held[name] = pod, key
            if key is not None:
                self.groups[key].pods[name] = pod
            return
        self._drop(name)
        self._held[name] = pod, key
        if key is not None:
            self.groups.setdefault(key, Group(labels)).pods[name] = pod
            for label, value in labels.items():
                self.values.setdefault(label, Counter())[value] += 1

    def _drop(self, name: str) -> None:
        _, key = self._held.pop(name, (None, None))
        if key is None:
            return
        group = self.groups[key]
        del group.pods[name]
        if not group.pods:
            del self.groups[key]
        for label, value in key:
            counts = self.values[label]
            counts[value] -= 1
            if not counts[value]:
                del counts[value]
            if not counts:
                del self.values[label]


class Population:
    """Whom there is to select.

    Args:
        inventory: what is known of the cluster.
    """

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self._spaces: dict[str, _Space] = {}

    def _space(self, namespace: str) -> _Space:
        space = self._spaces.get(namespace)
        if space is None:
            space = self._spaces[namespace] = _Space()
        version = self.inventory.pods.version_of(namespace)
        if space.version != version:
            space.look_through(self.inventory.pods.of(namespace))
            space.version = version
        return space

    def groups(self, namespace: str) -> Collection[Group]:
        """Return a namespace's pods by their labels."""
        return self._space(namespace).groups.values()

    def values(self, namespaces: Iterable[str], selector: Selector | None = None) -> Values:
        """Return the labels of some namespaces' pods; with a selector, of those that it means."""
        spaces = tuple(namespaces)
        if selector is not None:
            return self._narrowed(spaces, selector)
        if len(spaces) == 1:
            return self._space(spaces[0]).values
        found: dict[str, Counter[str]] = {}
        for name in spaces:
            for key, counts in self._space(name).values.items():
                found.setdefault(key, Counter()).update(counts)
        return found

    def _narrowed(self, spaces: Iterable[str], selector: Selector) -> Values:
        totals: defaultdict[tuple[str, str], int] = defaultdict(int)
        for group in (group for name in spaces for group in self._meant_groups(name, selector)):
            for pair in group.labels.items():
                totals[pair] += len(group.pods)
        found: dict[str, dict[str, int]] = {}
        for (key, value), count in totals.items():
            found.setdefault(key, {})[value] = count
        return found

    def _meant_groups(self, namespace: str, selector: Selector) -> Collection[Group]:
        """Return the groups that a selector means, one condition after the other: few pass the first."""
        groups = self.groups(namespace)
        for item in selector.requirements:
            if item.operator is Operator.IN:
                key, wanted = item.key, item.values
                groups = [group for group in groups if group.labels.get(key) in wanted]
            else:
                groups = [group for group in groups if item.matches(group.labels)]
        return groups

    def matching(self, namespace: str, selector: Selector) -> tuple[Pod, ...]:
        """Return the pods of a namespace that a selector means, sorted by name."""
        found = [p for group in self._meant_groups(namespace, selector) for p in group.pods.values()]
        return tuple(sorted(found, key=lambda pod: pod.metadata.name))

    def namespaces(self, selector: Selector) -> tuple[str, ...]:
        """Return the namespaces that a selector means, sorted."""
        return tuple(
            name for name in self.inventory.namespaces if selector.matches(self.inventory.labels_of(name))
        )

    def meant(self, namespace: str, peer: Pods) -> tuple[Pod, ...]:
        """Return the pods that a peer in a policy of ``namespace`` means, by namespace and name."""
        spaces = (namespace,) if peer.namespaces is None else self.namespaces(peer.namespaces)
        selector = peer.pods or Selector()
        return tuple(pod for space in spaces for pod in self.matching(space, selector))
