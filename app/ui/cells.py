"""One grant as the cells of one line: texts and tokens, no widgets.

Law: pure. A token says what a text means (``-overdue``); how that looks, the style sheets say. Every state
has a word, and each that needs somebody a sign as well.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from rich.cells import cell_len, chop_cells

from app.domain.durations import format_left
from app.domain.grant import State
from app.domain.ids import short
from app.domain.text import clean
from app.domain.view import GrantRow, nets_shown
from app.ui.view import Shown

SIGNS = {State.OVERDUE: "!", State.DRIFTED: "~", State.PENDING: "?", State.ENDING: "×"}
"""Of the states in which somebody should look."""

TOKENS = {state: f"-{state}" for state in State}
GOOD, WARN, BAD, QUIET, TITLE = "-good", "-warn", "-bad", "-quiet", "-title"
ALL_TOKENS = frozenset({*TOKENS.values(), GOOD, WARN, BAD, QUIET, TITLE})
"""What a text may be; a widget that draws any of them has them as its component classes."""
ELLIPSIS = "…"

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_ARROWS = {"egress": "→ ", "both": "↔ "}
_DIRECTIONS = {"ingress": "in", "egress": "out"}
_LONG = timedelta(hours=100)
_ENDLESS = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Cell:
    """A text and what it means; ``tail`` is kept whole when the text has to be cut."""

    text: str
    token: str = ""
    tail: str = ""

    @property
    def width(self) -> int:
        """Return how many columns of a terminal it takes."""
        return width_of(self.text) + width_of(self.tail)

    def fit(self, width: int) -> str:
        """Return it in exactly so many columns, what is cut marked by ``…``."""
        tail = self.tail if width_of(self.tail) < width else ""
        room = width - width_of(tail)
        if width_of(self.text) > room:
            return cut(self.text, room) + tail
        return pad(self.text + tail, width)


def width_of(text: str) -> int:
    """Return how many columns of a terminal a cleaned text takes."""
    return len(text) if text.isascii() else cell_len(text)


def pad(text: str, width: int) -> str:
    """Return the text with blanks behind it, up to a width."""
    return text + " " * (width - width_of(text))


def cut(text: str, width: int) -> str:
    """Return exactly so many columns of a text that is too long, the last of them ``…``."""
    if width <= 1:
        return ELLIPSIS[:width]
    if text.isascii():
        return text[: width - 1] + ELLIPSIS
    # No character is narrower than nothing, so a text of many zero-width ones is bounded apart.
    pieces = chop_cells(text[: 4 * width], width - 1)
    return pad(pieces[0] + ELLIPSIS if pieces else ELLIPSIS, width)


def fit(text: str, width: int) -> str:
    """Return a text in exactly so many columns."""
    return Cell(text).fit(width)


def bar(share: float, width: int) -> str:
    """Return a bar of eighths for a share between 0 and 1; anything above nothing is seen."""
    eighths = min(max(share, 0.0), 1.0) * width * 8
    count = max(1, round(eighths)) if eighths > 0 else 0
    full, rest = divmod(count, 8)
    return "█" * full + (_EIGHTHS[rest] if rest else "")


def countdown(left: timedelta | None) -> str:
    """Write what is left: ``27:14``, ``+00:12`` when late, ``6d04h`` when far, ``unknown``."""
    if left is None:
        return "unknown"
    if abs(left) < _LONG:
        return format_left(left)
    if abs(left) > _ENDLESS:
        return "> 10y"
    hours = int(abs(left).total_seconds() // 3600)
    return f"{'+' if left < timedelta() else ''}{hours // 24}d{hours % 24:02}h"


def share_left(row: GrantRow, left: timedelta | None) -> float:
    """Return how much of the grant's whole life is left, between 0 and 1; 0 where that is not known."""
    if left is None or row.deadline is None or row.created_at is None:
        return 0.0
    life = row.deadline - row.created_at
    return left / life if life > timedelta() else 0.0


def left_cell(shown: Shown, now: datetime, clock: int, bars: int) -> Cell:
    """Return the countdown right-aligned in ``clock`` columns, with a bar of at most ``bars``."""
    left = shown.left(now)
    text = countdown(left).rjust(clock)
    shape = bar(share_left(shown.row, left), bars)
    return Cell(f"{text} {shape}" if bars else text, TOKENS[shown.row.state])


def _why(row: GrantRow) -> str:
    return " ".join(filter(None, (row.ticket, row.reason)))


def _target(row: GrantRow, pods: int | None) -> Cell:
    return Cell(row.target, WARN if pods == 0 else "", "" if pods is None else f" ({pods})")


def cells_of(
    row: GrantRow, pods: int | None = None, *, brief: bool = False, is_keeping: bool = False
) -> dict[str, Cell]:
    """Return a row's cells by the name of their column, all but the countdown.

    Args:
        row: the grant.
        pods: how many its target means now; None where that is not known.
        brief: whether room is scarce: TCP, the usual protocol, is then left out.
        is_keeping: whether this process ends what is overdue in its cluster.
    """
    token = TOKENS[row.state]
    return {
        "sign": Cell(SIGNS.get(row.state, " "), token),
        "state": Cell(str(row.state), token),
        "cluster": Cell(clean(row.context)),
        "namespace": Cell(", ".join(row.namespaces)),
        "target": _target(row, pods),
        "from": Cell(_ARROWS.get(row.direction, "") + row.peers),
        "ports": Cell(row.ports.replace("/TCP", "") if brief else row.ports),
        "direction": Cell(_DIRECTIONS.get(row.direction, row.direction)),
        "nets": Cell(nets_shown(row, is_keeping), "" if row.armed else WARN),
        "by": Cell(row.requested_by),
        "id": Cell(short(row.id), QUIET),
        "reason": Cell(_why(row)),
    }


def one_line(shown: Shown, end: str) -> str:
    """Return a grant as one line of text, for the clipboard.

    Args:
        shown: the grant.
        end: its deadline in words.
    """
    row = shown.row
    arrow = _ARROWS.get(row.direction, "← ")
    where = f"{', '.join(row.namespaces)} {row.target} {arrow}{row.peers} {row.ports}"
    return " ".join(
        filter(None, (row.id, row.context, where, f"{row.state} until {end}", row.requested_by, _why(row)))
    )
