"""The policies of a cluster that are no grants, as they are listed to be put under a deadline.

Law: pure. What cannot be adopted is listed with the reason; the use case looks again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from app.commands.adopt import manager_of, why_not
from app.domain.labels import selector_from_object
from app.domain.manifest import GRANT_LABEL
from app.domain.objects import NetworkPolicy, Pod
from app.domain.policyspec import Summary, summarise
from app.errors import InputError
from app.live.cluster import LiveCluster


@dataclass(frozen=True, eq=False)
class Candidate:
    """One policy that stands and is no grant."""

    cluster: LiveCluster
    policy: NetworkPolicy
    refusal: str
    """Why it cannot be adopted; empty where it can."""
    manager: str
    """Who may bring it back."""
    haystack: str
    """What a search looks through."""

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what tells it from all others, and from a successor of its name."""
        return self.cluster.name, self.policy.metadata.namespace, self.policy.metadata.uid

    @cached_property
    def told(self) -> Summary:
        """Return what it lets through in words: made for those that are seen, for it takes its time."""
        return summarise((self.policy.spec or {},))


def candidate(cluster: LiveCluster, policy: NetworkPolicy) -> Candidate:
    """Return one policy as it is listed."""
    meta, refusal, manager = policy.metadata, why_not(policy), manager_of(policy)
    why = refusal.message.removeprefix(f"{meta.namespace}/{meta.name} ") if refusal else ""
    words = (cluster.name, meta.namespace, meta.name, manager, *_labels(policy))
    return Candidate(cluster, policy, why, manager, " ".join(words).lower())


def _labels(policy: NetworkPolicy) -> Iterator[str]:
    """Yield the labels that it selects by, as far as they are plain."""
    selector = (policy.spec or {}).get("podSelector")
    labels = selector.get("matchLabels") if isinstance(selector, dict) else None
    if isinstance(labels, dict):
        for key, value in labels.items():
            yield f"{key}={value}"


class Adoptable:
    """The policies of some clusters that are no grants; each is described once, until it changes."""

    def __init__(self) -> None:
        self._known: dict[int, Candidate] = {}
        """By the policy's identity, which the candidate keeps alive."""
        self._versions: tuple[tuple[str, int], ...] | None = None
        self.all: list[Candidate] = []
        """Those that can be adopted first, by place."""

    def look(self, clusters: Sequence[LiveCluster]) -> bool:
        """Look again; tell whether anything is another."""
        versions = tuple((cluster.name, cluster.inventory.policies.version) for cluster in clusters)
        if versions == self._versions:
            return False
        known, self._versions = self._known, versions
        found: dict[int, Candidate] = {}
        for cluster in clusters:
            for policy in _strangers(cluster):
                found[id(policy)] = known.get(id(policy)) or candidate(cluster, policy)
        self._known = found
        self.all = sorted(found.values(), key=_place)
        return True


def _strangers(cluster: LiveCluster) -> Iterator[NetworkPolicy]:
    shelf = cluster.inventory.policies
    for namespace in shelf.namespaces:
        for policy in shelf.of(namespace):
            if GRANT_LABEL not in (policy.metadata.labels or {}):
                yield policy


def _place(found: Candidate) -> tuple[bool, str, str, str]:
    meta = found.policy.metadata
    return bool(found.refusal), meta.namespace, meta.name, found.cluster.name


def found_by(text: str, among: list[Candidate]) -> list[Candidate]:
    """Return those that hold every word of a text."""
    words = text.lower().split()
    return [one for one in among if all(word in one.haystack for word in words)]


def selected(found: Candidate) -> list[Pod] | None:
    """Return the pods that the policy concerns now, by name; None where its selector cannot be read."""
    policy = found.policy
    try:
        selector = selector_from_object((policy.spec or {}).get("podSelector"))
    except InputError:
        return None
    pods = found.cluster.inventory.reachable((policy.metadata.namespace,))
    return [pod for pod in pods if selector.matches(pod.metadata.labels or {})]
