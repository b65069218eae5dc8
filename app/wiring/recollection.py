"""What the registry remembers of the clusters that are shown first, read while the screens are being loaded.

Law: nobody waits for it for long. What has not been read in time is asked for again behind the first frame.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from app.errors import NetgrantError
from app.settings import Settings
from app.wiring.sessions import server_url

if TYPE_CHECKING:
    from app.live.cluster import Memory
    from app.ui.view import View


@dataclass(frozen=True, slots=True)
class Moment:
    """When it is, and how long before its end a grant counts as expiring."""

    now: datetime
    expiring: timedelta


def remember(settings: Settings, context: str | None, moment: Moment) -> "Memory | None":
    """Return what the registry remembers as standing in a context's cluster; None if nothing.

    Raises:
        ConfigError: there is no such context.
        RegistryError: the registry cannot be read.
    """
    from app.live.cluster import Memory
    from app.live.remembered import remembered
    from app.registry.recall import recall

    recalled = recall(Path(settings.registry), server_url(settings, context), moment.now)
    rows = tuple(remembered(record, moment.now, moment.expiring) for record in recalled.grants)
    return Memory(rows, recalled.heard_at or moment.now) if rows else None


class Recollection:
    """Reads what is remembered of some contexts, in a thread from the moment it is made.

    Args:
        settings: the settings.
        contexts: the contexts that will be shown first.
        moment: when it is.
    """

    def __init__(self, settings: Settings, contexts: Iterable[str | None], moment: Moment) -> None:
        self._found: dict[str | None, Memory | None] = {}
        self._given = settings, tuple(contexts), moment
        self._thread = Thread(target=self._read, name="recollection", daemon=True)
        self._thread.start()

    def _read(self) -> None:
        settings, contexts, moment = self._given
        for context in contexts:
            try:
                self._found[context] = remember(settings, context, moment)
            except NetgrantError:
                return  # it is asked for again, and said where a connection or the registry is needed

    def view(self, patience_seconds: float) -> "View":
        """Return what has been read within a while, as the screens will show it."""
        from app.live.cluster import LiveCluster
        from app.ui.view import View

        self._thread.join(patience_seconds)
        _, contexts, moment = self._given
        clusters = tuple(LiveCluster(context, moment.expiring) for context in contexts)
        for cluster in clusters:
            cluster.memory = self._found.get(cluster.wanted)
        return View(moment.now, clusters, 1)

    def take(self, context: str | None) -> "Memory | None":
        """Return what has been read of a context's cluster so far; None if nothing."""
        return self._found.pop(context, None)
