"""The lines of the table that are in view: their cells, and the columns that suit them.

Law: pure. Columns suit what has been in view since the table was last refilled or resized: they grow while
one scrolls and never shrink, so that nothing jumps to and fro.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from app.domain.view import GrantRow
from app.ui.arrangement import Order
from app.ui.cells import Cell, cells_of, countdown, cut, left_cell, pad, width_of
from app.ui.columns import COLUMNS, MORE, Layout, Placed, bar_width, gap, is_brief, lay_out
from app.ui.cursor import Key, key_of
from app.ui.view import Shown, is_remembered

Piece = tuple[str, str]
"""A text and its token."""

_MEASURED = 64
"""No column grows wider than this, so what lies beyond is not measured."""
_KEPT = 400
"""Rows whose cells are remembered: some screens full."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A row's cells, and what they were made from."""

    row: GrantRow
    pods: int | None
    is_kept: bool
    cells: dict[str, Cell]


class Grid:
    """Cells and columns.

    Args:
        pods_of: tells how many pods a grant's target means; None where that is not known.
    """

    def __init__(self, pods_of: Callable[[Shown], int | None]) -> None:
        self._pods_of = pods_of
        self.is_keeping = False
        """Whether this process ends what is overdue in the clusters that it is connected to."""
        self._drawn: dict[Key, _Drawn] = {}
        self._needs: dict[str, int] = {}
        self.layout = Layout(0)
        self.start_again(has_clusters=False)

    def start_again(self, *, has_clusters: bool) -> None:
        """Forget how wide what was seen so far is."""
        self._has_clusters = has_clusters
        self._drawn = {}
        self._needs = dict.fromkeys((column.name for column in COLUMNS), 0)
        self._clock = 0

    def see(self, rows: Iterable[Shown], now: datetime, width: int) -> bool:
        """Take these rows as the ones in view; tell whether anything but their countdown looks different."""
        is_new = is_brief(width) != self.layout.is_brief
        if is_new or len(self._drawn) > _KEPT:
            self._drawn = {}
        for shown in rows:
            is_new |= self._draw(shown, brief=is_brief(width))
            self._clock = max(self._clock, width_of(countdown(shown.left(now))))
        layout = self._lay_out(width)
        is_new |= layout != self.layout
        self.layout = layout
        return is_new

    def _draw(self, shown: Shown, *, brief: bool) -> bool:
        key, pods = key_of(shown), self._pods_of(shown)
        known = self._drawn.get(key)
        is_kept = self.is_keeping and shown.cluster.session is not None and not is_remembered(shown.cluster)
        if known is not None and known.row is shown.row and (known.pods, known.is_kept) == (pods, is_kept):
            return False
        cells = cells_of(shown.row, pods, brief=brief, is_keeping=is_kept)
        self._drawn[key] = _Drawn(shown.row, pods, is_kept, cells)
        for name, cell in cells.items():
            if name in self._needs:
                width = width_of(cell.text[:_MEASURED]) + width_of(cell.tail)
                self._needs[name] = max(self._needs[name], width)
        return True

    def _lay_out(self, width: int) -> Layout:
        needs = {**self._needs, "left": self._clock + 1 + bar_width(width)}
        if not self._has_clusters:
            needs.pop("cluster", None)
        return lay_out(width, needs)

    def line(self, shown: Shown, now: datetime) -> tuple[str, str, list[Piece]]:
        """Return a row's sign, the sign's token, and the pieces of its line behind the gutter."""
        known = self._drawn.get(key_of(shown))
        if known is None or known.row is not shown.row:
            self._draw(shown, brief=self.layout.is_brief)
            known = self._drawn[key_of(shown)]
        sign, between = known.cells["sign"], " " * gap(self.layout.width)
        pieces: list[Piece] = []
        for item in self.layout.placed:
            cell = (
                self._left(shown, now, item) if item.column.name == "left" else known.cells[item.column.name]
            )
            pieces += [(cell.fit(item.width), cell.token), (between, "")]
        return sign.text, sign.token, pieces[:-1]

    def _left(self, shown: Shown, now: datetime, item: Placed) -> Cell:
        bars = min(bar_width(self.layout.width), item.width - self._clock - 1)
        return left_cell(shown, now, min(self._clock, item.width), max(0, bars))

    def titles(self, order: Order) -> str:
        """Return the line of titles behind the gutter; its last column says whether there are more."""
        between = " " * gap(self.layout.width)
        text = between.join(_title(item, order) for item in self.layout.placed)
        room = self.layout.width - 5
        return pad(text[:room], room) + (MORE if self.layout.has_more else " ")


def _title(item: Placed, order: Order) -> str:
    column, sign = item.column, ""
    if order.by and column.order == order.by:
        sign = "▼" if order.is_turned else "▲"
    room = item.width - len(sign)
    title = column.title if len(column.title) <= room else column.short or column.title
    return pad((title if len(title) <= room else cut(title, room)) + sign, item.width)
