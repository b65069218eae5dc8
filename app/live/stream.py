"""What happens around one grant as lines: the cluster's Events of its objects, and netgrant's own words.

Law: pure and bounded. An Event that the cluster repeats is one line, moved to the end with its count. While
held, nothing that is shown changes; what comes meanwhile waits and is counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.domain.objects import Event, ObjectReference
from app.live.events import EventLog, moment_of

LIMIT = 2000
"""Lines kept; the oldest go first."""

_SHORT = {"NetworkPolicy": "Policy"}
Subject = tuple[str, str, str]
"""Kind, namespace and name of what an Event is about."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One line."""

    moment: datetime
    subject: str
    text: str
    count: int = 1
    is_warning: bool = False
    is_own: bool = False
    """Whether netgrant says it, and not the cluster."""

    def holds(self, text: str) -> bool:
        """Tell whether it holds a text, in lower case."""
        return text in self.text.lower() or text in self.subject.lower()


class Stream:
    """The lines about one grant.

    Args:
        events: what the cluster tells.
        limit: how many lines are kept.
    """

    def __init__(self, events: EventLog, limit: int = LIMIT) -> None:
        self._events = events
        self._limit = limit
        self._subjects: set[Subject] = set()
        self._told: dict[object, Happened] = {}
        self._seen = -1
        self._held: tuple[Happened, ...] | None = None
        self._filter = ""
        self._version = 0
        self._drawn: tuple[int, tuple[Happened, ...]] = (-1, ())
        self.dropped = 0
        """How many lines were forgotten because there were too many."""

    @property
    def is_held(self) -> bool:
        """Tell whether it is paused."""
        return self._held is not None

    @property
    def filter(self) -> str:
        """Return the text that each line shown holds; empty for all."""
        return self._filter

    @property
    def waiting(self) -> int:
        """Return how many lines have come or changed since it was paused."""
        return 0 if self._held is None else len(set(self._all()) - set(self._held))

    def concern(self, subjects: Iterable[Subject]) -> None:
        """Take in the Events of these objects, too; those of an object that is gone stay."""
        wanted = self._subjects.union(subjects)
        if len(wanted) > len(self._subjects):
            self._subjects = wanted
            self._seen = -1  # what was passed over before is looked through again

    def tell(self, *own: Happened) -> None:
        """Add netgrant's own words."""
        new: dict[object, Happened] = {line: line for line in own if line not in self._told}
        if new:
            self._told |= new
            self._settle()

    def advance(self) -> None:
        """Take in what the cluster has told since."""
        version = self._events.version
        if version == self._seen:
            return
        fresh = (
            self._events.about(self._concerns)
            if self._seen < 0
            else [e for e in self._events.newest(version - self._seen) if self._concerns(e.involved_object)]
        )
        self._seen = version
        changed = False
        for event in fresh:
            key, line = (event.metadata.namespace, event.metadata.name), _line(event)
            if self._told.get(key) != line:
                self._told[key] = line
                changed = True
        if changed:
            self._settle()

    def _concerns(self, about: ObjectReference) -> bool:
        return (about.kind, about.namespace, about.name) in self._subjects

    def _settle(self) -> None:
        """Put the lines in order, and forget the oldest where there are too many."""
        ordered = sorted(self._told.items(), key=lambda item: item[1].moment)
        over = max(0, len(ordered) - self._limit)
        self.dropped += over
        self._told = dict(ordered[over:])
        self._version += 1

    def _all(self) -> tuple[Happened, ...]:
        if self._drawn[0] != self._version:
            self._drawn = self._version, tuple(self._told.values())
        return self._drawn[1]

    def hold(self, held: bool) -> None:
        """Pause, or let it go on."""
        self._held = self._all() if held else None

    def narrow(self, text: str) -> None:
        """Show only lines that hold a text, whatever its capitals."""
        self._filter = text.lower()

    def lines(self) -> tuple[Happened, ...]:
        """Return what is to be shown, newest last."""
        kept = self._all() if self._held is None else self._held
        return tuple(line for line in kept if line.holds(self._filter)) if self._filter else kept


def _line(event: Event) -> Happened:
    about = event.involved_object
    reason = f"{event.reason}: " if event.reason else ""
    return Happened(
        moment_of(event),
        f"{_SHORT.get(about.kind, about.kind)}/{about.name}",
        f"{reason}{event.message}",
        max(1, event.count),
        event.type not in ("", "Normal"),
    )
