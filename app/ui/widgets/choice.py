"""One of a few things, all of them in sight: chosen by arrow keys, digits or the mouse.

Law: always exactly one is chosen, told by its sign and not by colour alone.
"""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Click, Key
from textual.message import Message
from textual.widgets import Static

from app.domain.text import clean


class Choice(Static, can_focus=True):
    """The alternatives in a row."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,down,space", "step(1)", "next", show=False),
        Binding("left,up", "step(-1)", "previous", show=False),
    ]

    class Changed(Message):
        """Another one was chosen."""

        def __init__(self, choice: "Choice") -> None:
            super().__init__()
            self.choice = choice

        @property
        def control(self) -> "Choice":
            """Return the row."""
            return self.choice

    class Submitted(Changed):
        """Enter was pressed."""

    def __init__(self, labels: Sequence[str], chosen: int) -> None:
        super().__init__(classes="choice")
        self._labels = [clean(label) for label in labels]
        self.chosen = chosen
        """The number of the one that is chosen."""
        self._draw()

    def choose(self, number: int) -> None:
        """Choose one by its number."""
        if number != self.chosen and 0 <= number < len(self._labels):
            self.chosen = number
            self._draw()
            self.post_message(self.Changed(self))

    def _pieces(self) -> list[str]:
        return [f"({'•' if n == self.chosen else ' '}) {label}" for n, label in enumerate(self._labels)]

    def _draw(self) -> None:
        self.update(Content("  ".join(self._pieces())))

    def action_step(self, by: int) -> None:
        """Choose the next one, and after the last the first."""
        self.choose((self.chosen + by) % len(self._labels))

    def on_key(self, event: Key) -> None:
        """Choose by digit; Enter is said to the owner."""
        if event.key == "enter":
            event.stop()
            self.post_message(self.Submitted(self))
        elif event.key in ("tab", "shift+tab"):
            event.stop()
            (self.screen.focus_next if event.key == "tab" else self.screen.focus_previous)()
        elif event.key.isdecimal():
            event.stop()
            self.choose(int(event.key) - 1)

    def on_click(self, event: Click) -> None:
        """Choose the one that was clicked."""
        spot, start = event.get_content_offset(self), 0
        for number, piece in enumerate(self._pieces()):
            if spot is not None and start <= spot.x < start + len(piece):
                self.choose(number)
            start += len(piece) + 2


class ChoiceField(Vertical):
    """A choice with its label, as wide as a field.

    Args:
        label: what is chosen, one word.
        name: of the field; its id is ``field-NAME``.
        labels: the alternatives.
        chosen: the number of the first choice.
    """

    def __init__(self, label: str, *, name: str, labels: Sequence[str], chosen: int = 0) -> None:
        super().__init__(id=f"field-{name}", classes="field", name=name)
        self._label = label
        self.choice = Choice(labels, chosen)
        self._error = Static(classes="field-error -wrong")
        self._error.display = False

    def compose(self) -> ComposeResult:
        """Label and row on a line; the error below."""
        with Horizontal(classes="field-line"):
            yield Static(Content(self._label), classes="field-label")
            yield self.choice
        yield self._error

    def complain(self, sentence: str) -> None:
        """Show below it what is wrong with it; empty: nothing is."""
        self._error.display = bool(sentence)
        self._error.update(Content(f"✗ {clean(sentence)}" if sentence else ""))
