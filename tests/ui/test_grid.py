"""The lines in view: columns that grow and do not jump, and a tick that changes countdowns alone."""

from datetime import timedelta

from rich.cells import cell_len

from app.ui.arrangement import Order
from app.ui.grid import Grid
from app.ui.view import Shown
from tests.ui import objects
from tests.ui.test_cursor import CLUSTER, A, B, C, D, shown

NOW = objects.NOW


def grid(pods: int | None = 3) -> Grid:
    return Grid(lambda _: pods)


def line(grid: Grid, item: Shown, seconds: int = 0) -> str:
    _, _, pieces = grid.line(item, NOW + timedelta(seconds=seconds))
    return "".join(text for text, _ in pieces)


def test_a_line_of_an_incident() -> None:
    found = grid()
    assert found.see([A, B, C, D], NOW, 80)
    assert line(found, A) == "active    27:14 ███   production app=database (3) 198.51.100.0/24    5432 "
    assert found.line(C, NOW)[:2] == ("!", "-overdue")
    assert found.titles(Order()) == (
        "STATE    LEFT         NAMESPACE  TARGET           FROM               PORTS »"
    )


def test_a_second_that_passes_is_no_change_but_of_the_countdown() -> None:
    found = grid()
    found.see([A, B], NOW, 120)
    assert not found.see([A, B], NOW + timedelta(seconds=1), 120)
    assert line(found, A, 1).startswith("active    27:13")


def test_another_count_of_pods_is_a_change() -> None:
    counts = [3]
    found = Grid(lambda _: counts[0])
    found.see([A], NOW, 120)
    counts[0] = 4
    assert found.see([A], NOW, 120)
    assert "app=database (4)" in line(found, A)


def test_columns_grow_for_what_comes_into_view_and_do_not_shrink_again() -> None:
    long = shown(
        objects.grant(8, "a-long-namespace", objects.spec("app=x", "10.0.0.1/32", "80"), objects.MINUTE)
    )
    found = grid()
    found.see([A], NOW, 160)
    before = found.layout
    assert found.see([A, long], NOW, 160)
    assert "a-long-namespace" in line(found, long)
    wide = found.layout
    assert wide != before
    assert not found.see([A], NOW, 160)
    assert found.layout == wide
    found.start_again(has_clusters=False)
    found.see([A], NOW, 160)
    assert found.layout == before


def test_the_cluster_is_a_column_only_where_there_are_several() -> None:
    found = grid()
    found.see([A], NOW, 160)
    assert found.layout.find("cluster") is None
    found.start_again(has_clusters=True)
    found.see([A], NOW, 160)
    assert found.layout.find("cluster") is not None
    assert CLUSTER.name in line(found, A)


def test_the_order_is_shown_at_its_column() -> None:
    found = grid()
    found.see([A, B, C, D], NOW, 160)
    assert "LEFT▲ " in found.titles(Order("left"))
    assert "LEFT▼ " in found.titles(Order("left", True))
    assert "▲" not in found.titles(Order()) + found.titles(Order("state", True))
    assert "NS▲" in _narrow().titles(Order("namespace"))


def _narrow() -> Grid:
    found = grid()
    short = shown(objects.grant(8, "ops", objects.spec("app=x", "10.0.0.1/32", "80"), objects.MINUTE))
    found.see([short], NOW, 60)
    return found


def test_at_every_width_the_line_is_exactly_as_wide_as_its_columns() -> None:
    for width in range(12, 200, 9):
        found = grid()
        found.see([A, B, C, D], NOW, width)
        if found.layout.placed:
            last = found.layout.placed[-1]
            for item in (A, B, C, D):
                assert cell_len(line(found, item)) == last.start + last.width - 4
        assert cell_len(found.titles(Order("left"))) == max(1, width - 4)


def test_a_row_that_was_not_seen_yet_can_be_drawn() -> None:
    found = grid()
    found.see([A], NOW, 100)
    assert line(found, B).startswith("expir…")


def test_rows_by_the_thousand_are_not_all_remembered() -> None:
    found = grid()
    for number in range(900):
        made = objects.grant(number, "ops", objects.spec("app=x", "10.0.0.1/32", "80"), objects.MINUTE)
        found.see([shown(made)], NOW, 100)
    assert len(found._drawn) <= 401
