"""The lines of the table of grants, drawn one by one: ten thousand cost no more than the dozens in view.

Law: a second that passes redraws the countdowns in view and nothing else. Texts come cleaned and are drawn as
they are; what a text means is a token, and how that looks stands in the sheets.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from textwrap import wrap
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.strip import Strip

from app.ui.arrangement import Order
from app.ui.cells import ALL_TOKENS, QUIET, fit
from app.ui.columns import CHANGED, CURSOR, GUTTER, MARK
from app.ui.cursor import Cursor, Key, key_of
from app.ui.grid import Grid, Piece
from app.ui.view import Shown, is_remembered

HEADER_LINES = 1
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def _unknown(shown: Shown) -> int | None:
    return None


class GrantLines(ScrollView):
    """Titles that stay, and one line for each grant.

    Args:
        pods_of: tells how many pods a grant's target means; asked once a second for each line in view.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *ALL_TOKENS,
        "grant-table--header",
        "grant-table--cursor",
        "grant-table--marked",
        "grant-table--changed",
    }

    def __init__(self, pods_of: Callable[[Shown], int | None] = _unknown) -> None:
        super().__init__(id="grants")
        self._cursor = Cursor()
        self._grid = Grid(pods_of)
        self._now = _NEVER
        self._order = Order()
        self._changed: dict[Key, datetime] = {}
        self._notice: Sequence[Piece] = ()
        self.has_clusters = False
        """Whether the rows are of several clusters."""

    @property
    def _page(self) -> int:
        """Return how many rows can be seen at once."""
        return max(1, self.size.height - HEADER_LINES)

    def _seen(self) -> Sequence[Shown]:
        top = self.scroll_offset.y
        return self._cursor.rows[top : top + self._page]

    def _look_again(self, *, is_new: bool) -> None:
        """Draw again what is in view: all of it, or the countdowns alone where nothing else has changed."""
        seen = self._seen()
        if self._grid.see(seen, self._now, self.size.width) or is_new:
            self.refresh()
        elif (left := self._grid.layout.find("left")) is not None:
            self.refresh(Region(left.start, HEADER_LINES, left.width, len(seen)))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Fit the columns to what has come into view."""
        super().watch_scroll_y(old_value, new_value)
        self._grid.see(self._seen(), self._now, self.size.width)

    def render_line(self, y: int) -> Strip:
        """Draw one line of what is in view."""
        width = self.size.width
        if y < HEADER_LINES:
            return self._titles(width)
        index = self.scroll_offset.y + y - HEADER_LINES
        if index < len(self._cursor.rows):
            return self._row(self._cursor.rows[index], width, is_current=index == self._cursor.index)
        return self._said(y - HEADER_LINES - 1, width)

    def _titles(self, width: int) -> Strip:
        style = self.get_component_rich_style("grant-table--header")
        text = " " * GUTTER + self._grid.titles(self._order)
        return Strip([Segment(fit(text, width), style)], width)

    def _said(self, line: int, width: int) -> Strip:
        said = [] if self._cursor.rows else self._wrapped(width - 3)
        if not 0 <= line < len(said):
            return Strip.blank(width, self.rich_style)
        text, token = said[line]
        return Strip([Segment(fit(f"  {text}", width), self._style(token))], width)

    def _wrapped(self, width: int) -> list[Piece]:
        return [(line, token) for text, token in self._notice for line in wrap(text, max(1, width)) or [""]]

    def _style(self, token: str) -> Style:
        return self.get_component_rich_style(token) if token else self.rich_style

    def _row(self, shown: Shown, width: int, *, is_current: bool) -> Strip:
        sign, token, pieces = self._grid.line(shown, self._now)
        is_marked, is_changed = self._cursor.is_marked(shown), key_of(shown) in self._changed
        mark = MARK if is_marked else CHANGED if is_changed else " "
        line = [(CURSOR if is_current else " ", ""), (mark, ""), (sign, token), (" ", ""), *pieces]
        if is_current:
            ground = self.get_component_rich_style("grant-table--cursor")
            segments = [Segment(text, ground) for text, _ in line]
        else:
            over = self._over(is_marked=is_marked, is_changed=is_changed)
            is_old = is_remembered(shown.cluster)
            ground = self._style(QUIET if is_old else "") + over
            segments = [
                Segment(text, ground if is_old or not token else self._style(token) + over)
                for text, token in line
            ]
        return Strip(segments).crop_extend(0, width, ground)

    def _over(self, *, is_marked: bool, is_changed: bool) -> Style:
        """Return what is laid over a line's own styles: a ground, and a way of writing."""
        over = Style()
        names = (("grant-table--marked", is_marked), ("grant-table--changed", is_changed))
        for name in [name for name, is_so in names if is_so]:
            ground = self.get_component_rich_style(name).background_style
            over += ground + self.get_component_rich_style(name, partial=True).without_color
        return over
