"""The app opens on the dashboard and leaves on a key."""

from app.ui.screens.dashboard import Dashboard
from tests.ui.stage import SMALL, ready, still


async def test_it_opens_on_the_dashboard_and_quits() -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        assert isinstance(app.screen, Dashboard)
        assert len(tuple(app.feed.view.rows())) == 4
        await pilot.press("q", "l")  # one of the grants has no net but this terminal
    assert app.return_code == 0
