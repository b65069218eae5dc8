"""One grant as the cells of one line, whatever it is called."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from app.domain.grant import State, join
from app.domain.text import clean
from app.domain.view import GrantRow, row_of
from app.live.cluster import LiveCluster
from app.ui.cells import ALL_TOKENS, Cell, bar, cells_of, countdown, fit, left_cell, one_line, share_left
from app.ui.view import Shown
from tests.ui import objects

MINUTE = timedelta(minutes=1)


def row(made: objects.Made = objects.DATABASE) -> GrantRow:
    return row_of(join([made.policy], [made.job])[0], objects.NOW, "prod-eu1")


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("database", 8, "database"),
        ("database", 10, "database  "),
        ("database", 5, "data…"),
        ("database", 1, "…"),
        ("database", 0, ""),
        ("数据库", 6, "数据库"),
        ("数据库", 5, "数据…"),
        ("数据库", 4, "数… "),
        ("数据库", 2, "… "),
        ("e\u0301te\u0301", 3, "e\u0301te\u0301"),
        ("👩‍💻 on call", 6, "👩‍💻 on…"),
        ("", 3, "   "),
    ],
)
def test_a_text_takes_exactly_its_columns(text: str, width: int, shown: str) -> None:
    assert fit(text, width) == shown
    assert cell_len(shown) == width


@given(st.text(), st.integers(0, 30))
def test_any_text_takes_exactly_its_columns(text: str, width: int) -> None:
    assert cell_len(fit(clean(text), width)) == width


def test_a_text_of_four_kilobytes_is_cut_like_any() -> None:
    assert fit("語" * 4096, 9) == "語語語語…"
    assert cell_len(fit("\u0301" * 4096, 9)) == 9


def test_the_count_behind_a_target_is_kept_when_its_name_is_cut() -> None:
    cell = Cell("app=a-very-long-name", "", " (12)")
    assert cell.width == 25
    assert cell.fit(12) == "app=a-… (12)"
    assert cell.fit(5) == "app=…"


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0.0, ""),
        (-1.0, ""),
        (0.0001, "▏"),
        (0.5, "██"),
        (0.53, "██▏"),
        (1.0, "████"),
        (7.0, "████"),
    ],
)
def test_a_bar_of_eighths(share: float, shown: str) -> None:
    assert bar(share, 4) == shown


@pytest.mark.parametrize(
    ("left", "shown"),
    [
        (None, "unknown"),
        (27 * MINUTE + timedelta(seconds=14, milliseconds=900), "27:14"),
        (timedelta(seconds=-12), "+00:12"),
        (timedelta(hours=21, minutes=5), "21:05:00"),
        (timedelta(days=6, hours=4, minutes=30), "6d04h"),
        (timedelta(days=-6), "+6d00h"),
        (timedelta(days=40000), "> 10y"),
    ],
)
def test_a_countdown(left: timedelta | None, shown: str) -> None:
    assert countdown(left) == shown


def test_what_is_left_is_a_share_of_the_whole_life() -> None:
    assert share_left(row(), timedelta(minutes=22.5)) == 0.5
    assert share_left(replace(row(), created_at=None), MINUTE) == 0.0
    assert share_left(replace(row(), created_at=row().deadline), MINUTE) == 0.0
    assert share_left(row(), None) == 0.0


def test_the_countdown_goes_by_the_clock_of_the_server() -> None:
    cluster = LiveCluster("prod-eu1")
    cluster.set_status(offset=timedelta(seconds=10))
    assert left_cell(Shown(cluster, row()), objects.NOW, 6, 5) == Cell(" 27:04 ███", "-active")
    assert left_cell(Shown(cluster, row()), objects.NOW, 6, 0).text == " 27:04"


@pytest.mark.parametrize(
    ("made", "sign", "state"),
    [
        (objects.DATABASE, " ", "active"),
        (objects.API, " ", "expiring"),
        (objects.LEGACY, "!", "overdue"),
        (objects.CACHE, "~", "drifted"),
    ],
)
def test_each_state_has_a_word_and_what_needs_a_look_a_sign(
    made: objects.Made, sign: str, state: str
) -> None:
    cells = cells_of(row(made))
    assert (cells["sign"].text, cells["state"].text, cells["state"].token) == (sign, state, f"-{state}")


def test_every_state_has_a_token_that_the_table_can_draw() -> None:
    for state in State:
        cells = cells_of(replace(row(), state=state))
        assert {cell.token for cell in cells.values()} - {""} <= ALL_TOKENS


def test_the_cells_of_a_grant() -> None:
    cells = cells_of(row(objects.API), 4)
    told = {name: cell.text + cell.tail for name, cell in cells.items()}
    assert told == {
        "sign": " ",
        "state": "expiring",
        "cluster": "prod-eu1",
        "namespace": "payments",
        "target": "app=api (4)",
        "from": "ns=ops app=bastion",
        "ports": "8080/TCP",
        "direction": "in",
        "nets": "J",
        "by": "bob",
        "id": "600002",
        "reason": "debug the failing health check",
    }


def test_where_room_is_scarce_the_usual_protocol_is_left_out() -> None:
    assert cells_of(row(), brief=True)["ports"].text == "5432"
    assert cells_of(replace(row(), ports="53/UDP, 53/TCP"), brief=True)["ports"].text == "53/UDP, 53"


def test_a_grant_that_opens_the_way_out_says_so_where_only_the_peer_is_seen() -> None:
    assert cells_of(replace(row(), direction="egress"))["from"].text == "→ 198.51.100.0/24"
    assert cells_of(replace(row(), direction="both"))["from"].text == "↔ 198.51.100.0/24"


def test_what_deserves_a_look_is_marked() -> None:
    assert cells_of(row(), 0)["target"] == Cell("app=database", "-warn", " (0)")
    assert cells_of(row(), None)["target"] == Cell("app=database")
    assert cells_of(row(objects.CACHE))["nets"] == Cell("–", "-warn")
    assert cells_of(row(objects.CACHE), is_keeping=True)["nets"] == Cell("T", "-warn")


def test_a_hostile_context_name_is_harmless() -> None:
    assert cells_of(replace(row(), context="\x1b]52;c;x\x07"))["cluster"].text == r"\x1b]52;c;x\x07"


def test_one_line_for_the_clipboard() -> None:
    assert one_line(Shown(LiveCluster("prod-eu1"), row()), "18:00") == (
        f"{row().id} prod-eu1 production app=database ← 198.51.100.0/24 5432/TCP active until 18:00 "
        "alice INC-482 debug replication lag"
    )
