"""Colours by name; a name that is none is a sentence."""

import pytest

from app.ui.theme import theme_names
from tests.ui.stage import SMALL, ready, still
from tests.ui.test_alerting import heard


@pytest.mark.parametrize("name", ["textual-light", "ansi-dark", "ansi-light", "nord"])
async def test_a_theme_from_the_settings_is_used(name: str) -> None:
    app = still(theme=name)
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        assert name in theme_names(app)
        assert app.theme == name


async def test_a_theme_that_there_is_not_is_told_and_changes_nothing() -> None:
    app = heard(theme="dracla")
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        assert app.theme == "textual-dark"
        assert app.said == [("error", "there is no theme 'dracla'; did you mean dracula?")]
