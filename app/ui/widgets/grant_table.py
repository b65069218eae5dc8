"""The table of grants."""

from collections.abc import Sequence
from datetime import datetime

from textual.message import Message
from textual.scroll_view import ScrollView

from app.ui.view import RowKey, Shown


class GrantTable(ScrollView, can_focus=True):
    """The live grants, one line each, drawn line by line: ten thousand cost no more than ten."""

    class Looked(Message):
        """The cursor came to stand on another grant, or on none."""

        def __init__(self, table: "GrantTable", shown: Shown | None) -> None:
            super().__init__()
            self.table = table
            self.shown = shown

        @property
        def control(self) -> "GrantTable":
            """Return the table."""
            return self.table

    def __init__(self) -> None:
        super().__init__(id="grants")
        self._rows: Sequence[Shown] = ()
        self._marked: set[RowKey] = set()

    @property
    def current(self) -> Shown | None:
        """Return the grant under the cursor, None where there is none."""
        return self._rows[0] if self._rows else None

    @property
    def marked(self) -> tuple[Shown, ...]:
        """Return the grants that are marked, in the order of the table."""
        return tuple(shown for shown in self._rows if shown.key in self._marked)

    def show(self, rows: Sequence[Shown], now: datetime) -> None:
        """Show these rows in this order; the cursor stays with its grant."""
        self._rows = rows
        self.refresh()
