"""The line in which the filter is typed, and which says what it leaves.

Law: it knows nothing of grants: it tells what is typed, and shows what it is told.
"""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static


class FilterBar(Horizontal):
    """``/``, what is typed, and how many of how many pass; hidden while there is no filter."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("down", "keep", show=False)]

    class Typed(Message):
        """The text has changed."""

        def __init__(self, bar: "FilterBar", text: str) -> None:
            super().__init__()
            self.bar = bar
            self.text = text

        @property
        def control(self) -> "FilterBar":
            """Return the line."""
            return self.bar

    class Kept(Message):
        """Typing has come to its end; the filter stays."""

        def __init__(self, bar: "FilterBar") -> None:
            super().__init__()
            self.bar = bar

        @property
        def control(self) -> "FilterBar":
            """Return the line."""
            return self.bar

    def __init__(self) -> None:
        super().__init__(id="filter")
        self.display = False

    def compose(self) -> ComposeResult:
        """Sign, input, result."""
        yield Static(Content("/"), id="filter-sign")
        yield Input(
            placeholder="words  !not-these  -l app=db", compact=True, select_on_focus=False, id="filter-text"
        )
        yield Static(id="filter-result")
        yield Static(Content("enter keep  esc clear"), id="filter-keys")

    @property
    def is_typing(self) -> bool:
        """Tell whether keys go into the line."""
        return self.query_one(Input).has_focus

    @property
    def text(self) -> str:
        """Return what is typed."""
        return self.query_one(Input).value.strip()

    def open(self) -> None:
        """Show the line and type into it."""
        self.display = True
        self.query_one(Input).focus()

    def put(self, text: str) -> None:
        """Show the line with a text as if it had been typed."""
        self.display = True
        self.query_one(Input).value = text

    def close(self) -> None:
        """Take the filter away."""
        self.query_one(Input).value = ""
        self.display = False

    def tell(self, result: str, *, is_wrong: bool = False) -> None:
        """Say what came of what was typed."""
        shown = self.query_one("#filter-result", Static)
        shown.update(Content(result))
        shown.set_class(is_wrong, "-bad")

    def on_descendant_focus(self) -> None:
        """Show what ends the typing."""
        self.add_class("-typing")

    def on_descendant_blur(self) -> None:
        """The line is only looked at again."""
        self.remove_class("-typing")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell what is typed."""
        event.stop()
        self.post_message(self.Typed(self, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the filter."""
        event.stop()
        self.action_keep()

    def action_keep(self) -> None:
        """Keep the filter and go back to the rows."""
        self.post_message(self.Kept(self))
