"""The table of grants under keys and mouse: the cursor, marks, and how little is drawn."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.geometry import Region

from app.domain.text import clean
from app.live.cluster import Memory
from app.ui.arrangement import Order
from app.ui.cursor import key_of
from app.ui.sheets import sheet
from app.ui.view import Shown
from app.ui.widgets.grant_table import GrantTable
from tests.ui import objects
from tests.ui.test_cursor import CLUSTER, A, B, C, D, shown

NOW = objects.NOW


class Bench(App[None]):
    """A table alone, and what it told."""

    CSS_PATH = [sheet("tokens.tcss"), sheet("dashboard.tcss")]  # noqa: RUF012 (no ClassVar in App)

    def __init__(self, rows: list[Shown]) -> None:
        super().__init__()
        self.rows = rows
        self.looked: list[Shown | None] = []
        self.opened: list[Shown | None] = []
        self.titles: list[str] = []

    def compose(self) -> ComposeResult:
        yield GrantTable(lambda _: 3)

    def on_mount(self) -> None:
        self.table.show(self.rows, NOW)

    @property
    def table(self) -> GrantTable:
        return self.query_one(GrantTable)

    def on_grant_table_looked(self, event: GrantTable.Looked) -> None:
        assert event.control is self.table
        self.looked.append(event.shown)

    def on_grant_table_opened(self, event: GrantTable.Opened) -> None:
        self.opened.append(event.shown)

    def on_grant_table_title_chosen(self, event: GrantTable.TitleChosen) -> None:
        assert event.control is self.table
        self.titles.append(event.order)

    def line(self, y: int) -> str:
        return self.table.render_line(y).text

    def lines(self) -> list[str]:
        return [self.line(y).rstrip() for y in range(self.table.size.height)]


def many(count: int, since: int = 0) -> list[Shown]:
    wish = objects.spec("app=x", "10.0.0.1/32", "80")
    made = (
        objects.grant(n, f"team-{n:04}", wish, timedelta(minutes=20)) for n in range(since, since + count)
    )
    return [shown(one) for one in made]


MANY = many(300)


async def test_keys_move_the_cursor_and_tell() -> None:
    app = Bench(MANY)
    async with app.run_test(size=(100, 11)) as pilot:
        await pilot.pause()
        assert app.looked == [MANY[0]]
        for key, index in (
            ("j", 1), ("down", 2), ("k", 1), ("up", 0), ("up", 0), ("G", 299), ("ctrl+b", 290),
            ("pageup", 281), ("g", 0), ("ctrl+f", 9), ("pagedown", 18), ("end", 299), ("home", 0),
        ):  # fmt: skip
            await pilot.press(key)
            assert app.table.current is MANY[index], key
            assert any(line.startswith("▶") and f"team-{index:04}" in line for line in app.lines()), key
        assert app.looked[-1] is MANY[0]


async def test_the_mouse_moves_opens_and_scrolls() -> None:
    app = Bench(MANY)
    async with app.run_test(size=(100, 11)) as pilot:
        await pilot.click(GrantTable, offset=(20, 4))
        assert app.table.current is MANY[3]
        assert app.opened == []
        await pilot.click(GrantTable, offset=(20, 6), times=2)
        assert app.opened == [MANY[5]]
        app.table.scroll_to(y=50, animate=False)
        await pilot.pause()
        assert app.table.current is MANY[5]  # the wheel looks around without choosing
        await pilot.click(GrantTable, offset=(20, 1))
        assert app.table.current is MANY[50]


async def test_a_click_on_a_title_asks_for_its_order() -> None:
    app = Bench([A, B])
    async with app.run_test(size=(100, 11)) as pilot:
        at = {name: app.line(0).index(name) for name in ("STATE", "LEFT", "NAMESPACE", "FROM")}
        for x in at.values():
            await pilot.click(GrantTable, offset=(x, 0))
        await pilot.click(GrantTable, offset=(0, 0))
        await pilot.click(GrantTable, offset=(20, 9))
        assert app.titles == ["state", "left", "namespace"]
        assert app.table.current is A


async def test_the_cursor_stays_with_its_grant_and_on_its_line() -> None:
    app = Bench(MANY)
    async with app.run_test(size=(100, 11)) as pilot:
        app.table.action_line(150)
        await pilot.pause()
        line = next(y for y, text in enumerate(app.lines()) if text.startswith("▶"))
        app.table.show([*many(7, 1000), *MANY], NOW)
        await pilot.pause()
        assert app.table.current is MANY[150]
        assert app.line(line).startswith("▶")
        assert "team-0150" in app.line(line)


async def test_what_comes_in_above_is_seen_while_the_list_is_seen_from_its_top() -> None:
    app = Bench(MANY)
    async with app.run_test(size=(100, 11)) as pilot:
        app.table.action_line(2)
        app.table.show([D, *MANY], NOW)
        await pilot.pause()
        assert "app=cache" in app.line(1)
        assert app.line(4).startswith("▶")
        app.table.show([*many(9, 1000), D, *MANY], NOW)
        await pilot.pause()
        assert any(text.startswith("▶") for text in app.lines())
        assert app.table.current is MANY[2]


async def test_where_its_grant_ended_the_cursor_stays_on_the_line_and_tells() -> None:
    app = Bench([A, B, C])
    async with app.run_test(size=(100, 11)) as pilot:
        await pilot.press("j")
        app.table.show([A, C], NOW)
        await pilot.pause()
        assert app.looked[-1:] == [C]
        app.table.show([], NOW)
        await pilot.pause()
        assert app.looked[-1:] == [None]
        for key in ("j", "G", "ctrl+f"):
            await pilot.press(key)
        assert app.looked[-1:] == [app.table.current] == [None]


async def test_marks_are_shown_and_counted() -> None:
    app = Bench([A, B, C])
    async with app.run_test(size=(100, 11)):
        app.table.mark()
        app.table.mark()
        assert [*app.table.marked] == [A, B]
        assert [text[:3] for text in app.lines()[1:4]] == [" ✓ ", " ✓ ", "▶ !"]
        app.table.show([C], NOW)
        assert (len(app.table.marked), app.table.hidden_marks) == (0, 2)
        app.table.show([A, B, C], NOW)
        app.table.unmark([A.key])
        assert list(app.table.marked) == [B]
        app.table.keep_marks({key_of(A): None})
        assert app.table.hidden_marks == 0
        assert not app.table.marked


async def test_what_changed_is_marked_for_a_while() -> None:
    app = Bench([A, B, C])
    async with app.run_test(size=(100, 11)):
        app.table.flash({key_of(B): NOW + timedelta(seconds=2)})
        assert app.line(2).startswith(" *")
        app.table.show(app.rows, NOW + timedelta(seconds=1))
        assert app.line(2).startswith(" *")
        app.table.show(app.rows, NOW + timedelta(seconds=2))
        assert app.line(2).startswith("  ")


async def test_a_second_draws_the_countdowns_in_view_and_nothing_else() -> None:
    app = Bench(MANY)
    async with app.run_test(size=(100, 11)) as pilot:
        drawn = _regions(app)
        app.table.show(MANY, NOW + timedelta(milliseconds=300))
        assert drawn() == []
        app.table.show(MANY, NOW + timedelta(seconds=1))
        left = app.line(0).index("LEFT")
        assert drawn() == [Region(left, 1, 11, 10)]
        await pilot.pause()
        assert "19:59" in app.line(1)


def _regions(app: Bench) -> Callable[[], list[Region]]:
    """Return what tells the regions that were asked to be drawn since it was last called."""
    app.table._repaint_regions.clear()

    def taken() -> list[Region]:
        found = sorted(app.table._repaint_regions)
        app.table._repaint_regions.clear()
        return found

    return taken


async def test_several_clusters_have_a_column() -> None:
    app = Bench([A, B])
    async with app.run_test(size=(100, 11)):
        assert "CLUSTER" not in app.line(0)
        app.table.tell_order(Order("by", True), has_clusters=True)
        assert "CLUSTER" in app.line(0)
        assert "prod-eu1" in app.line(1)


async def test_what_is_remembered_stands_back() -> None:
    remembered = shown(objects.API)
    remembered.cluster.memory = Memory((remembered.row,), NOW)
    app = Bench([A, remembered])
    try:
        async with app.run_test(size=(100, 11)):
            styles = {segment.style for segment in app.table.render_line(2)}
            quiet = app.table.get_component_rich_style("-quiet")
            assert {style.color for style in styles if style} == {quiet.color}
    finally:
        CLUSTER.memory = None


async def test_a_notice_is_wrapped_and_gives_way_to_rows() -> None:
    app = Bench([])
    async with app.run_test(size=(30, 11)):
        app.table.say((("No grants stand in this cluster, nor anywhere", "-title"), ("", ""), ("n  new", "")))
        assert app.lines()[1:6] == [
            "",
            "  No grants stand in this",
            "  cluster, nor anywhere",
            "",
            "  n  new",
        ]
        app.table.show([A], NOW)
        assert not any("No grants" in text for text in app.lines())


HOSTILE = {
    "markup": "[@click=app.quit]x[/] [/foo] [red",
    "escapes": clean("\x1b[2J\x1b]52;c;eA==\x07\x9b31m"),
    "wide": "数据库👩‍💻🇩🇪 " * 8,
    "combining": "e\u0301\u0302\u0303" * 40,
    "long": "reason " * 600,
    "bidi": clean("abc\u202edef\u2066"),
    "empty": "",
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_texts_are_shown_as_they_are(name: str) -> None:
    text = HOSTILE[name]
    row = replace(
        A.row, context=text, namespaces=(text, text), direction=text, target=text, peers=text, ports=text,
        nets=text, requested_by=text, reason=text, ticket=text, incident=text, id=text or "x",
    )  # fmt: skip
    app = Bench([Shown(CLUSTER, row), A])
    async with app.run_test(size=(200, 11)) as pilot:
        app.table.tell_order(Order(), has_clusters=True)
        for width in (200, 80, 33, 1):
            await pilot.resize_terminal(width, 11)
            await pilot.pause()
            for y in range(3):
                assert cell_len(app.line(y)) == app.table.size.width
                assert "\x1b" not in app.line(y)
        assert app.is_running


async def test_any_size_is_survived() -> None:
    app = Bench(MANY)
    async with app.run_test(size=(80, 24)) as pilot:
        for size in ((1, 1), (200, 60), (20, 5), (3, 40), (160, 2), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.press("ctrl+f")
            assert cell_len(app.line(0)) == app.table.size.width
        assert any(text.startswith("▶") for text in app.lines())
