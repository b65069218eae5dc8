"""An input that keeps keys in the order in which they were pressed, however fast they come.

Law: a character belongs to the field that had the cursor when it was pressed. Left to itself Textual types on
in the old field until a Tab has travelled up to the app: text would stand where nobody wrote it.
"""

from rich.segment import Segment
from textual.events import Key, Paste
from textual.strip import Strip
from textual.widgets import Input

from app.domain.text import clean


class TypedInput(Input):
    """A compact input whose keys act at once, Tab among them."""

    def __init__(self, text: str = "", placeholder: str = "") -> None:
        super().__init__(text, placeholder, compact=True)

    def render_line(self, y: int) -> Strip:
        """Draw the text; where it goes on beyond an edge, that is marked."""
        strip, width = super().render_line(y), self.scrollable_content_region.width
        start = self.scroll_offset.x
        if y or width < 3:
            return strip
        if start:
            strip = Strip.join([_more(strip, 0), strip.crop(1)])
        if self.content_width - 1 - start > width:
            strip = Strip.join([strip.crop(0, width - 1), _more(strip, width - 1)])
        return strip

    def _on_paste(self, event: Paste) -> None:
        # All lines of it, as one: and what cannot be seen is made visible before it stands anywhere.
        event.text = clean(" ".join(event.text.splitlines()))

    async def _on_key(self, event: Key) -> None:
        if await self._act(event):
            event.stop()
        else:
            await super()._on_key(event)
        event.prevent_default()  # else each class's method would be called once more

    async def _act(self, event: Key) -> bool:
        """Do what a key means here, if it is no character."""
        focused = self.screen.focused
        if focused is not None and focused is not self:
            # It was on its way here when the cursor went on.
            focused._forward_event(Key(event.key, event.character))
            return True
        if event.key == "tab":
            self.screen.focus_next()
            return True
        if event.key == "shift+tab":
            self.screen.focus_previous()
            return True
        if event.is_printable:
            return False
        found = self._bindings.key_to_bindings.get(event.key, ())
        return any([await self.app.run_action(binding.action, self) for binding in found])


def _more(strip: Strip, cell: int) -> Strip:
    """Return the sign that text goes on, in the style of the cell that it stands in for."""
    style = next((segment.style for segment in strip.crop(cell, cell + 1)), None)
    return Strip([Segment("…", style)])
