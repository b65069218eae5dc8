"""A fault ends the app with something to tell, and draws nothing of what it held."""

import pytest

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
