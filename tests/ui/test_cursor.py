"""The cursor stays with its grant; marks stay with theirs."""

from app.domain.grant import join
from app.domain.view import row_of
from app.live.cluster import LiveCluster
from app.ui.cursor import Cursor, key_of
from app.ui.view import Shown
from tests.ui import objects

CLUSTER = LiveCluster("prod-eu1")


def shown(made: objects.Made, cluster: LiveCluster = CLUSTER) -> Shown:
    return Shown(cluster, row_of(join([made.policy], [made.job])[0], objects.NOW, cluster.name))


A, B, C, D = map(shown, objects.GRANTS)


def at(index: int, *rows: Shown) -> Cursor:
    cursor = Cursor()
    cursor.show(rows)
    cursor.move(index)
    return cursor


def test_it_stays_with_its_grant_when_rows_come_and_change_places() -> None:
    cursor = at(1, A, B, C)
    cursor.show([D, C, B, A])
    assert cursor.current is B
    assert cursor.index == 2


def test_it_knows_its_grant_in_a_new_state() -> None:
    cursor, newer = at(1, A, B), shown(objects.API)
    cursor.show([newer, A])
    assert cursor.current is newer


def test_where_its_grant_is_gone_it_stays_on_its_line() -> None:
    cursor = at(1, A, B, C)
    cursor.show([A, C])
    assert [cursor.current] == [C]
    cursor.show([])
    assert cursor.index == 0
    assert [cursor.current] == [None]
    cursor.show([B])
    assert [cursor.current] == [B]


def test_the_same_id_in_another_cluster_is_another_grant() -> None:
    other = shown(objects.DATABASE, LiveCluster("staging"))
    cursor = at(0, A, other)
    cursor.show([other, A])
    assert cursor.current is A


def test_it_survives_that_the_context_gets_its_name() -> None:
    cluster = LiveCluster(None)
    cursor = at(1, shown(objects.DATABASE, cluster), shown(objects.API, cluster))
    cluster.set_status(context="prod-eu1")
    cursor.show([shown(objects.API, cluster), shown(objects.DATABASE, cluster)])
    assert cursor.index == 0


def test_it_moves_within_the_rows() -> None:
    cursor = at(0, A, B)
    assert cursor.move(9)
    assert cursor.current is B
    assert not cursor.move(1)
    assert cursor.move(-3)
    assert cursor.current is A


def test_marks_are_in_the_order_of_the_table_and_come_off() -> None:
    cursor = at(2, A, B, C)
    cursor.mark()
    cursor.move(0)
    cursor.mark()
    assert list(cursor.marked) == [A, C]
    assert cursor.is_marked(A) and not cursor.is_marked(B)
    cursor.mark()
    assert list(cursor.marked) == [C]


def test_a_mark_that_the_filter_hides_is_kept_and_not_acted_on() -> None:
    cursor = at(0, A, B)
    cursor.mark()
    cursor.show([B])
    assert not list(cursor.marked)
    assert len(cursor.marks) == 1
    cursor.show([A, B])
    assert list(cursor.marked) == [A]


def test_a_mark_on_a_grant_that_ended_is_dropped() -> None:
    cursor = at(0, A, B)
    cursor.mark()
    cursor.keep_marks({key_of(B): None})
    cursor.show([A, B])
    assert not list(cursor.marked)


def test_nothing_is_marked_where_there_is_nothing() -> None:
    cursor = at(0)
    cursor.mark()
    assert cursor.marks == set()
