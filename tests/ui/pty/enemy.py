"""A cluster that an enemy has filled: every text in its objects tries to drive whoever shows it.

Law: objects go into the store past all validation, as if a server had none.
"""

from typing import Any

from app.demo import kinds
from app.demo.server import EmbeddedCluster
from app.demo.storage import Record

MARK = "EVIL"
UNSEEN = (
    "\x80\x85\x9b\x9d\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u202a\u202e\u2060\u2066\u2069"
    "\ufeff\ufff9\U000e0041"
)
ATTACKS = (
    "[@click=app.quit]x[/]",
    "[/foo]",
    "[a='b[0]]",
    "[red]$n[/red][link=file:///]y[/link]",
    f"\x1b]52;c;ZXZpbA==\x07{MARK}\x1b]0;owned\x1b\\",
    f"\x1b[777z{MARK}\x1bc",
    f"\x9b777z{MARK}\x9d52;c;ZXZpbA==\x9c",
    f"a\x07{MARK}b\x08{MARK}c\r{MARK}d\n{MARK}e\tf\x0b{MARK}\x7f{MARK}\x00",
    f"exe.\u202egnp{MARK}\u200b{MARK}\ufeff",
    UNSEEN,
    "\u0e33\u200d\U0001f468\u0300\u0301\u0302" * 20,
    "x" * 4096,
    "y" * 20_000,
)
"""What each text of one set of objects begins with; surrogates no JSON of a real server can carry."""
_ALONE = (kinds.NAMESPACES, kinds.SERVICES, kinds.DEPLOYMENTS, kinds.STATEFUL_SETS)
_OF_A_GRANT = (kinds.NETWORK_POLICIES, kinds.JOBS)
_AROUND_IT = (kinds.PODS, kinds.EVENTS)
_GRANT = "netgrant.dev/grant"
_KEPT = {
    "apiVersion", "uid", "namespace", "resourceVersion", "creationTimestamp", "startTime", "firstTimestamp",
    "lastTimestamp", "eventTime", "cidr", "netgrant.dev/grant", "app.kubernetes.io/managed-by",
    "netgrant.dev/expires-at", "lastTransitionTime", "lastProbeTime", "startedAt", "finishedAt",
}  # fmt: skip
_FREE_KEYS = ("labels", "annotations", "matchLabels", "selector")


def infest(cluster: EmbeddedCluster) -> None:
    """Put poisoned copies beside what is there: a grant for each attack, with its pods and their events."""
    store = cluster.store
    before = {kind: store.records(kind) for kind in (*_ALONE, *_OF_A_GRANT, *_AROUND_IT)}
    grants = sorted({grant for record in before[kinds.NETWORK_POLICIES] if (grant := _grant_of(record))})
    for number, attack in enumerate(ATTACKS):
        grant = grants[number % len(grants)]
        wanted = [(kind, before[kind][number % len(before[kind])]) for kind in _ALONE]
        wanted += [(kind, item) for kind in _OF_A_GRANT for item in before[kind] if _grant_of(item) == grant]
        spaces = {item.key[0] for kind, item in wanted if kind in _OF_A_GRANT}
        wanted += [(kind, item) for kind in _AROUND_IT for item in before[kind] if item.key[0] in spaces]
        for kind, record in wanted:
            store.put(kind, _copy(record.obj, number, attack))


def _grant_of(record: Record) -> str:
    return str(record.obj["metadata"].get("labels", {}).get(_GRANT, ""))


def _copy(original: Any, number: int, attack: str) -> Any:  # noqa: ANN401 - JSON
    obj = poisoned(original, attack)
    meta = obj["metadata"]
    meta["uid"] += f"-{number}"
    if _GRANT in (meta.get("labels") or {}):
        meta["labels"][_GRANT] = f"{meta['labels'][_GRANT][:-4]}EV{number:02}"
    for owner in meta.get("ownerReferences", ()):
        owner["uid"] += f"-{number}"
    return obj


def poisoned(value: Any, attack: str, *, has_free_keys: bool = False) -> Any:  # noqa: ANN401 - JSON
    """Return the object with the attack in every text that a server would not need to be right."""
    if isinstance(value, str):
        return f"{MARK}{attack}{MARK}{value}"
    if isinstance(value, list):
        return [poisoned(item, attack) for item in value]
    if not isinstance(value, dict):
        return value
    found = {
        key: item if key in _KEPT else poisoned(item, attack, has_free_keys=key in _FREE_KEYS)
        for key, item in value.items()
    }
    return {**found, f"{MARK}{attack}": f"{MARK}{attack}"} if has_free_keys else found
