"""Fields: what is typed, what is noted beside it, what is wrong with it; how long, with presets."""

from datetime import UTC, timedelta
from typing import ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from app.errors import InputError
from app.ui.sheets import sheet
from app.ui.widgets.field import Field
from app.ui.widgets.life import PRESETS, LifeField, Presets, next_preset
from tests.ui.objects import NOW


class Form(App[None]):
    """Two fields, and what they said."""

    CSS_PATH: ClassVar = [sheet("tokens.tcss"), sheet("fields.tcss")]

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    def compose(self) -> ComposeResult:
        yield Field("Reason", name="reason", text="a\x1bb", placeholder="why?")
        yield LifeField()

    def on_field_changed(self, message: Field.Changed) -> None:
        self.heard.append(f"{message.control.name}={message.text}")

    def on_field_submitted(self, message: Field.Submitted) -> None:
        self.heard.append(f"{message.control.name}!")


def shown(widget: Static) -> str:
    return str(widget.content)


def is_quiet(field: Field) -> bool:
    return not field.is_wrong and not field.query_one(".field-error").display


async def test_a_field_says_what_is_typed_and_shows_what_is_wrong() -> None:
    app = Form()
    async with app.run_test(size=(80, 10)) as pilot:
        field = app.query_one("#field-reason", Field)
        assert "\x1b" not in field.text
        field.focus()
        await pilot.press("x", "enter")
        assert app.heard[-2:] == ["reason=x", "reason!"]  # typing replaces what stood there
        error = app.query_one("#field-reason .field-error", Static)
        note = app.query_one("#field-reason .field-note", Static)
        assert is_quiet(field)
        field.complain(InputError("--reason [red]is\x1b[0m missing", fix="say --reason"))
        assert field.is_wrong
        assert error.display
        assert shown(error).startswith("✗ reason [red]is")
        assert "\x1b" not in shown(error)
        field.complain(None)
        assert is_quiet(field)
        field.show_note("3 pods [/x]")
        assert shown(note) == "3 pods [/x]"


async def test_presets_are_chosen_by_arrow_by_typing_and_by_mouse() -> None:
    app = Form()
    async with app.run_test(size=(80, 10)) as pilot:
        life, row = app.query_one(LifeField), app.query_one(Presets)
        assert shown(row) == "( )15m (•)30m ( )1h ( )2h"
        life.focus()
        await pilot.press("down")
        assert (life.text, shown(row)) == ("1h", "( )15m ( )30m (•)1h ( )2h")
        life.text = "until 18:00Z"
        await pilot.pause()
        assert "•" not in shown(row)
        assert life.read(NOW, UTC).until == NOW.replace(hour=18, minute=0, second=0)
        life.text = "+2h"
        await pilot.pause()
        assert shown(row).endswith("(•)2h")
        assert life.read(NOW).ttl == timedelta(hours=2)
        await pilot.click(Presets, offset=(3, 0))
        assert life.text == "15m"
        life.text = ""
        with pytest.raises(InputError, match="how long"):
            life.read(NOW)


@pytest.mark.parametrize(
    ("text", "step", "expected"),
    [
        ("30m", 1, "1h"),
        ("30m", -1, "15m"),
        ("45m", 1, "1h"),
        ("45m", -1, "30m"),
        ("2h", 1, "2h"),
        ("8h", -1, "2h"),
        ("8h", 1, "2h"),
        ("5m", -1, "15m"),
        ("until 18:00", 1, "15m"),
        ("nonsense", -1, "15m"),
    ],
)
def test_the_arrows_go_to_the_nearest_preset(text: str, step: int, expected: str) -> None:
    assert PRESETS[next_preset(PRESETS, text, step)] == expected
