"""The pods that a grant is about now, at either end, and what each looks like in a list.

Law: pure; ``now`` is an argument, by server time. Lists are bounded, and say what they leave out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.domain.labels import Selector
from app.domain.objects import NetworkPolicy, Pod
from app.domain.selection import End, Outside, Role, ends_of
from app.live.inventory import is_reachable
from app.live.population import Population

CRASHES = 3
"""So many restarts of a pod that is not ready are a crash loop."""


@dataclass(frozen=True, slots=True)
class EndNow:
    """One end of a grant's connections, at this moment."""

    role: Role
    told: tuple[str, ...]
    """The selectors, CIDRs and words that mean it, as people write them."""
    pods: tuple[Pod, ...]
    """Those with trouble first, then by namespace and name."""
    passed_over: int
    """Pods that the labels fit and no policy concerns: ended ones, and those on their node's network."""
    is_by_labels: bool
    """Whether pods are meant at all, and not only addresses."""


def trouble_of(pod: Pod) -> str:
    """Return what is wrong with a pod in two words; empty for a ready one."""
    statuses = pod.status.container_statuses or ()
    if pod.metadata.deletion_timestamp is not None:
        return "terminating"
    if statuses and all(status.ready for status in statuses) and pod.status.phase == "Running":
        return ""
    if restarts_of(pod) >= CRASHES:
        return "crash loop"
    return "not ready"


def restarts_of(pod: Pod) -> int:
    """Return how often its containers were started again, in all."""
    return sum(status.restart_count for status in pod.status.container_statuses or ())


def ready_of(pod: Pod) -> str:
    """Return how many of its containers are ready: ``0/1``."""
    statuses = pod.status.container_statuses or ()
    of = max(len(statuses), len(pod.spec.containers or ()))
    return f"{sum(status.ready for status in statuses)}/{of}"


def format_age(created: datetime | None, now: datetime) -> str:
    """Write an age by its largest unit: ``9d``, ``11m``; ``?`` where it is not known."""
    if created is None:
        return "?"
    seconds = max(0, int((now - created).total_seconds()))
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= length:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


class Concerned:
    """Which pods policies mean, looked up again only where something has changed.

    Args:
        population: the pods of the cluster by their labels.
    """

    def __init__(self, population: Population) -> None:
        self._inventory = population.inventory
        self._population = population
        self._asked: tuple[object, ...] = ()
        self._policies: tuple[NetworkPolicy, ...] = ()
        self._found: tuple[EndNow, ...] = ()
        self._others: dict[str, tuple[int, tuple[Pod, ...]]] = {}

    def ends(self, policies: Iterable[NetworkPolicy]) -> tuple[EndNow, ...]:
        """Return both ends of a grant's policies, the targets first."""
        kept = tuple(policies)
        inventory = self._inventory
        asked = (*map(id, kept), inventory.pods.version, inventory.namespace_objects.version)
        if asked != self._asked or not kept:
            found = [end for policy in kept for end in ends_of(policy)]
            self._found = tuple(
                self._end(role, [end for end in found if end.role is role])
                for role in Role
                if any(end.role is role for end in found)
            )
            self._asked, self._policies = asked, kept  # kept alive, else another could get the same id
        return self._found

    def _end(self, role: Role, ends: list[End | Outside]) -> EndNow:
        found: dict[str, Pod] = {}
        others: dict[str, Pod] = {}
        for end in ends:
            if isinstance(end, End):
                found |= {pod.metadata.uid: pod for pod in self._population.meant(end.namespace, end.pods)}
                others |= {pod.metadata.uid: pod for pod in self._passed_over(end)}
        told = (end.told if isinstance(end, Outside) else _told(end) for end in ends)
        pods = sorted(found.values(), key=_rank)
        by_labels = any(isinstance(end, End) for end in ends)
        return EndNow(role, tuple(dict.fromkeys(told)), tuple(pods), len(others), by_labels)

    def _passed_over(self, end: End) -> list[Pod]:
        spaces = (
            (end.namespace,)
            if end.pods.namespaces is None
            else self._population.namespaces(end.pods.namespaces)
        )
        selector = end.pods.pods or Selector()
        return [
            pod
            for space in spaces
            for pod in self._unreachable(space)
            if selector.matches(pod.metadata.labels or {})
        ]

    def _unreachable(self, namespace: str) -> tuple[Pod, ...]:
        version = self._inventory.pods.version_of(namespace)
        known = self._others.get(namespace)
        if known is None or known[0] != version:
            found = tuple(pod for pod in self._inventory.pods.of(namespace) if not is_reachable(pod))
            known = self._others[namespace] = version, found
        return known[1]


def _told(end: End) -> str:
    return str(end.pods) or "all pods"


def _rank(pod: Pod) -> tuple[bool, str, str]:
    return not trouble_of(pod), pod.metadata.namespace, pod.metadata.name


def age_of(pod: Pod, now: datetime) -> str:
    """Return the pod's age."""
    return format_age(pod.metadata.creation_timestamp, now)
