"""A report that is only read: lines with a sign, a subject and a text, wrapped to the width there is."""

from collections.abc import Sequence
from textwrap import wrap
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from app.commands.catalog import REPORT, Key
from app.domain.text import clean
from app.ui.cells import fit
from app.ui.keys import bindings
from app.ui.pages import Dialog
from app.ui.sheets import sheet
from app.ui.widgets.key_line import KeyLine
from app.ui.widgets.lines import Line, Lines, quiet

Remark = tuple[str, str, str, str]
"""A sign, its token, the subject, and the text."""
_SUBJECT = 12
_LEAST = 16


class Report(Dialog[None]):
    """A title and remarks, which may come later.

    Args:
        title: what it is about.
    """

    KEYS: ClassVar[tuple[Key, ...]] = REPORT
    BINDINGS: ClassVar[list[BindingType]] = bindings(REPORT)
    CSS_PATH = [sheet("around.tcss")]  # noqa: RUF012 - Textual types it so
    AUTO_FOCUS = "Lines"

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self._remarks: tuple[Remark, ...] | None = None

    def compose(self) -> ComposeResult:
        """Title, lines, keys."""
        with Vertical(id="report"):
            yield Static(Content(clean(self._title)), classes="page-title -title")
            yield Lines()
            yield KeyLine()

    def show(self, remarks: Sequence[Remark]) -> None:
        """Show what was found."""
        self._remarks = tuple(remarks)
        self._redraw()

    def on_resize(self, _: Resize) -> None:
        """Wrap anew."""
        self._redraw()

    def _redraw(self) -> None:
        lines = self.query_one(Lines)
        if self._remarks is None:
            lines.show([quiet("Asking …")])
        else:
            width = self.query_one("#report").content_size.width - 2
            lines.show([line for remark in self._remarks for line in remark_lines(remark, width)])

    def action_back(self) -> None:
        """Close."""
        self.dismiss(None)


def remark_lines(remark: Remark, width: int) -> list[Line]:
    """Return the lines of a remark."""
    sign, token, subject, text = remark
    indent = len(sign) + _SUBJECT + 2
    texts = wrap(clean(text), max(_LEAST, width - indent)) or [""]
    first: Line = ((f"{sign} ", token), (f"{fit(subject, _SUBJECT)} ", "-title"), (texts[0], ""))
    return [first, *(((" " * indent, ""), (more, "")) for more in texts[1:])]
