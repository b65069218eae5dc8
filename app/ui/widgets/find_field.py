"""The field that narrows a list below it: what is typed is searched for, the arrow keys move in the list.

Law: it knows nothing of the list; whoever holds both passes the steps on.
"""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from app.ui.widgets.field import Field

_PAGE = 5


class FindField(Field):
    """What is looked for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "step(1)", "next", show=False),
        Binding("up", "step(-1)", "previous", show=False),
        Binding("pagedown", f"step({_PAGE})", "further", show=False),
        Binding("pageup", f"step(-{_PAGE})", "back", show=False),
    ]

    class Stepped(Message):
        """An arrow key was pressed: so many lines down."""

        def __init__(self, field: "FindField", step: int) -> None:
            super().__init__()
            self.field = field
            self.step = step

        @property
        def control(self) -> "FindField":
            """Return the field."""
            return self.field

    def __init__(self) -> None:
        super().__init__("Find", name="find", placeholder="namespace, name, label")

    def action_step(self, step: int) -> None:
        """Say it."""
        self.post_message(self.Stepped(self, step))
