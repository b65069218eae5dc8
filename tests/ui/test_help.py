"""The help screen: every key of every screen, what is off, and the signs."""

import pytest

from app.commands.catalog import DASHBOARD, SCREENS
from app.commands.key_names import key_name, key_names
from app.domain.grant import State
from app.domain.view import NET_LETTERS
from app.ui.cells import width_of
from app.ui.help_lines import NETS, STATES, WIDE, help_lines, sections
from app.ui.screens.dashboard import Dashboard
from app.ui.screens.help import Help, HelpLines
from app.ui.widgets.lines import Line, text_of
from tests.ui.snapshots import assert_looks_as_before
from tests.ui.stage import SIZES, SMALL, ready, still


def lines(width: int, *, read_only: bool = False) -> list[Line]:
    return help_lines(sections(SCREENS, DASHBOARD, read_only=read_only), width)


@pytest.mark.parametrize("width", [1, 20, 77, 100, WIDE, 157, 300])
def test_every_key_of_every_screen_is_there_and_nothing_is_cut(width: int) -> None:
    found = [text_of(line) for line in lines(width)]
    words = " ".join(" ".join(found).split())
    for keys in SCREENS.values():
        for key in keys:
            assert all(name in words for name in key_names(key.keys))
            if width in (77, 100):
                assert key.help in words
    if width >= 77:
        assert max(map(width_of, found)) <= width


def test_the_screen_that_is_asked_about_comes_first() -> None:
    first = sections(SCREENS, SCREENS["history"], read_only=False)[0]
    assert first.title == "history"


def test_every_state_and_net_is_explained() -> None:
    assert set(STATES) == set(State)
    assert set(NET_LETTERS.values()) <= set(NETS)


def test_what_writes_is_off_where_nothing_may_be_written() -> None:
    by_name = {section.title: section for section in sections(SCREENS, DASHBOARD, read_only=True)}
    off = [name for name, meaning, _ in by_name["dashboard"].entries if meaning.endswith("(off: read-only)")]
    assert off == [" ".join(key_names(key.keys)) for key in DASHBOARD if key.writes]
    assert {"n", "e", "r ctrl+d", "a", "o"} == set(off)


def test_keys_as_people_write_them() -> None:
    assert key_names("r,ctrl+d") == ("r", "ctrl+d")
    assert [key_name(key) for key in ("slash", "question_mark", "ctrl+backslash")] == ["/", "?", "ctrl+\\"]


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_it_looks_as_before_and_closes(size: tuple[int, int]) -> None:
    app = still()
    async with app.run_test(size=size) as pilot:
        await ready(pilot)
        await pilot.press("question_mark")
        assert isinstance(app.screen, Help)
        assert_looks_as_before(app, "help")
        await pilot.press("question_mark")
        assert isinstance(app.screen, Dashboard)


async def test_it_scrolls_to_its_end() -> None:
    app = still(read_only=True)
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await pilot.press("question_mark", "G")
        assert_looks_as_before(app, "help-end")
        assert app.screen.query_one(HelpLines).scroll_offset.y > 0
        await pilot.resize_terminal(20, 5)
        await pilot.pause()
