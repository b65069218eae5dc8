"""The dashboard's keys that act on what is listed: filter, order, marks, details, file and clipboard.

Law: nothing here writes to a cluster.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from app.domain.durations import format_moment
from app.errors import InputError, NetgrantError
from app.live.filtering import Filter, parse_filter
from app.ui.arrangement import Arranged, Arrangement
from app.ui.cells import one_line
from app.ui.screens.grant_actions import GrantActions
from app.ui.view import Shown
from app.ui.widgets.detail import Detail
from app.ui.widgets.filter_bar import FilterBar
from app.ui.widgets.grant_table import GrantTable


class TableActions(GrantActions):
    """A page with a filter line, a table of grants and details of one of them."""

    def __init__(self) -> None:
        super().__init__()
        self.arrangement = Arrangement()
        self.arranged = Arranged()
        """What is listed."""

    def relist(self) -> None:
        """List the rows anew, for the filter, the order or the marks are others."""
        raise NotImplementedError

    @property
    def table(self) -> GrantTable:
        """Return the table."""
        return self.query_one(GrantTable)

    @property
    def current(self) -> Shown | None:
        """Return the grant under the cursor."""
        return self.table.current

    @property
    def chosen(self) -> tuple[Shown, ...]:
        """Return the grants that are marked, else the one under the cursor."""
        table = self.table
        return table.marked or ((table.current,) if table.current else ())

    def on_grant_table_opened(self) -> None:
        """Show the details large."""
        self._enlarge(True)

    def on_grant_table_title_chosen(self, event: GrantTable.TitleChosen) -> None:
        """Sort by the column whose title was clicked."""
        self.action_sort(event.order)

    def action_sort(self, by: str) -> None:
        """Sort the rows, or turn their order."""
        self.arrangement.order = self.arrangement.order.then(by)
        self.table.tell_order(self.arrangement.order, has_clusters=self.table.has_clusters)
        self.relist()

    def narrow(self, text: str) -> None:
        """Filter the rows as if the text had been typed."""
        self.query_one(FilterBar).put(text)

    def action_filter(self) -> None:
        """Type a filter."""
        self._enlarge(False)
        self.query_one(FilterBar).open()

    def on_filter_bar_typed(self, event: FilterBar.Typed) -> None:
        """Filter while it is typed; while it cannot be read that is said, and nothing is left out."""
        try:
            self.arrangement.filter, error = parse_filter(event.text), ""
        except InputError as wrong:
            self.arrangement.filter, error = Filter(), wrong.message
        event.bar.tell(error, is_wrong=True)
        self.relist()

    def on_filter_bar_kept(self, event: FilterBar.Kept) -> None:
        """Go back to the rows; an empty filter is none."""
        self.table.focus()
        if not event.bar.text:
            self._unfilter()

    def _unfilter(self) -> None:
        self.arrangement.filter = Filter()
        self.query_one(FilterBar).close()
        self.table.focus()
        self.relist()

    def action_mark(self) -> None:
        """Mark the grant and go on, or take its mark off."""
        self.table.mark()
        self.relist()

    def action_unmark(self) -> None:
        """Take all marks off."""
        self.table.keep_marks(())
        self.relist()

    def action_show(self) -> None:
        """Show the details large, or small again."""
        is_large = not self.has_class("-detailed")
        if not is_large or self.one():
            self._enlarge(is_large)

    def _enlarge(self, is_large: bool) -> None:
        self.set_class(is_large, "-detailed")
        if not is_large:
            self.table.focus()

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
        if self.one() is None:
            return
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
        table, bar = self.table, self.query_one(FilterBar)
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
        """Copy the grant under the cursor; while details are large, what their tab shows."""
        if (shown := self.one()) is None:
            return
        deadline = shown.row.deadline
        text, what = one_line(shown, format_moment(deadline) if deadline else "unknown"), shown.row.id
        if self.has_class("-detailed") and (details := self.query_one(Detail).copyable()):
            text, what = details, "What the tab shows"
        self.app.copy_to_clipboard(text)
        self.net.say(f"{what} is on the clipboard, if your terminal lets programs write there")

    def action_save(self) -> None:
        """Write what is listed to a file."""
        self.run_worker(self._save(tuple(self.arranged.rows), self.net.feed.view.now), exit_on_error=False)

    async def _save(self, rows: Sequence[Shown], now: datetime) -> None:
        from app.ui.saving import file_name, grants_csv, hand_over

        try:
            text = await asyncio.to_thread(grants_csv, rows, now)
            path = await hand_over(self.app, text, file_name("grants", now, "csv"))
        except NetgrantError as error:
            self.net.complain(error)
        else:
            self.net.say(f"{len(rows)} {'grant is' if len(rows) == 1 else 'grants are'} in {path}")
