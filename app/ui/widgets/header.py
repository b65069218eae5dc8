"""The header: one line, and one more for each thing about the connection that is unsafe.

Law: it is given what there is to say, and leaves out what has no room.
"""

from typing import ClassVar

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from app.domain.grant import State
from app.ui.cells import fit
from app.ui.headline import BAD, GOOD, QUIET, TITLE, WARN, Headline, composed


class Header(Widget):
    """What is shown, how far it may be believed, and how things stand."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {GOOD, WARN, BAD, QUIET, TITLE, *(f"-{state}" for state in State)}

    def __init__(self) -> None:
        super().__init__(id="header")
        self._told = Headline()

    @property
    def text(self) -> str:
        """Return what is shown at the moment, as plain text."""
        return self.render().plain

    def show(self, told: Headline) -> None:
        """Show something else, if it is something else."""
        if told != self._told:
            is_higher = len(told.warnings) != len(self._told.warnings)
            self._told = told
            self.refresh(layout=is_higher)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return one line, and one for each warning."""
        return 1 + len(self._told.warnings)

    def render(self) -> Content:
        """Draw it."""
        width = self.size.width
        line = Content.assemble(
            *((text, f".{token}" if token else "") for text, token in composed(self._told, width))
        )
        warnings = (Content.styled(fit(f" ! {text}", width), f".{WARN}") for text in self._told.warnings)
        return Content("\n").join([line, *warnings])
