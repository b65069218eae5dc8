"""Keys are given one after the other, each when the one before has had its effect."""

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.events import Key, Paste
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from app.ui.keyboard import KeysInOrder


class Ask(ModalScreen[None]):
    """Takes a text."""

    AUTO_FOCUS = "Input"

    def compose(self) -> ComposeResult:
        yield Input()


class Taking(App[None]):
    """Counts what reaches it as keys; ``slash`` goes to a field, ``e`` opens a dialog with one."""

    BINDINGS: ClassVar[list[BindingType]] = [("slash", "type", ""), ("e", "ask", ""), ("r", "revoke", "")]
    AUTO_FOCUS = ""

    def __init__(self) -> None:
        super().__init__()
        self.revoked = 0

    def compose(self) -> ComposeResult:
        yield Static("rows")
        yield Input()

    def action_type(self) -> None:
        self.query_one(Input).focus()

    def action_ask(self) -> None:
        self.push_screen(Ask())

    def action_revoke(self) -> None:
        self.revoked += 1


async def given(app: Taking, *keys: Key | Paste) -> None:
    order = KeysInOrder(app)
    for key in keys:
        order.put(key)
    assert order._giving is not None
    await order._giving


def stroke(char: str) -> Key:
    return Key({"/": "slash"}.get(char, char), char)


async def test_letters_after_a_key_that_moves_the_cursor_go_where_it_moved() -> None:
    app = Taking()
    async with app.run_test():
        await given(app, *map(stroke, "r/err"))
        assert app.query_one(Input).value == "err"
        assert app.revoked == 1


async def test_letters_after_a_key_that_opens_a_dialog_go_into_it() -> None:
    app = Taking()
    async with app.run_test():
        await given(app, *map(stroke, "er"), Paste("e"))
        assert app.screen.query_one(Input).value == "re"
        assert app.revoked == 0


async def test_a_key_that_takes_the_app_away_holds_nothing() -> None:
    app = Taking()
    async with app.run_test() as pilot:
        order = KeysInOrder(app)
        order.put(stroke("r"))
        await pilot.pause()
        app.exit()
        order.put(stroke("r"))
        assert order._giving is not None
        await order._giving
