"""Which columns stand where, at every width."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ui.columns import COLUMNS, GUTTER, Layout, gap, lay_out

NEEDS = {
    "state": 8, "left": 12, "namespace": 10, "target": 16, "from": 18, "ports": 8, "direction": 2, "nets": 1,
    "by": 5, "id": 6, "reason": 30,
}  # fmt: skip


def names(layout: Layout) -> list[str]:
    return [item.column.name for item in layout.placed]


def test_at_eighty_columns_the_six_that_matter() -> None:
    layout = lay_out(80, {**NEEDS, "ports": 4})
    assert names(layout) == ["state", "left", "namespace", "target", "from", "ports"]
    assert layout.has_more
    assert [item.width for item in layout.placed] == [8, 12, 10, 16, 18, 5]


def test_where_there_is_room_all_of_them_uncut() -> None:
    layout = lay_out(160, NEEDS)
    assert names(layout) == [column.name for column in COLUMNS if column.name in NEEDS]
    assert not layout.has_more
    assert all(item.width >= NEEDS[item.column.name] for item in layout.placed)


def test_the_cluster_comes_early_where_there_are_several() -> None:
    assert names(lay_out(80, {**NEEDS, "cluster": 8}))[:3] == ["state", "left", "cluster"]


def test_what_is_left_goes_to_the_reason() -> None:
    layout = lay_out(200, {**NEEDS, "reason": 64})
    found = layout.find("reason")
    assert found is not None
    assert found.width == 64


def test_a_narrow_terminal_has_what_is_left_of_the_time() -> None:
    assert names(lay_out(20, NEEDS)) == ["state", "left"]
    assert names(lay_out(14, NEEDS)) == ["left"]
    assert lay_out(14, NEEDS).has_more
    assert names(lay_out(3, NEEDS)) == []


def test_the_column_at_a_place() -> None:
    layout = lay_out(80, NEEDS)
    assert layout.at(0) is None
    column = layout.at(GUTTER)
    assert column is not None
    assert column.name == "state"
    assert layout.at(79) is None


@given(
    st.integers(0, 240),
    st.dictionaries(st.sampled_from([column.name for column in COLUMNS]), st.integers(0, 64)),
)
def test_columns_never_overlap_nor_leave_the_line(width: int, needs: dict[str, int]) -> None:
    layout = lay_out(width, needs)
    end = GUTTER
    for item in layout.placed:
        assert item.start == end
        assert item.width >= item.column.least
        end = item.start + item.width + gap(width)
    if layout.placed:
        assert end - gap(width) <= width - 1


@pytest.mark.parametrize("width", range(0, 200, 7))
def test_a_hidden_column_is_told(width: int) -> None:
    layout = lay_out(width, NEEDS)
    assert layout.has_more == (len(layout.placed) < len(NEEDS))
