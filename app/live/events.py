"""The Events of the namespaces that somebody looks at, newest last, bounded.

Law: pure; an Event that the cluster repeats (``count`` grows) is held once, in its newest state.
"""

from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice

from app.domain.objects import Event, ObjectReference

LIMIT = 5000
"""Events held in all; the oldest go first."""
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def moment_of(event: Event) -> datetime:
    """Return when it happened last."""
    return event.last_timestamp or event.event_time or event.metadata.creation_timestamp or _NEVER


class EventLog:
    """What happened, as the cluster tells it."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._held: OrderedDict[tuple[str, str], Event] = OrderedDict()
        self.version = 0
        """Grows with each change."""
        self.dropped = 0
        """How many were forgotten because there were too many."""

    def put(self, event: Event) -> None:
        """Hold an event, as the newest."""
        key = event.metadata.namespace, event.metadata.name
        self._held[key] = event
        self._held.move_to_end(key)
        self.version += 1
        while len(self._held) > self._limit:
            self._held.popitem(last=False)
            self.dropped += 1

    def about(self, concerns: Callable[[ObjectReference], bool]) -> tuple[Event, ...]:
        """Return the events about some objects, oldest first."""
        found = [event for event in self._held.values() if concerns(event.involved_object)]
        return tuple(sorted(found, key=moment_of))

    def newest(self, count: int) -> tuple[Event, ...]:
        """Return those that were put last, at most ``count``, oldest first: all that came in as many puts."""
        return tuple(islice(reversed(self._held.values()), max(0, count)))[::-1]

    def __len__(self) -> int:
        return len(self._held)
