"""The header: one line, and one more for each thing about the connection that is unsafe.

Law: it is given what there is to say, and leaves out what has no room.
"""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from app.ui.cells import ALL_TOKENS, WARN, fit
from app.ui.headline import Headline, composed


class Header(Widget):
    """What is shown, how far it may be believed, and how things stand."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(ALL_TOKENS)

    def __init__(self) -> None:
        super().__init__(id="header")
        self._told = Headline()

    @property
    def text(self) -> str:
        """Return what is shown at the moment, as plain text."""
        return "\n".join(self.render_line(y).text for y in range(self.size.height))

    def show(self, told: Headline) -> None:
        """Show something else, if it is something else."""
        if told != self._told:
            is_higher = len(told.warnings) != len(self._told.warnings)
            self._told = told
            self.refresh(layout=is_higher)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return one line, and one for each warning."""
        return 1 + len(self._told.warnings)

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        width, warnings = self.size.width, self._told.warnings
        if y == 0:
            pieces = composed(self._told, width)
        else:
            pieces = [(fit(f" ! {warnings[y - 1]}", width), WARN)] if y <= len(warnings) else []
        segments = [Segment(text, self._style(token)) for text, token in pieces]
        return Strip(segments).crop_extend(0, width, self.rich_style)

    def _style(self, token: str) -> Style:
        return self.get_component_rich_style(token) if token else self.rich_style
