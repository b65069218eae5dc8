"""The stream of what happens around a grant, drawn: it follows its end unless somebody has scrolled up."""

from collections.abc import Sequence
from datetime import datetime

from rich.cells import cell_len
from textual.content import Content

from app.domain.link import LinkState
from app.live.cluster import Kind, LiveCluster
from app.live.stream import Happened, Stream
from app.ui.widgets.lines import Line, Lines, quiet

_WIDEST_SUBJECT = 34


class StreamLines(Lines):
    """Lines whose newest is the last."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._told: Sequence[Happened] = ()
        self._day: datetime | None = None

    @property
    def is_at_end(self) -> bool:
        """Tell whether the newest line is in view, so that the next will be, too."""
        return self.scroll_offset.y >= self.max_scroll_y

    def tell(self, told: Sequence[Happened], now: datetime) -> None:
        """Show these; who has scrolled up goes on seeing what they saw."""
        day = now.replace(hour=0, minute=0, second=0, microsecond=0)
        if told == self._told and day == self._day and self.lines:
            return
        at_end = self.is_at_end
        top = (
            self._told[self.scroll_offset.y]
            if not at_end and self.scroll_offset.y < len(self._told)
            else None
        )
        self._told, self._day = told, day
        width = min(max((cell_len(line.subject) for line in told), default=0), _WIDEST_SUBJECT)
        self.show([_line(line, width, now) for line in told])
        if at_end:
            self.follow()
        elif top is not None and top in told:
            self.scroll_to(y=told.index(top), animate=False, immediate=True)

    def show(self, lines: Sequence[Line]) -> None:
        """Show other lines."""
        if not lines:
            self._told = ()
        super().show(lines)

    def follow(self) -> None:
        """Go to the end, and stay there."""
        self.scroll_end(animate=False, immediate=True, x_axis=False)


def _line(told: Happened, width: int, now: datetime) -> Line:
    form = "%H:%M:%S" if told.moment.date() == now.date() else "%m-%d %H:%M"
    subject = told.subject + " " * max(0, width - cell_len(told.subject))
    return (
        (f"{told.moment:{form}} ", "-quiet"),
        ("! " if told.is_warning else "  ", "-warn"),
        (f"{subject}  ", "-own" if told.is_own else ""),
        (told.text, "-warn" if told.is_warning else ""),
        (f"  ×{told.count}" if told.count > 1 else "", "-title"),
    )


def nothing_yet(cluster: LiveCluster, stream: Stream) -> list[Line]:
    """Return what stands in the place of events where there are none to show."""
    if stream.filter:
        return [quiet(f"No event holds {stream.filter!r}.")]
    link = cluster.status.links.get(Kind.EVENTS)
    if link is None or link.state is LinkState.LOADING:
        return []
    if link.state is LinkState.DENIED:
        return [quiet("What netgrant itself sees of the grant is shown here all the same.")]
    return [quiet("Nothing has happened yet.")]


def head_of(cluster: LiveCluster, stream: Stream, where: tuple[bool, int]) -> Content:
    """Return the line above the events.

    Args:
        cluster: where; how far its events are known is said.
        stream: what is shown.
        where: whether the newest line is in view, and of how many namespaces no events are followed.
    """
    is_at_end, unfollowed = where
    words = ["Events, UTC", *_state_of_link(cluster)]
    if stream.is_held:
        words.append(f"‖ paused, {stream.waiting} waiting (p goes on)")
    elif not is_at_end:
        words.append("↓ more below (End)")
    if stream.filter:
        words.append(f"only with {stream.filter!r}")
    if stream.dropped:
        words.append(f"{stream.dropped} older ones dropped")
    if unfollowed:
        words.append(f"{unfollowed} namespaces not followed")
    return Content(" · ".join(words))


def _state_of_link(cluster: LiveCluster) -> list[str]:
    link = cluster.status.links.get(Kind.EVENTS)
    if link is None or link.state is LinkState.LOADING:
        return ["… loading"]
    if link.state is LinkState.DENIED:
        return ["! events may not be read here"]
    if link.state is LinkState.STALE:
        return [f"! as of {link.since:%H:%M:%S}: the link is lost"]
    return []
