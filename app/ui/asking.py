"""The smaller forms have this in common: a box with a title, what it is about, fields, and two buttons.

Law: Enter in a field goes on to the next thing to be said, and only the last Enter gives the answer.
"""

from collections.abc import Iterable
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from app.commands.catalog import DIALOG, Key
from app.domain.text import clean
from app.ui.keys import bindings
from app.ui.pages import Dialog
from app.ui.sheets import sheet
from app.ui.widgets.field import Field

T = TypeVar("T")


class Asking(Dialog[T], Generic[T]):
    """A dialog with a title, a body, and the buttons to do it or not.

    Args:
        title: what is asked.
        verb: what the button that does it says; empty: there is none.
    """

    KEYS: ClassVar[tuple[Key, ...]] = DIALOG
    BINDINGS: ClassVar[list[BindingType]] = bindings(DIALOG)
    CSS_PATH = [sheet("fields.tcss"), sheet("dialogs.tcss")]  # noqa: RUF012 - Textual types it so
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]  # noqa: RUF012 - Textual types it so
    BACK: ClassVar[str] = "Back"

    def __init__(self, title: str, verb: str) -> None:
        super().__init__()
        self._title = Static(Content(clean(title)), classes="dialog-title -title")
        self._do = Button(_label(verb), id="do", compact=True)
        self._do.display = bool(verb)
        self._back = Button(_label(self.BACK), id="back", compact=True)
        self._keys = Static(classes="dialog-keys -quiet")

    def compose(self) -> ComposeResult:
        """Title, body, buttons."""
        with VerticalScroll(classes="dialog", can_focus=False):
            yield self._title
            with Vertical(classes="dialog-body"):
                yield from self.compose_body()
            with Horizontal(classes="dialog-buttons"):
                yield self._keys
                yield self._back
                yield self._do

    def compose_body(self) -> Iterable[Widget]:
        """Yield what is asked about, and the fields."""
        raise NotImplementedError

    def show_title(self, title: str, verb: str, keys: str) -> None:
        """Show what is asked, what the button says, and which keys do what."""
        self._title.update(Content(clean(title)))
        if (label := _label(verb)) != self._do.label:
            self._do.label = label
            self._do.refresh(layout=True)  # else it stays as wide as it was, and is cut
        self.show_keys(keys)

    def show_keys(self, keys: str) -> None:
        """Show which keys do what."""
        self._keys.update(Content(keys))

    def action_submit(self) -> None:
        """Give the answer, or say what is missing."""

    def do(self) -> None:
        """Do it: the button was chosen."""
        self.action_submit()

    def action_back(self) -> None:
        """Give none."""
        self.dismiss(None)

    def on_field_submitted(self, message: Field.Submitted) -> None:
        """Enter in a field."""
        message.stop()
        self.action_submit()

    def on_button_pressed(self, message: Button.Pressed) -> None:
        """A button."""
        message.stop()
        if message.button is self._do:
            self.do()
        else:
            self.action_back()


def _label(text: str) -> Content:
    """Return a button's words in brackets: that it is one must be seen without colours, too."""
    return Content(f"[ {clean(text)} ]")
