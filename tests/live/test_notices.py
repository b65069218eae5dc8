"""Alerts as sentences: one each, or one for many."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.live.alerts import Alert, AlertKind
from app.live.notices import notices
from tests.live.watched_rows import MINUTE, SECOND, START, row

DATABASE = replace(
    row("a", START + 10 * MINUTE),
    namespaces=("production",),
    target="app=database",
    drift=("spec edited", "no Job"),
)
UNREADABLE = replace(DATABASE, deadline=None)


def alert(kind: AlertKind, span: timedelta = timedelta(), **changes: object) -> Alert:
    return Alert(kind, span, DATABASE, **changes)  # type: ignore[arg-type]


def words(*alerts: Alert, clusters: int = 1) -> list[str]:
    return [notice.text for notice in notices([("prod-eu1", item) for item in alerts], clusters)]


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (alert(AlertKind.SOON, 4 * MINUTE + 59 * SECOND, threshold=5 * MINUTE), "ends in 4m59s"),
        (alert(AlertKind.OVERDUE, 3 * SECOND), "is still open, 3s after its deadline"),
        (alert(AlertKind.OVERDUE, -MINUTE), "is still open, in part: one of its policies should be gone"),
        (replace(alert(AlertKind.OVERDUE), row=UNREADABLE), "is still open, and its deadline cannot be read"),
        (alert(AlertKind.DRIFTED), "is not as granted: spec edited (and 1 more)"),
        (alert(AlertKind.ENDED, timedelta(seconds=0.34)), "ended on time, 0.3 s after its deadline"),
        (alert(AlertKind.ENDED, 12 * SECOND, was_told=True), "ended, 12s late"),
        (alert(AlertKind.ENDED, 60 * MINUTE), "has ended meanwhile"),
        (alert(AlertKind.REMOVED, 27 * MINUTE), "was revoked or removed, with 27:00 left"),
        (replace(alert(AlertKind.REMOVED), row=UNREADABLE), "is gone"),
    ],
)
def test_one_grant_has_a_sentence(told: Alert, says: str) -> None:
    assert words(told) == [f"production app=database {says}"]
    assert words(told, clusters=2) == [f"prod-eu1 production app=database {says}"]


def test_a_link_has_a_sentence() -> None:
    assert words(Alert(AlertKind.LINK_LOST, 3 * SECOND)) == [
        "prod-eu1 does not answer any more: what is shown may be out of date"
    ]
    assert words(Alert(AlertKind.LINK_BACK, 90 * SECOND)) == ["prod-eu1 answers again, after 1m30s"]


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (alert(AlertKind.SOON, 59 * SECOND, threshold=MINUTE), "7 grants end within 1m"),
        (alert(AlertKind.OVERDUE, 3 * SECOND), "7 grants are still open after their deadlines"),
        (alert(AlertKind.DRIFTED), "7 grants are not as granted"),
        (alert(AlertKind.ENDED, SECOND), "7 grants ended on time"),
        (alert(AlertKind.ENDED, 60 * MINUTE), "7 grants have ended"),
        (alert(AlertKind.REMOVED, MINUTE), "7 grants were revoked or removed"),
    ],
)
def test_many_of_a_kind_are_summed_up(told: Alert, says: str) -> None:
    name = "production app=database"
    assert words(*[told] * 7) == [f"{says}: {name}, {name}, {name} and 4 more"]
    assert words(*[told] * 3) == [f"{says.replace('7', '3')}: {name}, {name}, {name}"]
    assert len(words(*[told] * 2)) == 2


def test_thresholds_are_not_mixed_and_the_most_urgent_comes_first() -> None:
    found = notices(
        [
            ("c", Alert(AlertKind.LINK_BACK, MINUTE)),
            ("c", alert(AlertKind.ENDED)),
            ("c", alert(AlertKind.SOON, MINUTE, threshold=5 * MINUTE)),
            ("c", alert(AlertKind.SOON, SECOND, threshold=MINUTE)),
            ("c", alert(AlertKind.DRIFTED)),
            ("c", alert(AlertKind.OVERDUE)),
        ]
    )
    assert [str(notice.kind) for notice in found] == [
        "overdue",
        "drifted",
        "soon",
        "soon",
        "ended",
        "link back",
    ]
    assert "ends in 1s" in found[2].text
    assert [notice.is_urgent for notice in found] == [True, True, False, False, False, False]
    assert [notice.rings for notice in found] == [True, True, True, True, True, False]


def test_two_hundred_at_once_are_one_sentence() -> None:
    found = words(*[alert(AlertKind.ENDED, SECOND)] * 200)
    assert len(found) == 1 and found[0].startswith("200 grants ended on time") and len(found[0]) < 150


def test_a_name_as_long_as_an_enemy_likes_is_cut() -> None:
    endless = replace(DATABASE, target="app=" + "x" * 4000)
    (found,) = words(replace(alert(AlertKind.OVERDUE, 3 * SECOND), row=endless))
    assert len(found) < 150 and "x… is still open" in found
