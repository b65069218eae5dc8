"""A fault ends the app with something to tell, and draws nothing of what it held."""

import pytest
from textual.events import MouseDown
from textual.geometry import Offset
from textual.widgets import Static

from app.errors import NetgrantError
from app.ui.app import LONGEST_SAID
from tests.ui.stage import SMALL, ready, still


async def test_a_fault_is_kept_and_no_traceback_drawn() -> None:
    app = still()
    with pytest.raises(ZeroDivisionError):
        async with app.run_test(size=SMALL) as pilot:
            await ready(pilot)
            app.call_later(lambda: 1 // 0)
            await pilot.pause()
    assert isinstance(app.fault, ZeroDivisionError)
    assert app._exit_renderables == []
    assert app.return_code == 1


async def test_a_keyboard_that_fails_is_said_in_a_sentence() -> None:
    app = still()
    with pytest.raises(NetgrantError, match="the keyboard cannot be read any more"):
        async with app.run_test(size=SMALL) as pilot:
            await ready(pilot)
            app.call_later(app.panic, "a traceback")
            await pilot.pause()
    assert app._exit_renderables == []


async def test_without_a_fault_there_is_none() -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
    assert app.fault is None


async def test_what_is_said_for_a_moment_covers_no_screen() -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        app.say("x" * 5000)
        await pilot.pause()
        (told,) = app._notifications
        assert len(told.message) == LONGEST_SAID + 1 and told.message.endswith("…")


async def test_a_click_on_what_is_gone_ends_nothing() -> None:
    """A toast that fades, a tab that is drawn anew: still in Textual's map, and without a parent."""
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        gone = Static("gone")
        app.screen.get_widget_and_offset_at = lambda x, y: (gone, Offset(0, 0))  # type: ignore[method-assign]
        app.post_message(MouseDown(None, 3, 3, 0, 0, button=1, shift=False, meta=False, ctrl=False))
        await pilot.pause()
    assert app.fault is None
