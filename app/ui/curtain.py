"""The last known grants, drawn plainly where they will stand, while the screens are still being loaded.

Law: what is seen before Textual, hence without it: it takes longer to import than to read the registry and
draw this. Same texts and columns as the table's, no colours, for no theme is known yet; texts come cleaned.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from app.ui.arrangement import Arrangement, Order
from app.ui.columns import CURSOR, GUTTER
from app.ui.grid import Grid
from app.ui.headline import composed, headline
from app.ui.view import View

_DRAW, _LIFT = "\x1b[?1049h\x1b[H\x1b[2J", "\x1b[?1049l"
"""To the alternate screen, empty, and back: Textual enters it again and leaves it at its end."""
_LEAST = (20, 6)


def curtain(view: View, width: int, height: int) -> list[str]:
    """Return the lines to draw: header, titles, and rows for the upper half; none where there are no rows."""
    arranged = Arrangement().arrange(view)
    rows = arranged.rows[: height // 2 - 2]
    if not rows or width < _LEAST[0] or height < _LEAST[1]:
        return []
    grid = Grid(lambda shown: None)
    grid.see(rows, view.now, width)
    lines = ["".join(text for text, _ in composed(headline(view, arranged), width))]
    lines.append(" " * GUTTER + grid.titles(Order()))
    for index, shown in enumerate(rows):
        sign, _, pieces = grid.line(shown, view.now)
        lines.append(f"{' ' if index else CURSOR} {sign} " + "".join(text for text, _ in pieces))
    return [line.rstrip() for line in lines]


@contextmanager
def drawn(view: View) -> Iterator[None]:
    """Show the last known grants on the terminal for the block; it is left clean where the block fails."""
    lines: list[str] = []
    with suppress(OSError, ValueError):  # no terminal, or one that cannot show this: it comes a little later
        size = os.get_terminal_size(sys.__stderr__.fileno() if sys.__stderr__ else -1)
        if not os.environ.get("TEXTUAL_DRIVER"):  # else there is a browser at the other end
            lines = curtain(view, size.columns, size.lines)
    if not lines:
        yield
        return
    try:
        _write(_DRAW + "\r\n".join(lines))  # within: an interrupt may come before this has returned
        yield
    except BaseException:
        _write(_LIFT)
        raise


def _write(text: str) -> None:
    with suppress(OSError, ValueError):
        if sys.__stderr__ is not None:
            sys.__stderr__.write(text)
            sys.__stderr__.flush()
