"""The dashboard: what is open, for how long, and who will close it.

Law: it joins what is followed to what is shown; nothing is worked out here that did not change.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.events import Key as KeyEvent
from textual.widgets import Static

from app.commands.catalog import DASHBOARD, Key
from app.live.cluster import LiveCluster, Stage
from app.live.counting import Counting
from app.live.projector import Change, RowChange
from app.ui import routes
from app.ui.cursor import Key as GrantKey
from app.ui.emptiness import why_empty
from app.ui.feed import Happened
from app.ui.headline import headline
from app.ui.keys import bindings
from app.ui.screens.table_actions import TableActions
from app.ui.view import RowKey, Shown, View
from app.ui.widgets.detail import Detail
from app.ui.widgets.filter_bar import FilterBar
from app.ui.widgets.grant_table import GrantTable
from app.ui.widgets.header import Header
from app.ui.widgets.key_line import KeyLine

_CHANGE_SHOWS = timedelta(seconds=2)
"""How long a grant that has changed is marked."""
_NEW = timedelta(minutes=1)
"""A grant that was made longer ago is not new, though it may be seen for the first time."""


class Dashboard(TableActions):
    """Header, filter, table, details, keys."""

    KEYS: ClassVar[tuple[Key, ...]] = DASHBOARD
    BINDINGS: ClassVar[list[BindingType]] = bindings(DASHBOARD)
    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (75, "-narrow"), (120, "-wide")]  # noqa: RUF012 (no ClassVar in Screen)
    VERTICAL_BREAKPOINTS = [(0, "-low"), (14, "-short"), (34, "-tall")]  # noqa: RUF012
    AUTO_FOCUS = "GrantTable"

    def __init__(self) -> None:
        super().__init__()
        self._counts: dict[LiveCluster, Counting] = {}
        self._is_told = False
        """Whether it has been told that no cluster can be shown."""
        self.add_class("-empty")
        self._made: GrantKey | None = None
        """A grant that was made here and is not listed yet."""

    def compose(self) -> ComposeResult:
        """Top to bottom."""
        hint = Static(Content(self.net.backend.preferences.hint), id="hint")
        hint.display = bool(self.net.backend.preferences.hint)
        yield Header()
        yield hint
        yield FilterBar()
        yield GrantTable(self._pods_of)
        yield Detail(self.net.backend.log, id="detail")
        yield KeyLine()

    def on_mount(self) -> None:
        """Hear of what becomes of grants."""
        self.net.feed.happenings.subscribe(self, self._note)
        self.table.tell_keeping(not self.net.backend.preferences.read_only)
        super().on_mount()

    def _pods_of(self, shown: Shown) -> int | None:
        counting = self._counts.get(shown.cluster)
        if counting is None:
            counting = self._counts[shown.cluster] = Counting(shown.cluster)
        return counting.count(shown.row.id, int(self.net.feed.view.now.timestamp()))

    def show_view(self, view: View) -> None:
        """Show what has changed."""
        self._list(view)
        self.query_one(Detail).show_view(view)
        self._counts = {cluster: count for cluster, count in self._counts.items() if cluster in view.clusters}
        has_failed = all(cluster.status.stage is Stage.FAILED for cluster in view.clusters)
        if not (has_failed and view.clusters):
            self._is_told = False
        elif not self._is_told and self.is_current:
            self._is_told = True
            self.call_next(routes.trouble, self, view.clusters[0])

    def _list(self, view: View) -> None:
        """List the rows as they are now, and say around the table what they come to."""
        table, arranged = self.table, self.arrangement.arrange(view)
        has_clusters = len(view.clusters) > 1
        if has_clusters != table.has_clusters:
            table.tell_order(self.arrangement.order, has_clusters=has_clusters)
        if arranged is not self.arranged:
            self.arranged = arranged
            table.keep_marks(arranged.standing)
            self.set_class(not arranged.total, "-empty")
        table.flash(self._alerted(view))
        read_only = self.net.backend.preferences.read_only
        table.say(why_empty(view, arranged, read_only=read_only))
        table.show(arranged.rows, view.now)
        made = self._made
        if made is not None and made in arranged.standing:
            table.go_to(made)
            self._made = None
        marks = len(table.marked), table.hidden_marks
        self.query_one(Header).show(headline(view, arranged, marks=marks, read_only=read_only))
        if self.arrangement.filter:
            self.query_one(FilterBar).tell(f"{len(arranged.rows)} of {arranged.total}")

    def _alerted(self, view: View) -> dict[GrantKey, datetime]:
        """Return the grants that somebody was just told of, and until when they stay marked."""
        marks = self.net.alerting.marks
        if not marks:
            return {}
        clusters = {cluster.name: cluster for cluster in view.clusters}
        return {(clusters[name], at): until for (name, at), until in marks.items() if name in clusters}

    def relist(self) -> None:
        """List the rows anew, for the filter, the order or the marks are others."""
        self._list(self.net.feed.view)

    def _note(self, happened: tuple[Happened, ...]) -> None:
        """Mark for a moment what has changed and what is new, not what is merely seen for the first time."""
        view = self.net.feed.view
        self.query_one(Detail).happened(happened, view)
        until = view.now + _CHANGE_SHOWS
        self.table.flash(
            {
                (cluster, change.row.id): until
                for cluster, change in happened
                if _is_news(cluster, change, view)
            }
        )

    def note_done(self, keys: Iterable[RowKey]) -> None:
        """Take the marks off grants that were acted on."""
        self.table.unmark(keys)
        self.relist()

    def note_made(self, cluster: LiveCluster, grant_id: str) -> None:
        """Let the cursor come to a grant that was made here, as soon as it is listed."""
        self._made = cluster, grant_id
        self.relist()

    def on_grant_table_looked(self, event: GrantTable.Looked) -> None:
        """Show the details of the grant under the cursor."""
        self.query_one(Detail).look_at(event.shown, self.net.feed.view)

    def on_key(self, event: KeyEvent) -> None:
        """Take the hint away at the first key."""
        self.query_one("#hint").display = False


def _is_news(cluster: LiveCluster, change: RowChange, view: View) -> bool:
    if change.change is not Change.STANDS:
        return change.change is Change.CHANGED
    made = change.row.created_at
    return made is not None and cluster.server_now(view.now) - made < _NEW
