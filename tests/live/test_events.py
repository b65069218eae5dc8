"""Events, newest last, bounded."""

from datetime import timedelta

import msgspec

from app.domain.objects import Event, Meta
from app.live.events import EventLog, moment_of
from tests.ui.objects import NOW, PODS, event

POD = PODS[0]


def log_of(*events: Event, limit: int = 100) -> EventLog:
    log = EventLog(limit)
    for item in events:
        log.put(item)
    return log


def reasons(events: tuple[Event, ...]) -> list[str]:
    return [item.reason for item in events]


def test_an_event_that_repeats_is_held_once_in_its_newest_state() -> None:
    first = event(POD, 30, "BackOff", "x")
    log = log_of(first, event(POD, 20, "Pulled", "x"))
    log.put(msgspec.structs.replace(first, count=5, last_timestamp=NOW))
    assert len(log) == 2
    assert [(item.reason, item.count) for item in log.newest(2)] == [("Pulled", 1), ("BackOff", 5)]


def test_what_is_asked_for_comes_in_the_order_of_time() -> None:
    log = log_of(event(POD, 5, "Second", "x"), event(POD, 30, "First", "x"), event(PODS[1], 9, "Other", "x"))
    about = log.about(lambda reference: reference.uid == POD.metadata.uid)
    assert reasons(about) == ["First", "Second"]


def test_too_many_are_forgotten_and_counted() -> None:
    log = log_of(*(event(POD, 30 - n, f"R{n}", "x") for n in range(5)), limit=3)
    assert (len(log), log.dropped) == (3, 2)
    assert reasons(log.newest(9)) == ["R2", "R3", "R4"]
    assert reasons(log.newest(0)) == []


def test_the_version_tells_how_many_are_new() -> None:
    log = log_of(event(POD, 30, "Old", "x"))
    before = log.version
    log.put(event(POD, 20, "New", "x"))
    log.put(event(POD, 10, "Newer", "x"))
    assert reasons(log.newest(log.version - before)) == ["New", "Newer"]


def test_the_moment_is_the_last_that_is_told() -> None:
    early, late = NOW - timedelta(hours=1), NOW
    meta = Meta("e", creation_timestamp=early)
    assert moment_of(Event(meta)) == early
    assert moment_of(Event(meta, event_time=late)) == late
    assert moment_of(Event(meta, last_timestamp=late, event_time=early)) == late
    assert moment_of(Event(Meta("e"))).year == 1970
