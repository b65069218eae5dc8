"""The table of grants: a cursor that stays with its grant, marks, keys and mouse.

Law: it lists what it is given, in the order in which it is given; what is done to a grant, others do.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from textual.binding import BindingType
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message

from app.commands.catalog import TABLE
from app.ui.arrangement import Order
from app.ui.cursor import Key, key_of
from app.ui.grid import Piece
from app.ui.keys import bindings
from app.ui.view import RowKey, Shown
from app.ui.widgets.grant_lines import HEADER_LINES, GrantLines


class GrantTable(GrantLines, can_focus=True):
    """The live grants, one line each, with a cursor and marks."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(TABLE)

    class _About(Message):
        def __init__(self, table: "GrantTable", shown: Shown | None) -> None:
            super().__init__()
            self.table = table
            self.shown = shown

        @property
        def control(self) -> "GrantTable":
            """Return the table."""
            return self.table

    class Looked(_About):
        """The cursor came to stand on another grant, or on none."""

        def can_replace(self, message: Message) -> bool:
            """Only where the cursor stands last is worth a look."""
            return isinstance(message, GrantTable.Looked)

    class Opened(_About):
        """A grant was clicked twice."""

    class TitleChosen(Message):
        """A column's title was clicked that stands for an order of the rows."""

        def __init__(self, table: "GrantTable", order: str) -> None:
            super().__init__()
            self.table = table
            self.order = order

        @property
        def control(self) -> "GrantTable":
            """Return the table."""
            return self.table

    @property
    def current(self) -> Shown | None:
        """Return the grant under the cursor, None where there is none."""
        return self._cursor.current

    @property
    def marked(self) -> tuple[Shown, ...]:
        """Return the grants that are marked and listed, in the order of the table."""
        return self._cursor.marked

    @property
    def hidden_marks(self) -> int:
        """Return how many marked grants are not listed."""
        return len(self._cursor.marks) - len(self._cursor.marked)

    def show(self, rows: Sequence[Shown], now: datetime) -> None:
        """Show these rows in this order; the cursor stays with its grant."""
        is_tick = int(now.timestamp()) != int(self._now.timestamp())
        self._now = now
        is_new = rows is not self._cursor.rows
        if is_new:
            self._refill(rows)
        if self._changed and min(self._changed.values()) <= now:
            self._changed = {key: until for key, until in self._changed.items() if until > now}
            is_new = True
        if is_new or is_tick:
            self._look_again(is_new=is_new)

    def _refill(self, rows: Sequence[Shown]) -> None:
        before, line, top = self.current, self._cursor.index, self.scroll_offset.y
        was_seen = top <= line < top + self._page
        self._cursor.show(rows)
        self.virtual_size = Size(0, len(rows) + HEADER_LINES)
        if top and was_seen:  # a list that is seen from its top stays so: what is urgent comes in there
            self.scroll_to(y=top + self._cursor.index - line, animate=False, force=True)
        if was_seen:
            self._scroll_to_cursor()
        if before is not self.current:
            self.post_message(self.Looked(self, self.current))

    def tell_order(self, order: Order, *, has_clusters: bool) -> None:
        """Say by what the rows are sorted, and whether of several clusters; the columns are fitted anew."""
        self._order, self.has_clusters = order, has_clusters
        self._grid.start_again(has_clusters=has_clusters)
        self._look_again(is_new=True)

    def tell_keeping(self, is_keeping: bool) -> None:
        """Say whether this process ends what is overdue; the NETS column shows it."""
        self._grid.is_keeping = is_keeping

    def say(self, notice: Sequence[Piece]) -> None:
        """Say this where there are no rows, each piece a paragraph."""
        if notice != self._notice:
            self._notice = notice
            self.refresh()

    def flash(self, until: Mapping[Key, datetime]) -> None:
        """Mark these grants, for they have changed, until a moment by our clock."""
        if not until.items() <= self._changed.items():
            self._changed |= until
            self.refresh()

    def keep_marks(self, standing: Container[Key]) -> None:
        """Take the marks off all grants but these."""
        if self._cursor.marks:
            self._cursor.keep_marks(standing)
            self.refresh()

    def mark(self) -> None:
        """Mark the grant under the cursor, or take its mark off; and go on to the next."""
        self._cursor.mark()
        self._go(self._cursor.index + 1)
        self.refresh()

    def unmark(self, keys: Iterable[RowKey]) -> None:
        """Take the marks off these grants."""
        gone = set(keys)
        self._cursor.marks = {key for key in self._cursor.marks if (key[0].name, key[1]) not in gone}
        self.refresh()

    def on_resize(self, event: Resize) -> None:
        """Fit the columns to the new width, and keep the cursor in view."""
        self._scroll_to_cursor()
        self._look_again(is_new=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Fit the columns to what has come into view."""
        super().watch_scroll_y(old_value, new_value)
        self._grid.see(self._seen(), self._now, self.size.width)

    def _scroll_to_cursor(self) -> None:
        line, top = self._cursor.index, self.scroll_offset.y
        if not top <= line < top + self._page:
            wanted = line if line < top else line - self._page + 1
            self.scroll_to(y=wanted, animate=False, force=True)

    def _go(self, line: int) -> None:
        before = self._cursor.index
        if self._cursor.move(line):
            self.post_message(self.Looked(self, self.current))
        for drawn in (before, self._cursor.index):
            self.refresh_line(drawn + HEADER_LINES)
        self._scroll_to_cursor()

    def go_to(self, key: Key) -> None:
        """Move the cursor to a grant, where it is listed."""
        for line, shown in enumerate(self._cursor.rows):
            if key_of(shown) == key:
                self._go(line)

    def action_line(self, by: int) -> None:
        """Move the cursor by some lines."""
        self._go(self._cursor.index + by)

    def action_page(self, by: int) -> None:
        """Move the cursor by some pages."""
        self._go(self._cursor.index + by * max(1, self._page - 1))

    def action_first(self) -> None:
        """Move the cursor to the first line."""
        self._go(0)

    def action_last(self) -> None:
        """Move the cursor to the last line."""
        self._go(len(self._cursor.rows) - 1)

    def on_click(self, event: Click) -> None:
        """Move the cursor to the line that was clicked; twice opens it, and a title sorts."""
        line = self.scroll_offset.y + event.y - HEADER_LINES
        if event.y < HEADER_LINES:
            column = self._grid.layout.at(event.x)
            if column is not None and column.order:
                self.post_message(self.TitleChosen(self, column.order))
        elif line < len(self._cursor.rows):
            self._go(line)
            if event.chain == 2:
                self.post_message(self.Opened(self, self.current))
