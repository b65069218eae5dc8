"""What all screens share."""

from textual.widgets import Static

from tests.ui.stage import SMALL, ready, still


async def test_a_press_on_what_has_just_gone_is_a_press_on_nothing() -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        widget = next(item for item in app.screen.query(Static) if item.region.area)
        x, y = widget.region.offset
        assert app.screen.get_widget_and_offset_at(x, y)[0] is widget
        parent = widget.parent
        widget._detach()  # as a message does whose time is up, before the screen is composed anew
        assert app.screen.get_widget_and_offset_at(x, y) == (None, None)
        await pilot.mouse_down(offset=(x, y))
        assert app.fault is None
        widget._attach(parent)  # type: ignore[arg-type]
