"""A labelled input on one line, with a note beside it and, where it is wrong, a sentence beneath.

Law: what it is told to show comes as plain text or as Content, never as markup.
"""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from app.domain.text import clean
from app.errors import NetgrantError
from app.ui.sentences import told_at_field
from app.ui.widgets.typed_input import TypedInput


class Field(Vertical):
    """One thing to type.

    Args:
        label: what it is, one word.
        name: of the field as InputError names it (``reason``); its id is ``field-NAME``.
        text: what stands in it at first.
        placeholder: shown while it is empty.
    """

    class Changed(Message):
        """The text has changed, by a person or by the program."""

        def __init__(self, field: "Field", text: str) -> None:
            super().__init__()
            self.field = field
            self.text = text

        @property
        def control(self) -> "Field":
            """Return the field."""
            return self.field

    class Submitted(Message):
        """Enter was pressed in it."""

        def __init__(self, field: "Field") -> None:
            super().__init__()
            self.field = field

        @property
        def control(self) -> "Field":
            """Return the field."""
            return self.field

    def __init__(self, label: str, *, name: str, text: str = "", placeholder: str = "") -> None:
        super().__init__(id=f"field-{name}", classes="field", name=name)
        self._label = label
        self._first = clean(text)
        self._input = self.make_input(self._first, placeholder)
        self._note = Static(classes="field-note -quiet")
        self._error = Static(classes="field-error -wrong")
        self._error.display = False

    def make_input(self, text: str, placeholder: str) -> Input:
        """Return what is typed into; a field with suggestions has its own."""
        return TypedInput(text, placeholder)

    def compose(self) -> ComposeResult:
        """Label, input and note on a line; the error below."""
        with Horizontal(classes="field-line"):
            yield Static(Content(self._label), classes="field-label")
            yield self._input
            yield from self.compose_beside()
            yield self._note
        yield self._error

    def compose_beside(self) -> ComposeResult:
        """Yield what else stands on the line."""
        yield from ()

    @property
    def input(self) -> Input:
        """Return the input itself, for whoever gives it suggestions."""
        return self._input

    @property
    def text(self) -> str:
        """Return what stands in it, without blanks around it."""
        return self._input.value.strip()

    @text.setter
    def text(self, text: str) -> None:
        self._input.value = clean(text)

    @property
    def is_wrong(self) -> bool:
        """Tell whether an error is shown."""
        return bool(self._error.display)

    def show_note(self, note: str | Content) -> None:
        """Show something beside the input: a count, a deadline; empty for nothing."""
        self._note.update(Content(clean(note)) if isinstance(note, str) else note)

    def complain(self, error: NetgrantError | str | None) -> None:
        """Show below it what is wrong with it; None or an empty text: nothing is."""
        sentence = told_at_field(error) if isinstance(error, NetgrantError) else error or ""
        self._error.display = bool(sentence)
        self._error.update(Content(f"✗ {clean(sentence)}") if sentence else Content(""))
        self.set_class(bool(sentence), "-invalid")

    def focus(self, scroll_visible: bool = True) -> "Field":
        """Put the cursor into it."""
        self._input.focus(scroll_visible)
        return self

    def on_input_changed(self, message: Input.Changed) -> None:
        """Say it in our own words."""
        message.stop()
        self.post_message(self.Changed(self, self.text))

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Say it in our own words."""
        message.stop()
        self.post_message(self.Submitted(self))
