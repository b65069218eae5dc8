"""Which columns the table shows at a width, and how wide each is.

Law: pure. Columns are taken by priority; six always come first, and another joins only where those before it
need not be cut for it. That some are left out is told, so that it can be shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass

GUTTER = 4
CURSOR, MARK, CHANGED = "▶", "✓", "*"
"""What the gutter says of a line, beside the sign of its state."""
"""Cursor, mark and sign, with a blank behind them."""
BRIEF_BELOW = 120
"""Below this width room is scarce."""
MORE = "»"


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    name: str
    title: str
    least: int
    most: int
    """What it may take before others have got what they need."""
    priority: int
    order: str = ""
    """The order of rows that its title stands for, if any."""
    short: str = ""
    """Its title where that does not fit."""


COLUMNS = (
    Column("state", "STATE", 6, 9, 2, "state"),
    Column("left", "LEFT", 7, 24, 1, "left"),
    Column("cluster", "CLUSTER", 8, 24, 3),
    Column("namespace", "NAMESPACE", 6, 24, 4, "namespace", "NS"),
    Column("target", "TARGET", 8, 36, 5, "target"),
    Column("from", "FROM", 6, 40, 6),
    Column("ports", "PORTS", 5, 24, 7, short="PORT"),
    Column("direction", "DIR", 4, 4, 11),
    Column("nets", "NETS", 4, 4, 9),
    Column("by", "BY", 5, 28, 8, "by"),
    Column("id", "ID", 6, 6, 12),
    Column("reason", "REASON", 8, 48, 10),
)
"""In the order in which they stand."""
_ALWAYS = 7
"""Up to this priority a column is shown at its least width, even if others are cut for it."""
_ELASTIC = ("reason", "from", "target")
"""What is left over goes to the first of these that is shown, if it needs it."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A column at its place."""

    column: Column
    start: int
    """From the left edge of the line."""
    width: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one table at one width."""

    width: int
    placed: tuple[Placed, ...] = ()
    has_more: bool = False
    """Whether columns are left out."""
    is_brief: bool = False

    def at(self, x: int) -> Column | None:
        """Return the column at a place of the line."""
        return next((item.column for item in self.placed if item.start <= x < item.start + item.width), None)

    def find(self, name: str) -> Placed | None:
        """Return where a column stands, None where it is not shown."""
        return next((item for item in self.placed if item.column.name == name), None)


def is_brief(width: int) -> bool:
    """Tell whether room is scarce."""
    return width < BRIEF_BELOW


def bar_width(width: int) -> int:
    """Return how long the bar behind a countdown may be."""
    return 5 if is_brief(width) else 8


def lay_out(width: int, needs: Mapping[str, int]) -> Layout:
    """Place the columns.

    Args:
        width: of the line.
        needs: what each column would take uncut; one that is not named is not wanted at all.
    """
    wanted = sorted(
        (column for column in COLUMNS if column.name in needs), key=lambda column: column.priority
    )
    room = width - GUTTER - 1  # the last column of the line is left to the sign for more
    between = gap(width)
    chosen = _choose(wanted, needs, room, between)
    widths = _widen(chosen, needs, room - between * (len(chosen) - 1))
    placed, start = [], GUTTER
    for column in COLUMNS:
        if column in chosen:
            placed.append(Placed(column, start, widths[column.name]))
            start += widths[column.name] + between
    return Layout(width, tuple(placed), len(chosen) < len(wanted), is_brief(width))


def _need(column: Column, needs: Mapping[str, int]) -> int:
    title = len(column.short or column.title) + 1  # the sign of the order stands behind it
    return min(max(needs[column.name], title, column.least), column.most)


def gap(width: int) -> int:
    """Return how many blanks stand between two columns."""
    return 1 if is_brief(width) else 2


def _choose(wanted: list[Column], needs: Mapping[str, int], room: int, between: int) -> list[Column]:
    chosen: list[Column] = []
    least = comfortable = -between
    for column in wanted:
        used = least if column.priority <= _ALWAYS else comfortable
        if used + between + column.least > room:
            break
        chosen.append(column)
        least += between + column.least
        comfortable += between + _need(column, needs)
    return chosen


def _widen(chosen: list[Column], needs: Mapping[str, int], room: int) -> dict[str, int]:
    """Return the widths: each its least, then what it needs by priority, then what is left to the elastic."""
    widths = {column.name: column.least for column in chosen}
    free = room - sum(widths.values())
    for column in chosen:
        more = min(_need(column, needs) - column.least, free)
        widths[column.name] += more
        free -= more
    for name in _ELASTIC:
        if name in widths and free > 0:
            more = max(0, min(needs[name] - widths[name], free))
            widths[name] += more
            free -= more
    return widths
