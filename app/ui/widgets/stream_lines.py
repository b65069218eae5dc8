"""The stream of what happens around a grant, drawn: it follows its end unless somebody has scrolled up."""

from collections.abc import Sequence
from datetime import date, datetime

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.events import Resize
from textual.message import Message

from app.domain.durations import format_moment
from app.domain.link import LinkState
from app.live.cluster import Kind, LiveCluster
from app.live.stream import Happened, Stream
from app.ui.widgets.lines import Line, Lines, quiet, width_of

_NARROWEST_SUBJECT = 14


class StreamLines(Lines):
    """Lines whose newest is the last."""

    class Followed(Message):
        """Somebody scrolled up, or came back to the end."""

        def __init__(self, stream: "StreamLines") -> None:
            super().__init__()
            self.stream = stream

        @property
        def control(self) -> "StreamLines":
            """Return the list."""
            return self.stream

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._told: Sequence[Happened] = ()
        self._now: datetime | None = None
        self._made: dict[Happened, tuple[Line, int]] = {}
        self._form: tuple[int, date] | None = None
        self.is_following = True
        """Whether the newest line is in view, and the next will be, too."""

    def tell(self, told: Sequence[Happened], now: datetime) -> None:
        """Show these; who has scrolled up goes on seeing what they saw."""
        if told == self._told and self._now and self._now.date() == now.date() and self.lines:
            return
        at = self.scroll_offset.y
        top = self._told[at] if not self.is_following and at < len(self._told) else None
        self._told, self._now = told, now
        self._draw()
        if top is not None and top in told:
            self.scroll_to(y=told.index(top), animate=False, immediate=True)

    def _draw(self) -> None:
        if self._now is None or not self._told:
            return
        room = max(_NARROWEST_SUBJECT, self.size.width // 4)
        width = min(max(cell_len(line.subject) for line in self._told), room)
        form = width, self._now.date()
        known = self._made if form == self._form else {}
        self._form = form
        # What is drawn already is drawn again as it is: of two thousand lines a few are new.
        made = [known.get(told) or self._make(told, width, self._now) for told in self._told]
        self._made = dict(zip(self._told, made, strict=True))
        self.lay([line for line, _ in made], max(columns for _, columns in made))
        if self.is_following:
            self.follow()

    @staticmethod
    def _make(told: Happened, width: int, now: datetime) -> tuple[Line, int]:
        line = _line(told, width, now)
        return line, width_of(line)

    def show(self, lines: Sequence[Line]) -> None:
        """Show other lines."""
        self._told, self._made = (), {}
        super().show(lines)

    def follow(self) -> None:
        """Go to the end, and stay there; by force, for the scrollbar may not be there yet."""
        self.scroll_end(animate=False, immediate=True, x_axis=False, force=True)

    def on_resize(self, event: Resize) -> None:
        """Give the names as much room as there is."""
        self._draw()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow while the end is in view."""
        super().watch_scroll_y(old_value, new_value)
        is_following = round(new_value) >= self.max_scroll_y
        if is_following is not self.is_following:
            self.is_following = is_following
            self.post_message(self.Followed(self))


def _line(told: Happened, width: int, now: datetime) -> Line:
    moment, today = format_moment(told.moment), format_moment(now)
    when = moment[11:19] if moment[:10] == today[:10] else f"{moment[5:10]} {moment[11:16]}"
    return (
        (f"{when} ", "-quiet"),
        ("! " if told.is_warning else "  ", "-warn"),
        (f"{_fit(told.subject, width)}  ", "-own" if told.is_own else ""),
        (f"×{told.count} " if told.count > 1 else "", "-title"),  # in front: a long text is cut
        (told.text, "-warn" if told.is_warning else ""),
    )


def _fit(subject: str, width: int) -> str:
    """Return ``Kind/name`` in so many cells; of a longer name the end is kept, which tells pods apart."""
    over = cell_len(subject) - width
    if over <= 0:
        return subject + " " * -over
    kind, slash, name = subject.partition("/")
    kept = width - cell_len(kind) - len(slash) - 1
    if kept < 5:
        return set_cell_size(subject, width - 1) + "…"
    return set_cell_size(f"{kind}{slash}…{name[-kept:]}", width)


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
    is_following, unfollowed = where
    words = ["Events, UTC", *_state_of_link(cluster)]
    if stream.is_held:
        words.append(f"‖ paused, {stream.waiting} waiting (p goes on)")
    elif not is_following:
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
