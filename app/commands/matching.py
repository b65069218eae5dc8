"""Tell which pods a policy selects right now, so that a mistyped label is seen before it matters.

Law: reads only, and never stands in the way: what may not be read is not told.
"""

from app.commands.session import Cluster
from app.domain.labels import selector_from_object
from app.domain.manifest import Wish
from app.errors import ClusterError

_SHOWN = 3
_ENDED = ("Succeeded", "Failed")


async def describe_matches(cluster: Cluster, wish: Wish) -> str:
    """Return a sentence on the pods that the wish's policy selects; empty where they may not be listed.

    Pods that have ended, and pods on the host's network, are no policy's business and do not count.
    """
    selector = selector_from_object(wish.spec.get("podSelector"))
    try:
        found = await cluster.lookup.pods(wish.namespace, str(selector))
    except ClusterError:
        return ""
    names = [p.metadata.name for p in found if p.status.phase not in _ENDED and not p.spec.host_network]
    what = f"{str(selector) or 'all pods'} in {wish.namespace}"
    if not names:
        return f"{what} selects no pod now: is that the label you meant?"
    more = f", and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    count = f"{len(names)} pod" if len(names) == 1 else f"{len(names)} pods"
    return f"{what} selects {count}: {', '.join(names[:_SHOWN])}{more}"
