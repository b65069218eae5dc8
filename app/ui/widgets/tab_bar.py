"""The names of the tabs on one line, each with its key."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.events import Click
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget


@dataclass(frozen=True, slots=True)
class TabName:
    """What the line says of one tab."""

    id: str
    key: str
    title: str


class TabBar(Widget):
    """One line; the tab in front stands in brackets."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"-chosen", "-quiet"}

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, bar: "TabBar", tab: str) -> None:
            super().__init__()
            self.bar = bar
            self.tab = tab

        @property
        def control(self) -> "TabBar":
            """Return the line."""
            return self.bar

    def __init__(self, names: Sequence[TabName], front: str) -> None:
        super().__init__(id="tabs")
        self._names = names
        self._front = front
        self._about = ""

    def show(self, front: str, about: str) -> None:
        """Say which tab is in front, and, on the right, what it is about (cleaned)."""
        if (front, about) != (self._front, self._about):
            self._front, self._about = front, about
            self.refresh()

    def _texts(self) -> list[tuple[str, str]]:
        """Return each tab's id with its text."""
        return [
            (
                name.id,
                f"[{name.key} {name.title}]" if name.id == self._front else f" {name.key} {name.title} ",
            )
            for name in self._names
        ]

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        rule, chosen = (self.get_component_rich_style(token) for token in ("-quiet", "-chosen"))
        pieces = [Segment("─", rule)]
        for tab, text in self._texts():
            pieces += [Segment(text, chosen if tab == self._front else rule), Segment("─", rule)]
        used = sum(piece.cell_length for piece in pieces)
        room = self.size.width - used - 3
        about = self._about if cell_len(self._about) <= room else ""
        fill = room - cell_len(about) + 1 if about else self.size.width - used
        pieces.append(Segment("─" * max(0, fill), rule))
        if about:
            pieces += [Segment(f" {about} ", self.rich_style)]
        return Strip(pieces).crop_extend(0, self.size.width, rule)

    def on_click(self, event: Click) -> None:
        """Open the tab under the pointer."""
        right = 1
        for tab, text in self._texts():
            left, right = right, right + len(text) + 1
            if left <= event.x < right:
                self.post_message(self.Chosen(self, tab))
