"""The list of what could be written, in front of everything, under the cursor.

Law: it never has the focus; the input that offers is where keys go.
"""

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from textual.events import Click
from textual.geometry import Offset, Region
from textual.message import Message

from app.domain.text import clean
from app.live.suggestions import Suggestion
from app.ui.widgets.lines import Lines

MOST_LINES = 8
"""How many are seen at once; the rest is scrolled to."""
_WIDEST = 60


class SuggestionList(Lines, can_focus=False):
    """Offers, one line each: what is written, and what it means."""

    class Chosen(Message):
        """One was clicked."""

        def __init__(self, suggestions: "SuggestionList", number: int) -> None:
            super().__init__()
            self.suggestions = suggestions
            self.number = number

        @property
        def control(self) -> "SuggestionList":
            """Return the list."""
            return self.suggestions

    def __init__(self) -> None:
        super().__init__(id="suggestions")
        self.display = False
        self._highlighted: int | None = None

    def is_cursor(self, index: int) -> bool:
        """Tell whether the line is highlighted."""
        return index == self._highlighted

    def offer(self, offers: Sequence[Suggestion], highlighted: int | None) -> None:
        """Show these; none at all hides the list."""
        self.display = bool(offers)
        texts = [(clean(offer.text), clean(offer.note)) for offer in offers]
        wide = min(max((cell_len(text) for text, _ in texts), default=0), _WIDEST)
        self._highlighted = highlighted
        self.show(
            [
                (
                    (f"{'›' if number == highlighted else ' '}", ""),
                    (f"{set_cell_size(text, max(wide, cell_len(text)))}  ", ""),
                    (f"{note} ", "-quiet"),
                )
                for number, (text, note) in enumerate(texts)
            ]
        )
        self.refresh()
        if highlighted is not None:
            self.scroll_to_region(Region(0, highlighted, 1, 1), animate=False, force=True)

    def place(self, field: Region, cursor: int, screen: Region) -> None:
        """Stand under a field, or above it where there is more room, with the text under what is typed.

        Args:
            field: of the input, on the screen.
            cursor: the column at which what is replaced begins, within the input.
            screen: what there is.
        """
        below, above = screen.bottom - field.bottom, field.y - screen.y
        wanted = min(len(self.lines), MOST_LINES)
        height = max(1, min(wanted, below if below >= min(wanted, above) else above))
        width = max(1, min(self.virtual_size.width, screen.width))
        self.styles.width, self.styles.height = width, height
        y = field.bottom if below >= height and below >= min(wanted, above) else field.y - height
        x = max(0, min(field.x + cursor, screen.right - width))
        self.absolute_offset = Offset(x, max(0, y))

    def on_click(self, event: Click) -> None:
        """Choose the line that was clicked."""
        event.stop()
        number = self.line_of(event.y)
        if number < len(self.lines):
            self.post_message(self.Chosen(self, number))

    def line_of(self, y: int) -> int:
        """Return the number of the line at a height within the widget."""
        return y + self.scroll_offset.y
