"""The lines of a watch."""

import pytest

from app.domain.objects import Pod
from app.errors import ServerFaultError
from app.kube.decode import Undecodable, decode_status
from app.kube.events import Bookmark, Changed, Fault, decode_event, decode_events
from tests.kube.scripted_wire import added, bookmark, error, event, pod


def test_an_undecodable_object_still_says_which_it_is() -> None:
    line = event("DELETED", pod("x", 5) | {"spec": "no object"})
    result = decode_event(line, Pod)
    assert isinstance(result, Undecodable)
    assert (result.type, result.metadata.name, result.metadata.uid) == ("DELETED", "x", "uid-x")
    assert "spec" in result.why


def test_the_events_of_a_watch() -> None:
    changed = decode_event(added("a", 5), Pod)
    assert isinstance(changed, Changed)
    assert (changed.type, changed.value.metadata.name) == ("ADDED", "a")
    assert decode_event(bookmark(6), Pod) == Bookmark("6")
    assert decode_event(bookmark(7, initial_end=True), Pod) == Bookmark("7", initial_end=True)
    fault = decode_event(error(429, "TooManyRequests", "wait\x1b", retryAfterSeconds=4), Pod)
    assert isinstance(fault, Fault)
    assert fault.code == 429
    status = decode_status(fault.body)
    assert (status.code, status.message, status.retry_after_seconds) == (429, "wait\\x1b", 4)


def test_an_event_of_an_unknown_type_is_counted_not_fatal() -> None:
    assert isinstance(decode_event(event("RENAMED\x1b", pod("a", 5)), Pod), Undecodable)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"<html>",
        added("a", 5)[:-9],
        b"[]",
        b'"ADDED"',
        b'{"type":"ADDED"}',
        b"[" * 100_000,
        b'{"object":{}}',
    ],
)
def test_a_line_that_is_no_event_is_a_fault_of_the_server(line: bytes) -> None:
    with pytest.raises(ServerFaultError) as caught:
        decode_event(line, Pod)
    assert len(caught.value.message) < 400


def test_hostile_text_in_a_change_is_made_visible() -> None:
    changed = decode_event(event("MODIFIED", pod("a", 5, app="x\x1b[31m")), Pod)
    assert isinstance(changed, Changed)
    assert changed.type == "MODIFIED"
    assert changed.value.metadata.labels == {"app": "x\\x1b[31m"}


def test_a_lone_surrogate_does_not_end_the_watch() -> None:
    changed = decode_event(
        b'{"type":"ADDED","object":{"metadata":{"name":"a","labels":{"x":"\\ud800"}}}}', Pod
    )
    assert isinstance(changed, Changed)
    assert changed.value.metadata.labels == {"x": "\\ud800"}


def test_an_object_without_a_name_is_set_apart() -> None:
    assert isinstance(decode_event(b'{"type":"ADDED","object":{"metadata":{}}}', Pod), Undecodable)


def block(*lines: bytes) -> bytes:
    return b"".join(line + b"\n" for line in lines)


LINES = [
    added("a", 1),
    event("MODIFIED", pod("b", 2, app="x\x1b")),
    event("ADDED", pod("odd", 3) | {"spec": 7}),
    event("ADDED", pod("", 4)),
    bookmark(5, initial_end=True),
    event("DELETED", pod("c", 6)),
    b'{"type":"ADDED","object":{"metadata":{"name":"d","labels":{"x":"\\ud800"}}}}',
    event("RENAMED", pod("e", 7)),
    event("ADDED", pod("long", 8, note="x" * 5000)),
    error(410, "Expired"),
]


@pytest.mark.parametrize("count", range(len(LINES) + 1))
@pytest.mark.parametrize("first", range(len(LINES)))
def test_a_block_says_what_its_lines_say(first: int, count: int) -> None:
    lines = LINES[first : first + count]
    expected = [decode_event(line, Pod) for line in lines]
    assert list(decode_events(block(*lines), Pod)) == expected


def test_a_block_of_readable_changes_is_cleaned_too() -> None:
    lines = [
        event("ADDED", pod(f"p{number}", number, app="\u202e" if number == 3 else "x")) for number in range(5)
    ]
    changed = list(decode_events(block(*lines), Pod))
    assert [item.value.metadata.labels for item in changed if isinstance(item, Changed)] == [
        {"app": "\\u202e" if number == 3 else "x"} for number in range(5)
    ]


def test_what_came_before_a_broken_line_is_not_lost() -> None:
    events = iter(decode_events(block(added("a", 1), added("b", 2))[:-20], Pod))
    assert isinstance(next(events), Changed)
    with pytest.raises(ServerFaultError):
        next(events)


def test_empty_lines_say_nothing() -> None:
    assert list(decode_events(b"\n\n", Pod)) == []
    assert len(list(decode_events(block(added("a", 1), b"", added("b", 2)), Pod))) == 2
