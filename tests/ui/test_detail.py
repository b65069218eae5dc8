"""The pane about one grant: its tabs, and what each shows."""

import pytest

from tests.ui.detail_stage import opened, rested
from tests.ui.snapshots import assert_looks_as_before
from tests.ui.stage import SIZES, still

pytestmark = pytest.mark.parametrize("size", SIZES)


async def test_activity(size: tuple[int, int]) -> None:
    app = still()
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        assert_looks_as_before(app, "detail-activity")


async def test_policy(size: tuple[int, int]) -> None:
    app = still()
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        await pilot.press("y")
        await rested(pilot)
        assert_looks_as_before(app, "detail-policy")
