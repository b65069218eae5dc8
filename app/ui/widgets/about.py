"""What a form is about, as lines above its fields: as high as there are lines, up to a limit.

Law: it is reached by Tab only where not all of it is seen.
"""

from collections.abc import Sequence

from app.ui.widgets.lines import Line, Lines

_MOST = 10


class About(Lines):
    """Some lines, of which at most ten are seen at once."""

    def __init__(self) -> None:
        super().__init__(classes="dialog-about")
        self.can_focus = False

    def show(self, lines: Sequence[Line]) -> None:
        """Show other lines."""
        self.can_focus = len(lines) > _MOST
        self.styles.height = max(1, min(len(lines), _MOST))
        super().show(lines)
