"""The dashboard: what is open, for how long, and who will close it.

Law: it joins what is followed to what is shown; nothing is worked out here that did not change.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.events import Key as KeyEvent
from textual.widgets import Static

from app.commands.catalog import DASHBOARD, Key
from app.domain.durations import format_moment
from app.errors import InputError, NetgrantError
from app.live.cluster import LiveCluster, Stage
from app.live.counting import Counting
from app.live.filtering import Filter, parse_filter
from app.live.projector import Change
from app.ui import routes
from app.ui.arrangement import Arranged, Arrangement
from app.ui.cells import one_line
from app.ui.cursor import Key as GrantKey
from app.ui.emptiness import why_empty
from app.ui.feed import Happened
from app.ui.headline import headline
from app.ui.keys import bindings
from app.ui.screens.grant_actions import GrantActions
from app.ui.view import RowKey, Shown, View
from app.ui.widgets.detail import Detail
from app.ui.widgets.filter_bar import FilterBar
from app.ui.widgets.grant_table import GrantTable
from app.ui.widgets.header import Header
from app.ui.widgets.key_line import KeyLine

_CHANGE_SHOWS = timedelta(seconds=2)
"""How long a grant that has changed is marked."""


class Dashboard(GrantActions):
    """Header, filter, table, details, keys."""

    KEYS: ClassVar[tuple[Key, ...]] = DASHBOARD
    BINDINGS: ClassVar[list[BindingType]] = bindings(DASHBOARD)
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]  # noqa: RUF012 (no ClassVar in Screen)
    VERTICAL_BREAKPOINTS = [(0, "-low"), (14, "-short"), (34, "-tall")]  # noqa: RUF012
    AUTO_FOCUS = "GrantTable"

    def __init__(self) -> None:
        super().__init__()
        self._arrangement = Arrangement()
        self._arranged = Arranged()
        self._counts: dict[LiveCluster, Counting] = {}
        self._synced: frozenset[LiveCluster] = frozenset()
        self._troubled: frozenset[LiveCluster] = frozenset()
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
        super().on_mount()

    @property
    def _table(self) -> GrantTable:
        return self.query_one(GrantTable)

    @property
    def current(self) -> Shown | None:
        """Return the grant under the cursor."""
        return self._table.current

    @property
    def chosen(self) -> tuple[Shown, ...]:
        """Return the grants that are marked, else the one under the cursor."""
        table = self._table
        return table.marked or ((table.current,) if table.current else ())

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
        self._synced = frozenset(cluster for cluster in view.clusters if cluster.is_synced)
        failed = frozenset(cluster for cluster in view.clusters if cluster.status.stage is Stage.FAILED)
        if failed and len(failed) == len(view.clusters) and not failed & self._troubled and self.is_current:
            self.call_next(routes.trouble, self, view.clusters[0])
        self._troubled = failed

    def _list(self, view: View) -> None:
        """List the rows as they are now, and say around the table what they come to."""
        table, arranged = self._table, self._arrangement.arrange(view)
        has_clusters = len(view.clusters) > 1
        if has_clusters != table.has_clusters:
            table.tell_order(self._arrangement.order, has_clusters=has_clusters)
        if arranged is not self._arranged:
            self._arranged = arranged
            table.keep_marks(arranged.standing)
        table.flash(self._alerted(view))
        read_only = self.net.backend.preferences.read_only
        table.say(why_empty(view, arranged, read_only=read_only))
        table.show(arranged.rows, view.now)
        if self._made is not None and self._made in arranged.standing:
            table.go_to(self._made)
            self._made = None
        marks = len(table.marked), table.hidden_marks
        self.query_one(Header).show(headline(view, arranged, marks=marks, read_only=read_only))
        if self._arrangement.filter:
            self.query_one(FilterBar).tell(f"{len(arranged.rows)} of {arranged.total}")

    def _alerted(self, view: View) -> dict[GrantKey, datetime]:
        """Return the grants that somebody was just told of, and until when they stay marked."""
        marks = self.net.alerting.marks
        if not marks:
            return {}
        clusters = {cluster.name: cluster for cluster in view.clusters}
        return {(clusters[name], at): until for (name, at), until in marks.items() if name in clusters}

    def _relist(self) -> None:
        self._list(self.net.feed.view)

    def _note(self, happened: tuple[Happened, ...]) -> None:
        """Mark what has changed for a moment, but for the rows of a first list: those did not change."""
        view = self.net.feed.view
        self.query_one(Detail).happened(happened, view)
        until = view.now + _CHANGE_SHOWS
        self._table.flash(
            {
                (cluster, change.row.id): until
                for cluster, change in happened
                if cluster in self._synced and change.change is not Change.ENDED
            }
        )

    def note_done(self, keys: Iterable[RowKey]) -> None:
        """Take the marks off grants that were acted on."""
        self._table.unmark(keys)
        self._relist()

    def note_made(self, cluster: LiveCluster, grant_id: str) -> None:
        """Let the cursor come to a grant that was made here, as soon as it is listed."""
        self._made = cluster, grant_id
        self._relist()

    def on_grant_table_looked(self, event: GrantTable.Looked) -> None:
        """Show the details of the grant under the cursor."""
        self.query_one(Detail).look_at(event.shown, self.net.feed.view)

    def on_grant_table_opened(self) -> None:
        """Show the details large."""
        self._enlarge(True)

    def on_grant_table_title_chosen(self, event: GrantTable.TitleChosen) -> None:
        """Sort by the column whose title was clicked."""
        self.action_sort(event.order)

    def on_key(self, event: KeyEvent) -> None:
        """Take the hint away at the first key."""
        self.query_one("#hint").display = False

    def action_sort(self, by: str) -> None:
        """Sort the rows, or turn their order."""
        self._arrangement.order = self._arrangement.order.then(by)
        self._table.tell_order(self._arrangement.order, has_clusters=self._table.has_clusters)
        self._relist()

    def action_filter(self) -> None:
        """Type a filter."""
        self._enlarge(False)
        self.query_one(FilterBar).open()

    def on_filter_bar_typed(self, event: FilterBar.Typed) -> None:
        """Filter while it is typed; while it cannot be read that is said, and nothing is left out."""
        try:
            self._arrangement.filter, error = parse_filter(event.text), ""
        except InputError as wrong:
            self._arrangement.filter, error = Filter(), wrong.message
        event.bar.tell(error, is_wrong=True)
        self._relist()

    def on_filter_bar_kept(self, event: FilterBar.Kept) -> None:
        """Go back to the rows; an empty filter is none."""
        self._table.focus()
        if not event.bar.text:
            self._unfilter()

    def _unfilter(self) -> None:
        self._arrangement.filter = Filter()
        self.query_one(FilterBar).close()
        self._table.focus()
        self._relist()

    def action_mark(self) -> None:
        """Mark the grant and go on, or take its mark off."""
        self._table.mark()
        self._relist()

    def action_unmark(self) -> None:
        """Take all marks off."""
        self._table.keep_marks(())
        self._relist()

    def action_show(self) -> None:
        """Show the details large, or small again."""
        self._enlarge(not self.has_class("-detailed"))

    def _enlarge(self, is_large: bool) -> None:
        self.set_class(is_large, "-detailed")
        if not is_large:
            self._table.focus()

    def action_policy(self) -> None:
        """Show the policies."""
        self._open("policy")

    def action_activity(self) -> None:
        """Show pods and events."""
        self._open("activity")

    def action_record(self) -> None:
        """Show what the registry holds."""
        self._open("record")

    def _open(self, tab: str) -> None:
        if self.has_class("-low"):
            self._enlarge(True)
        self.query_one(Detail).open(tab)

    def action_pause(self) -> None:
        """Hold the stream of events."""
        self.query_one(Detail).pause()

    def action_filter_events(self) -> None:
        """Filter the events."""
        self.query_one(Detail).filter_events()

    def action_back(self) -> None:
        """Close what was opened last: the filter of a tab, large details, the filter, marks."""
        table, bar = self._table, self.query_one(FilterBar)
        if bar.is_typing:
            self._unfilter()
        elif self.query_one(Detail).clear():
            table.focus()
        elif self.has_class("-detailed") or not table.has_focus:
            self._enlarge(False)
        elif bar.display:
            self._unfilter()
        else:
            self.action_unmark()

    def action_copy(self) -> None:
        """Copy the grant under the cursor."""
        if (shown := self.current) is None:
            self.net.say("There is no grant under the cursor", "warning")
            return
        deadline = shown.row.deadline
        self.app.copy_to_clipboard(one_line(shown, format_moment(deadline) if deadline else "unknown"))
        self.net.say(f"{shown.row.id} is on the clipboard, if your terminal lets programs write there")

    def action_save(self) -> None:
        """Write what is listed to a file."""
        self.run_worker(self._save(tuple(self._arranged.rows), self.net.feed.view.now), exit_on_error=False)

    async def _save(self, rows: Sequence[Shown], now: datetime) -> None:
        from app.ui.saving import save_grants

        try:
            path = await asyncio.to_thread(save_grants, rows, now)
        except NetgrantError as error:
            self.net.complain(error)
        else:
            self.net.say(f"{len(rows)} {'grant is' if len(rows) == 1 else 'grants are'} in {path}")
