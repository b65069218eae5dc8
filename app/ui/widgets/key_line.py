"""The keys at the foot of a screen, as many as fit; that there are more is said.

Law: it shows the bindings that act at this moment, as the screen has them, in their order.
"""

from typing import ClassVar

from textual.content import Content
from textual.events import Click
from textual.widget import Widget

from app.ui.cells import fit, width_of
from app.ui.columns import MORE

_GAP = "  "
_HELP = "help"
"""The action that shows all keys: it is kept where others have no room."""


class KeyLine(Widget):
    """One line with the keys of the screen it stands on."""

    KEY: ClassVar[str] = "key-line--key"
    LABEL: ClassVar[str] = "key-line--label"
    COMPONENT_CLASSES: ClassVar[set[str]] = {KEY, LABEL}

    def on_mount(self) -> None:
        """Hear when other keys act."""
        self.screen.bindings_updated_signal.subscribe(self, self._redraw)

    def _redraw(self, _: object) -> None:
        self.refresh()

    def _keys(self) -> list[tuple[str, str, str]]:
        """Return each key's name, how it is written, and its label; one key for each action."""
        found: dict[str, tuple[str, str, str]] = {}
        focused = self.screen.focused
        for name, active in self.screen.active_bindings.items():
            binding, written = active.binding, self.app.get_key_display(active.binding)
            # "esc" is no text that could be typed, nor is "↓"
            character = written if len(written) == 1 and written.isascii() else None
            is_typed = focused is not None and focused.check_consume_key(name, character)
            if binding.show and active.enabled and not is_typed and binding.action not in found:
                found[binding.action] = name, written, binding.description
        return list(found.values())

    def _fitting(self) -> tuple[list[tuple[str, str, str]], bool]:
        """Return the keys that fit, and whether that is not all; the key for help stays while it can."""
        keys, room = self._keys(), self.size.width - 1
        used = sum(_width(key) for key in keys)
        if used - len(_GAP) <= room:
            return keys, False
        room -= width_of(MORE) + 1
        kept = [key for key in keys if key[2] == _HELP and _width(key) <= room]
        room -= sum(map(_width, kept))
        for key in keys:
            if key not in kept:
                room -= _width(key)
                if room < 0:
                    break
                kept.insert(len(kept) - 1 if kept and kept[-1][2] == _HELP else len(kept), key)
        return kept, True

    @property
    def text(self) -> str:
        """Return what is shown at the moment, as plain text."""
        return self.render().plain

    def render(self) -> Content:
        """Draw the line."""
        keys, has_more = self._fitting()
        parts = [Content(" ")]
        for _, key, label in keys:
            parts += [
                Content.styled(key, f".{self.KEY}"),
                Content.styled(f" {label}{_GAP}", f".{self.LABEL}"),
            ]
        line = Content.assemble(*parts)
        if not has_more:
            return line
        room = self.size.width - line.cell_length - 1
        return Content.assemble(line, Content.styled(fit(MORE.rjust(room), room), f".{self.LABEL}"))

    def on_click(self, event: Click) -> None:
        """Do what the key under the pointer does."""
        right = 1
        for key in self._fitting()[0]:
            left, right = right, right + _width(key)
            if left <= event.x < right:
                self.app.simulate_key(key[0])
                return


def _width(key: tuple[str, str, str]) -> int:
    return width_of(key[1]) + 1 + width_of(key[2]) + len(_GAP)
