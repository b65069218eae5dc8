"""When the garbage collector may look: not while thousands of objects are listed, and never at those again.

Law: whoever starts the process decides. Where the collector is on already it is left alone.

A full collection over ten thousand grants holds the loop for 200 ms, and finds nothing: what was listed holds
no cycles and goes by counting references, frozen or not. What screens leave behind is still looked for.
"""

import gc
from collections.abc import Iterable

from app.domain.link import LinkState
from app.live.cluster import Kind, LiveCluster, Stage

PATIENCE_SECONDS = 20.0
"""How long a list may take before the collector is let go all the same."""
_THRESHOLDS = 5_000, 20, 100
"""Drawing a screen makes a thousand objects and lets go of them: the usual 700 would look all the time."""
_BULK = (Kind.POLICIES, Kind.JOBS, Kind.PODS, Kind.WORKLOADS, Kind.SERVICES)


class Garbage:
    """Keeps the collector off while clusters are listed, where the process left that to us."""

    def __init__(self) -> None:
        self._is_ours = not gc.isenabled()
        self._loads_since: float | None = None

    def mind(self, clusters: Iterable[LiveCluster], *, is_judged: bool, now: float) -> None:
        """Turn the collector off where a list begins, and on once all is listed and judged.

        Args:
            clusters: all that are followed.
            is_judged: whether all that was listed has become rows.
            now: the loop's time.
        """
        if not self._is_ours:
            return
        if is_judged and not any(map(_is_loading, clusters)):
            self._loads_since = None
        elif self._loads_since is None:
            self._loads_since = now
            gc.freeze()  # the watch sweeps what is new to the collector: not all that was imported
            gc.disable()
        is_done = self._loads_since is None or now - self._loads_since > PATIENCE_SECONDS
        if is_done and not gc.isenabled():
            gc.freeze()
            gc.set_threshold(*_THRESHOLDS)
            gc.enable()


def _is_loading(cluster: LiveCluster) -> bool:
    links = cluster.status.links
    if cluster.status.stage is Stage.FAILED:
        return False
    return any(kind not in links or links[kind].state is LinkState.LOADING for kind in _BULK)
