"""The tab with the pods that a grant is about and the stream of what happens around it.

Law: texts come cleaned. However much happens, no more is looked through than what is new, and the list of
pods is made again only as often as its making takes little of the time.
"""

from time import perf_counter

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import Resize
from textual.widget import Widget
from textual.widgets import Input, Static

from app.live.cluster import LiveCluster
from app.live.concerned import Concerned
from app.live.own_words import beginning
from app.live.stream import Stream, Subject
from app.ui.view import Shown, View
from app.ui.widgets.lines import Lines, quiet
from app.ui.widgets.pane import Means, Pane
from app.ui.widgets.pod_lines import pod_lines
from app.ui.widgets.stream_lines import StreamLines, head_of, nothing_yet

WIDE = 110
"""From so many columns on, pods and events stand side by side."""
_MOST_NAMESPACES = 8
"""Each namespace whose events are followed is a watch of its own."""
_REST_FACTOR = 20
"""Making the list of pods takes at most a twentieth of the time."""
_CHEAP_SECONDS = 0.002


class Activity(Pane):
    """Pods on the left, or above where it is narrow; events beside them."""

    def __init__(self, means: Means) -> None:
        super().__init__()
        self._means = means
        self._shown: Shown | None = None
        self._concerned: dict[LiveCluster, Concerned] = {}
        self._stream: Stream | None = None
        self._rest_until = 0.0
        self._before: Widget | None = None
        self._ask = Input(placeholder="text that the events hold", id="events-filter", compact=True)
        self._ask.display = False

    def compose(self) -> ComposeResult:
        """Two lists, and what there is to say of the second."""
        yield Lines(id="pods")
        with Vertical(id="events"):
            yield Static(id="events-head")
            yield self._ask
            yield StreamLines(id="stream")

    def on_resize(self, event: Resize) -> None:
        """Stand side by side where there is room."""
        self.set_class(event.size.width >= WIDE, "-wide")

    def on_mount(self) -> None:
        """Draw what was given before there was anything to draw on."""
        self._draw_all()

    def look_at(self, shown: Shown | None, view: View) -> None:
        """Show another grant, or another state of it."""
        before, self._shown = self._shown, shown
        self._view = view
        if shown is None:
            self._stream = None
        elif before is None or before.key != shown.key or before.cluster is not shown.cluster:
            wanted = self._stream.filter if self._stream else ""
            if shown.cluster not in self._concerned:
                self._concerned[shown.cluster] = Concerned(shown.cluster.population)
            self._stream = Stream(shown.cluster.events)
            self._stream.narrow(wanted)
            self._spaces: dict[str, None] = {}
            if before is not None and before.cluster is not shown.cluster:
                before.cluster.wish_events(())
        self._rest_until = 0.0
        self._draw_all()

    def show_view(self, view: View) -> None:
        """Bring both lists up to date."""
        self._view = view
        self._draw_all()

    def _draw_all(self) -> None:
        if not self.query(StreamLines):  # it stands within a box, which is made first
            return
        if self._shown is None or self._stream is None:
            self.query_one("#pods", Lines).show([quiet("No grant is chosen.")])
            self.query_one(StreamLines).show([])
            self.query_one("#events-head", Static).update(Content(""))
            return
        if perf_counter() >= self._rest_until:
            begun = perf_counter()
            self._look_for_pods(self._shown)
            cost = perf_counter() - begun
            self._rest_until = begun + cost * _REST_FACTOR if cost > _CHEAP_SECONDS else 0.0
        own = self._means.diary.of(*self._shown.key)
        self._stream.tell(*beginning(self._shown.row), *own)
        self._stream.advance()
        self._draw_stream(self._shown, self._stream)

    def _look_for_pods(self, shown: Shown) -> None:
        assert self._stream is not None
        cluster = shown.cluster
        grant = cluster.rows.grant(shown.row.id)
        ends = self._concerned[cluster].ends(grant.policies if grant else ())
        now = cluster.server_now(self._view.now)
        self.query_one("#pods", Lines).show(pod_lines(ends, cluster, shown.row.namespaces, now))
        pods = [pod.metadata for end in ends for pod in end.pods]
        objects: list[Subject] = [("Pod", meta.namespace, meta.name) for meta in pods]
        for part in shown.row.parts:
            objects += [
                (kind, part.namespace, name)
                for kind, name in (("NetworkPolicy", part.policy), ("Job", part.job))
                if name
            ]
        self._stream.concern(objects)
        self._spaces |= dict.fromkeys((*shown.row.namespaces, *(meta.namespace for meta in pods)))
        cluster.wish_events([*self._spaces][:_MOST_NAMESPACES])

    def _draw_stream(self, shown: Shown, stream: Stream) -> None:
        lines = stream.lines()
        shelf = self.query_one(StreamLines)
        if lines:
            shelf.tell(lines, shown.cluster.server_now(self._view.now))
        else:
            shelf.show(nothing_yet(shown.cluster, stream))
        self._draw_head()

    def _draw_head(self) -> None:
        if self._shown is None or self._stream is None:
            return
        unfollowed = max(0, len(self._spaces) - _MOST_NAMESPACES)
        where = self.query_one(StreamLines).is_following, unfollowed
        self.query_one("#events-head", Static).update(
            head_of(self._shown.cluster, self._stream, where), layout=False
        )

    def on_stream_lines_followed(self, event: StreamLines.Followed) -> None:
        """Say whether there is more below."""
        event.stop()
        self._draw_head()

    def pause(self) -> None:
        """Hold the stream, or let it go on from its end."""
        if self._stream is None:
            return
        self._stream.hold(not self._stream.is_held)
        self._draw_all()
        if not self._stream.is_held:
            self.query_one(StreamLines).follow()

    def ask(self) -> None:
        """Ask for the text that events must hold."""
        self._before = self.screen.focused
        self._ask.display = True
        self._ask.focus()

    def clear(self) -> bool:
        """Show all events again; tell whether some were left out."""
        had = bool(self._ask.value) or self._ask.display
        self._ask.value = ""
        self._leave()
        return had

    def _leave(self) -> None:
        if self._ask.display:
            self._ask.display = False
            if self._before is not None:
                self.screen.set_focus(self._before)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter while it is typed."""
        event.stop()
        if self._stream is not None:
            self._stream.narrow(event.value)
            self._draw_all()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the filter, and go back to where the cursor was."""
        event.stop()
        self._leave()

    def copyable(self) -> str:
        """Return pods and events as text."""
        return "\n".join(lines.text() for lines in self.query(Lines))
