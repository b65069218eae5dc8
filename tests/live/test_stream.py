"""The lines about one grant: what comes in, in which order, what waits, what is forgotten."""

from collections.abc import Iterable
from datetime import timedelta

from app.domain.objects import Event, Pod
from app.live.events import EventLog
from app.live.stream import Happened, Stream
from tests.ui import objects
from tests.ui.objects import NOW

POD = objects.pod("production", "database-0", {})
OTHER = objects.pod("production", "other-0", {})
SUBJECT = ("Pod", "production", "database-0")


def log_of(events: Iterable[Event]) -> EventLog:
    log = EventLog(limit=20_000)
    for event in events:
        log.put(event)
    return log


def texts(stream: Stream) -> list[str]:
    return [line.text for line in stream.lines()]


def stream_of(log: EventLog, limit: int = 2000) -> Stream:
    stream = Stream(log, limit)
    stream.concern([SUBJECT])
    stream.advance()
    return stream


def message(pod: Pod, seconds_ago: float, text: str, count: int = 1) -> Event:
    return objects.event(pod, seconds_ago, "Started", text, count=count)


def test_only_what_is_concerned_newest_last() -> None:
    log = log_of([message(POD, 5, "b"), message(OTHER, 4, "x"), message(POD, 9, "a")])
    assert texts(stream_of(log)) == ["Started: a", "Started: b"]


def test_what_comes_later_is_taken_in_and_a_repetition_is_one_line() -> None:
    log = log_of([message(POD, 9, "a"), message(POD, 8, "b")])
    stream = stream_of(log)
    again = message(POD, 9, "a", count=7)
    log.put(Event(again.metadata, again.involved_object, "Warning", "Started", "a", 7, NOW))
    stream.advance()
    assert [(line.text, line.count, line.is_warning) for line in stream.lines()] == [
        ("Started: b", 1, False),
        ("Started: a", 7, True),
    ]


def test_events_of_a_pod_that_joins_later_are_found_and_stay() -> None:
    log = log_of([message(OTHER, 9, "early")])
    stream = stream_of(log)
    assert texts(stream) == []
    stream.concern([("Pod", "production", "other-0")])
    stream.advance()
    stream.concern([SUBJECT])  # the other is gone
    log.put(message(OTHER, 1, "killing"))
    stream.advance()
    assert texts(stream) == ["Started: early", "Started: killing"]


def test_no_more_than_the_limit_and_what_was_dropped_is_counted() -> None:
    stream = stream_of(log_of(message(POD, 20_000 - n, str(n)) for n in range(10_000)))
    assert len(stream.lines()) == 2000
    assert stream.dropped == 8000
    assert (texts(stream)[0], texts(stream)[-1]) == ("Started: 8000", "Started: 9999")


def test_events_dropped_by_the_log_itself_harm_nothing() -> None:
    log = EventLog(limit=5)
    stream = stream_of(log)
    for n in range(20):
        log.put(message(POD, 100 - n, str(n)))
    stream.advance()
    assert texts(stream) == [f"Started: {n}" for n in range(15, 20)]


def test_while_held_nothing_changes_and_what_waits_is_counted() -> None:
    log = log_of([message(POD, 9, "a")])
    stream = stream_of(log)
    stream.hold(True)
    log.put(message(POD, 3, "b"))
    log.put(message(POD, 2, "c"))
    stream.advance()
    assert (texts(stream), stream.waiting) == (["Started: a"], 2)
    stream.hold(False)
    assert (len(texts(stream)), stream.waiting) == (3, 0)


def test_a_filter_looks_at_text_and_subject_whatever_the_capitals() -> None:
    stream = stream_of(log_of([message(POD, 9, "Readiness probe"), message(POD, 8, "pulled")]))
    stream.narrow("READI")
    assert texts(stream) == ["Started: Readiness probe"]
    stream.narrow("database-0")
    assert len(texts(stream)) == 2
    stream.narrow("nothing of the kind")
    assert texts(stream) == []


def test_own_words_stand_among_them_once() -> None:
    stream = stream_of(log_of([message(POD, 9, "a"), message(POD, 5, "b")]))
    own = Happened(NOW - timedelta(seconds=7), "netgrant", "granted to alice", is_own=True)
    stream.tell(own)
    stream.tell(own)
    assert texts(stream) == ["Started: a", "granted to alice", "Started: b"]


def test_the_newest_of_the_log() -> None:
    log = log_of(message(POD, 9 - n, str(n)) for n in range(4))
    assert [event.message for event in log.newest(2)] == ["2", "3"]
    assert log.newest(0) == log.newest(-1) == ()
    assert len(log.newest(99)) == 4
