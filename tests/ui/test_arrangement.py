"""Which rows are listed, in which order, and how little is worked out again."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest

from app.domain.grant import State
from app.domain.view import GrantRow
from app.live.cluster import LiveCluster, Memory
from app.live.filtering import parse_filter
from app.live.rows import Rows
from app.ui.arrangement import Arrangement, Order
from app.ui.view import View
from tests.ui import objects
from tests.ui.stage import connected, set_scene


def followed(name: str = "prod-eu1", offset: timedelta = timedelta()) -> LiveCluster:
    cluster = LiveCluster(name)
    set_scene(cluster)
    connected(cluster, name)
    cluster.set_status(offset=offset)
    cluster.rows.advance(objects.NOW + offset)
    return cluster


def namespaces(arrangement: Arrangement, view: View) -> list[str]:
    return [shown.row.requested_by for shown in arrangement.arrange(view).rows]


@pytest.mark.parametrize(
    ("order", "people"),
    [
        (Order(), ["carol", "bob", "alice", "dave"]),
        (Order("left"), ["carol", "bob", "alice", "dave"]),
        (Order("left", True), ["dave", "alice", "bob", "carol"]),
        (Order("state"), ["carol", "dave", "bob", "alice"]),
        (Order("namespace"), ["carol", "bob", "alice", "dave"]),
        (Order("target"), ["bob", "dave", "alice", "carol"]),
        (Order("by", True), ["dave", "carol", "bob", "alice"]),
    ],
)
def test_each_order(order: Order, people: list[str]) -> None:
    arrangement = Arrangement()
    arrangement.order = order
    assert namespaces(arrangement, View(objects.NOW, (followed(),), 1)) == people


def test_the_same_key_again_turns_the_order() -> None:
    assert Order().then("left") == Order("left")
    assert Order("left").then("left") == Order("left", True)
    assert Order("left", True).then("left") == Order("left")
    assert Order("left", True).then("by") == Order("by")


def test_of_two_clusters_the_clocks_are_minded() -> None:
    ahead = followed("ahead", timedelta(minutes=30))
    behind = followed("behind")
    rows = Arrangement().arrange(View(objects.NOW, (behind, ahead), 1)).rows
    left = [shown.left(objects.NOW) for shown in rows]
    assert left == sorted(left)  # type: ignore[type-var]


def test_the_filter_leaves_out_and_the_counts_count_all() -> None:
    arrangement = Arrangement()
    arrangement.filter = parse_filter("production !dave")
    found = arrangement.arrange(View(objects.NOW, (followed(),), 1))
    assert [shown.row.requested_by for shown in found.rows] == ["alice"]
    assert found.total == 4
    assert found.states == {State.OVERDUE: 1, State.EXPIRING: 1, State.DRIFTED: 1, State.ACTIVE: 1}


def test_labels_are_those_of_the_target_too() -> None:
    arrangement = Arrangement()
    arrangement.filter = parse_filter("-l app in (mq, api)")
    assert namespaces(arrangement, View(objects.NOW, (followed(),), 1)) == ["carol", "bob"]


def test_nothing_is_worked_out_while_nothing_changes() -> None:
    arrangement, cluster = Arrangement(), followed()
    first = arrangement.arrange(View(objects.NOW, (cluster,), 1))
    assert arrangement.arrange(View(objects.NOW + objects.MINUTE, (cluster,), 1)) is first


def test_a_row_that_did_not_change_stays_the_same_value() -> None:
    arrangement, cluster = Arrangement(), followed()
    before = {shown.key: shown for shown in arrangement.arrange(View(objects.NOW, (cluster,), 1)).rows}
    cluster.rows.drop_policy(objects.API.policy)
    cluster.rows.advance(objects.NOW)
    after = arrangement.arrange(View(objects.NOW, (cluster,), 2)).rows
    assert len(after) == 3
    assert all(shown is before[shown.key] for shown in after)


def test_what_is_remembered_gives_way_to_what_is_live_even_if_no_row_changed() -> None:
    live = followed()
    remembered = LiveCluster("prod-eu1")
    remembered.memory = Memory(tuple(live.rows), objects.NOW)
    arrangement = Arrangement()
    assert len(arrangement.arrange(View(objects.NOW, (remembered,), 1)).rows) == 4
    connected(remembered)
    assert arrangement.arrange(View(objects.NOW, (remembered,), 1)).rows == []


def test_remembered_rows_are_filtered_by_the_labels_of_their_target() -> None:
    remembered = LiveCluster("prod-eu1")
    remembered.memory = Memory(tuple(followed().rows), objects.NOW)
    arrangement = Arrangement()
    arrangement.filter = parse_filter("-l app=mq")
    assert namespaces(arrangement, View(objects.NOW, (remembered,), 1)) == ["carol"]


def test_a_deadline_that_nobody_can_read_comes_first() -> None:
    cluster = LiveCluster("prod-eu1")
    made = objects.grant(7, "ops", objects.spec("app=x", "10.0.0.1/32", "80"), objects.MINUTE, by="eve")
    notes = made.policy.metadata.annotations or {}
    notes["netgrant.dev/expires-at"] = "soon"
    set_scene(cluster)
    connected(cluster)
    cluster.rows.put_policy(made.policy)
    cluster.rows.advance(objects.NOW)
    assert namespaces(Arrangement(), View(objects.NOW, (cluster,), 1))[0] == "eve"


class LookedThrough(Rows):
    """Rows that count how often somebody goes through all of them."""

    times = 0

    def __iter__(self) -> Iterator[GrantRow]:
        self.times += 1
        return super().__iter__()


def many(count: int) -> LiveCluster:
    cluster = LiveCluster("prod-eu1")
    cluster.rows = LookedThrough("prod-eu1")
    connected(cluster)
    for number in range(count):
        made = objects.grant(
            number, "ops", objects.spec("app=x", "10.0.0.1/32", "80"), number * objects.MINUTE
        )
        cluster.rows.put_policy(made.policy)
        cluster.rows.put_job(made.job)
    cluster.rows.advance(objects.NOW)
    return cluster


def test_one_change_among_many_looks_at_one_row() -> None:
    cluster, arrangement = many(300), Arrangement()
    rows = cluster.rows
    assert isinstance(rows, LookedThrough)
    arrangement.arrange(View(objects.NOW, (cluster,), 1))
    assert rows.times == 1
    moved = objects.grant(7, "ops", objects.spec("app=x", "10.0.0.1/32", "80"), timedelta(hours=9), by="eve")
    rows.put_policy(moved.policy)
    rows.put_job(moved.job)
    rows.advance(objects.NOW)
    assert namespaces(arrangement, View(objects.NOW, (cluster,), 2))[-1] == "eve"
    assert rows.times == 1


@pytest.mark.parametrize("seed", range(20))
def test_what_is_kept_current_is_what_would_be_worked_out_anew(seed: int) -> None:
    random = Random(seed)
    cluster, kept = many(12), Arrangement()
    for step in range(30):
        number, left = random.randrange(16), random.randrange(-1, 90) * objects.MINUTE
        by = random.choice(("alice", "bob"))
        made = objects.grant(number, "ops", objects.spec("app=x", "10.0.0.1/32", "80"), left, by=by)
        if random.random() < 0.2:
            cluster.rows.drop_policy(made.policy)
        else:
            cluster.rows.put_policy(made.policy)
            cluster.rows.put_job(made.job)
        if random.random() < 0.3:
            kept.filter = parse_filter(random.choice(("", "alice", "!alice", "-l app=x")))
            kept.order = Order(random.choice(("", "left", "by", "state")), random.random() < 0.5)
        cluster.rows.advance(objects.NOW)
        anew = Arrangement()
        anew.filter, anew.order = kept.filter, kept.order
        found, wanted = (item.arrange(View(objects.NOW, (cluster,), step)) for item in (kept, anew))
        assert [shown.row for shown in found.rows] == [shown.row for shown in wanted.rows]
        assert (found.total, found.states) == (wanted.total, wanted.states)
        assert set(found.standing) == set(wanted.standing)
