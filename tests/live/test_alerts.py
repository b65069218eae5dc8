"""What somebody should hear of is told, each of it once."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.grant import State
from app.domain.view import GrantRow
from app.live.alerts import Alert, AlertKind, Watchman, is_on_time
from tests.live.watched_rows import MINUTE, SECOND, START, Scenes, gone, put, row

WARN = (5 * MINUTE, MINUTE)


def kinds(alerts: Iterable[Alert]) -> list[tuple[str, timedelta]]:
    return [(str(alert.kind), alert.threshold) for alert in alerts]


def soon(threshold: timedelta) -> tuple[str, timedelta]:
    return "soon", threshold


def told(watchman: Watchman, until: datetime, since: datetime = START) -> list[tuple[float, str, timedelta]]:
    """What is told from second to second, with the second at which it is."""
    found = []
    moment = since
    while moment <= until:
        seconds = (moment - START).total_seconds()
        found += [(seconds, *kind) for kind in kinds(watchman.watch((), moment))]
        moment += SECOND
    return found


def test_each_threshold_is_told_once_when_its_moment_comes() -> None:
    watchman = Watchman(WARN)
    assert watchman.watch([put(row("a", START + 10 * MINUTE))], START) == []

    assert told(watchman, START + 10 * MINUTE) == [
        (300, "soon", 5 * MINUTE),
        (540, "soon", MINUTE),
    ]


def test_what_is_left_comes_with_it() -> None:
    watchman = Watchman(WARN)
    watchman.watch([put(row("a", START + 10 * MINUTE))], START)
    (alert,) = watchman.watch((), START + 6 * MINUTE)
    assert (alert.span, alert.row and alert.row.id) == (4 * MINUTE, "a")


def test_no_thresholds_no_warnings() -> None:
    watchman = Watchman(())
    watchman.watch([put(row("a", START + 10 * MINUTE))], START)
    assert told(watchman, START + 10 * MINUTE) == []


def test_first_seen_with_little_left_is_told_once_at_the_nearest_threshold() -> None:
    for left, threshold in ((3 * MINUTE, 5 * MINUTE), (30 * SECOND, MINUTE)):
        watchman = Watchman(WARN)
        assert kinds(watchman.watch([put(row("a", START + left))], START)) == [soon(threshold)]
        assert kinds(watchman.watch((), START + SECOND)) == []


def test_a_grant_made_for_three_minutes_is_no_news_to_whoever_made_it() -> None:
    watchman = Watchman(WARN)
    made = row("a", START + 3 * MINUTE, created_at=START)
    assert watchman.watch([put(made)], START) == []
    assert told(watchman, START + 3 * MINUTE) == [(120, "soon", MINUTE)]


def test_nor_is_one_whose_five_minutes_are_a_second_longer_by_its_objects() -> None:
    watchman = Watchman(WARN)
    made = row("a", START + 5 * MINUTE + SECOND, created_at=START)
    watchman.watch([put(made)], START)
    assert told(watchman, START + 2 * MINUTE) == []


def test_an_extended_grant_warns_again() -> None:
    watchman = Watchman(WARN)
    watchman.watch([put(row("a", START + 30 * SECOND))], START)
    assert watchman.watch([put(row("a", START + 3 * MINUTE))], START) == []  # further away: no news
    assert told(watchman, START + 3 * MINUTE) == [(120, "soon", MINUTE)]

    later = START + 2 * MINUTE
    watchman.watch([put(row("a", START + 12 * MINUTE))], later)
    assert told(watchman, START + 12 * MINUTE, later) == [(420, "soon", 5 * MINUTE), (660, "soon", MINUTE)]


def test_an_extension_that_is_taken_back_warns_no_second_time() -> None:
    watchman = Watchman(WARN)
    found = [
        len(watchman.watch([put(row("a", START + minutes * MINUTE))], START + n * SECOND))
        for n, minutes in enumerate((4, 20, 4))
    ]
    assert found == [1, 0, 0]


def test_a_shortened_grant_warns_at_once() -> None:
    watchman = Watchman(WARN)
    watchman.watch([put(row("a", START + 58 * MINUTE))], START)
    assert kinds(watchman.watch([put(row("a", START + 3 * MINUTE))], START)) == [soon(5 * MINUTE)]


def test_a_deadline_that_flickers_warns_once() -> None:
    watchman = Watchman(WARN)
    found = []
    for n in range(6):
        deadline = START + 4 * MINUTE + (n % 2) * SECOND
        found += watchman.watch([put(row("a", deadline))], START + n * SECOND)
    assert kinds(found) == [soon(5 * MINUTE)]


def test_a_laptop_that_slept_hears_of_the_most_urgent_only() -> None:
    watchman = Watchman((30 * MINUTE, *WARN))
    watchman.watch([put(row(str(n), START + 61 * MINUTE)) for n in range(7)], START)
    woken = watchman.watch((), START + 60 * MINUTE + 10 * SECOND)
    assert kinds(woken) == [soon(MINUTE)] * 7
    assert told(watchman, START + 61 * MINUTE, START + 60 * MINUTE + 11 * SECOND) == []


def test_one_that_slept_past_the_deadline_hears_how_it_stands() -> None:
    watchman = Watchman(WARN)
    deadline = START + 20 * MINUTE
    for name in ("gone", "stands"):
        watchman.watch([put(row(name, deadline))], START)
    later = START + 60 * MINUTE
    woken = watchman.watch([gone(row("gone", deadline)), put(row("stands", deadline, later))], later)
    assert [alert.kind for alert in woken] == [AlertKind.ENDED, AlertKind.OVERDUE]
    assert not is_on_time(woken[0]) and not woken[0].was_told


def test_an_end_is_on_time_late_or_early() -> None:
    watchman = Watchman(WARN)
    rows = [row(name, START + MINUTE) for name in ("early", "good", "late")]
    watchman.watch([put(item) for item in rows], START)
    early, good, late = rows

    (removed,) = watchman.watch([gone(early)], START + 20 * SECOND)
    assert (removed.kind, removed.span) == (AlertKind.REMOVED, 40 * SECOND)
    (ended,) = watchman.watch([gone(good)], START + MINUTE + timedelta(seconds=0.3))
    assert is_on_time(ended)
    overdue = replace(late, state=State.OVERDUE)
    (still,) = watchman.watch([put(overdue)], START + MINUTE + 3 * SECOND)
    assert (still.kind, still.span) == (AlertKind.OVERDUE, 3 * SECOND)
    (ended,) = watchman.watch([gone(overdue)], START + MINUTE + 12 * SECOND)
    assert (ended.kind, ended.span, ended.was_told) == (AlertKind.ENDED, 12 * SECOND, True)


def test_overdue_is_told_once_a_deadline() -> None:
    watchman = Watchman(WARN)
    late = row("a", START - MINUTE)
    assert [alert.kind for alert in watchman.watch([put(late)], START)] == [AlertKind.OVERDUE]
    for n in range(5):
        assert watchman.watch([put(replace(late, reason=str(n)))], START + n * SECOND) == []
    unreadable = replace(late, deadline=None)
    assert [alert.kind for alert in watchman.watch([put(unreadable)], START)] == [AlertKind.OVERDUE]


def drifted(*drift: str) -> GrantRow:
    return row("a", START + 60 * MINUTE, drift=drift, state=State.DRIFTED if drift else State.ACTIVE)


def test_drift_is_told_once_and_again_when_it_changes_or_comes_back() -> None:
    watchman = Watchman(WARN)
    found = [
        len(watchman.watch([put(drifted(*drift))], START + n * SECOND))
        for n, drift in enumerate(
            (["spec edited"], ["spec edited"], ["spec edited", "no Job"], [], ["no Job"])
        )
    ]
    assert found == [1, 0, 1, 0, 1]


def test_a_timer_that_is_gone_is_no_news_once_it_has_fired() -> None:
    watchman = Watchman(WARN)
    watchman.watch([put(row("a", START + 60 * MINUTE))], START)
    ending = row("a", START + 60 * MINUTE, drift=("no Job",), state=State.ENDING)
    assert watchman.watch([put(ending)], START) == []


def test_what_never_stood_open_ends_without_a_word() -> None:
    watchman = Watchman(WARN)
    half = row("a", START + MINUTE, parts=(), state=State.PENDING)
    assert watchman.watch([put(half)], START) == []
    assert watchman.watch([gone(half)], START + SECOND) == []
    assert watchman.watch([gone(row("never seen", START))], START) == []


def test_one_that_comes_back_under_its_id_is_watched_anew() -> None:
    watchman = Watchman(WARN)
    item = row("a", START + 30 * SECOND)
    assert kinds(watchman.watch([put(item)], START)) == [soon(MINUTE)]
    found = watchman.watch([gone(item), put(item)], START + SECOND)
    assert kinds(found) == [("removed", timedelta()), soon(MINUTE)]


def test_a_link_is_lost_once_and_back_once() -> None:
    watchman = Watchman(WARN)
    states = [True, False, True, *[False] * 10, True, True]
    found = [
        (n, str(alert.kind), alert.span)
        for n, is_live in enumerate(states)
        for alert in watchman.watch_link(is_live, START + n * SECOND)
    ]
    assert found == [(6, "link lost", 3 * SECOND), (13, "link back", 10 * SECOND)]


class Counting(Watchman):
    looks = 0

    def _look(self, *seen: object) -> list[Alert]:
        self.looks += 1
        return super()._look(*seen)  # type: ignore[arg-type]


def test_ten_thousand_that_count_down_cost_nothing() -> None:
    watchman = Counting(WARN)
    watchman.watch([put(row(str(n), START + MINUTE * (60 + n))) for n in range(10_000)], START)
    watchman.looks = 0
    for n in range(600):
        watchman.watch((), START + n * SECOND)
    assert watchman.looks == 0
    watchman.watch((), START + 55 * MINUTE)
    assert watchman.looks == 1


NAMES = st.sampled_from("abc")
STEPS = st.lists(
    st.tuples(
        st.dictionaries(NAMES, st.none() | st.integers(-5, 700), max_size=2),  # new deadlines; None: gone
        st.integers(1, 200) | st.just(3600),  # seconds that pass then
    ),
    max_size=25,
)


@given(STEPS)
def test_nothing_is_told_twice_and_every_crossing_is_told(
    steps: list[tuple[dict[str, int | None], int]],
) -> None:
    watchman, scenes, now = Watchman(WARN), Scenes(), START
    said: list[tuple[object, ...]] = []
    before: dict[str, tuple[datetime, timedelta]] = {}
    for wishes, pause in steps:
        for name, seconds in wishes.items():
            scenes.deadlines.pop(name, None)
            if seconds is not None:
                scenes.deadlines[name] = now + seconds * SECOND
        for moment in (now, now + pause * SECOND):
            alerts = watchman.watch(scenes.changes(moment), moment)
            new = [
                (alert.row and alert.row.id, alert.row and alert.row.deadline, *kinds([alert])[0])
                for alert in alerts
            ]
            expect_crossings(scenes, before, moment, [*said, *new])
            expect_truth(alerts, moment)
            before = {name: (end, end - moment) for name, end in scenes.deadlines.items()}
            said = [item for item in (*said, *new) if item[0] in scenes.deadlines]
            assert len(set(said)) == len(said)
        now += pause * SECOND


def expect_crossings(
    scenes: Scenes,
    before: dict[str, tuple[datetime, timedelta]],
    now: datetime,
    said: list[tuple[object, ...]],
) -> None:
    """Each threshold that came between two looks at the same deadline is told, if no nearer one is."""
    for name, end in scenes.deadlines.items():
        known, was_left = before.get(name, (None, timedelta()))
        left = end - now
        crossed = [threshold for threshold in WARN if left <= threshold < was_left]
        if known == end and crossed and left > timedelta():
            assert (name, end, "soon", min(crossed)) in said
        if left <= -2 * SECOND:
            assert (name, end, "overdue", timedelta()) in said


def expect_truth(alerts: list[Alert], now: datetime) -> None:
    """What is told holds at that moment."""
    for alert in alerts:
        assert alert.row and alert.row.deadline
        left = alert.row.deadline - now
        if alert.kind is AlertKind.SOON:
            assert timedelta() < left <= alert.threshold
            assert not any(left <= threshold < alert.threshold for threshold in WARN)
        if alert.kind is AlertKind.REMOVED:
            assert left > timedelta()
        if alert.kind in (AlertKind.ENDED, AlertKind.OVERDUE):
            assert left <= timedelta()
