"""A watch that begins with the whole state (watch-list): the cases of client-go's own test."""

import pytest

from app.domain.link import LinkState
from app.errors import (
    ClusterError,
    ForbiddenError,
    GoneError,
    InvalidError,
    ServerFaultError,
    ThrottledError,
    UnreachableError,
)
from tests.kube.rig import running
from tests.kube.scripted_wire import (
    Stream,
    added,
    bookmark,
    deleted,
    error,
    event,
    in_turn,
    listing,
    modified,
    pod,
    send,
)
from tests.kube.virtual_time import settle


async def test_the_store_is_replaced_only_at_the_end_of_the_initial_events() -> None:
    stream = Stream([added("a", 3), added("b", 5)])
    async with running(in_turn(stream)) as rig:
        await rig.clock.pass_time(2)
        assert not rig.is_synced()
        assert rig.held == []
        assert rig.state() is LinkState.LOADING
        send(stream, bookmark(10, initial_end=True))
        await settle()
        assert rig.is_synced()
        assert rig.held == ["a", "b"]
        assert rig.state() is LinkState.LIVE


async def test_the_question_is_the_one_the_api_documents() -> None:
    async with running(in_turn(Stream([bookmark(10, initial_end=True)]))) as rig:
        await settle()
        query = rig.wire.calls[0].query
        assert query["sendInitialEvents"] == "true"
        assert query["resourceVersionMatch"] == "NotOlderThan"
        assert query["allowWatchBookmarks"] == "true"
        assert "resourceVersion" not in query, "the newest state, not one from a lagging cache"


async def test_one_stream_serves_the_list_and_the_watch() -> None:
    stream = Stream([added("a", 3), bookmark(10, initial_end=True), added("b", 11), deleted("a", 12)])
    async with running(in_turn(stream)) as rig:
        await rig.clock.pass_time(2)
        assert rig.held == ["b"]
        assert rig.wire.asked == ["watch-list"]


async def test_an_empty_initial_state_is_complete_too() -> None:
    async with running(in_turn(Stream([bookmark(10, initial_end=True)]))) as rig:
        await settle()
        assert rig.is_synced()
        assert rig.held == []


async def test_changes_within_the_initial_events_are_applied_in_order() -> None:
    stream = Stream(
        [
            added("a", 3),
            added("b", 4),
            modified("a", 7, app="x"),
            deleted("b", 8),
            bookmark(10, initial_end=True),
        ]
    )
    async with running(in_turn(stream)) as rig:
        await settle()
        assert rig.held == ["a"]
        held = rig.store.get("shop", "a")
        assert held is not None
        assert held.metadata.resource_version == "7"


async def test_a_plain_bookmark_does_not_complete_the_initial_state() -> None:
    async with running(in_turn(Stream([added("a", 3), bookmark(9)]))) as rig:
        await rig.clock.pass_time(2)
        assert not rig.is_synced()


async def test_an_undecodable_initial_object_is_counted() -> None:
    broken = event("ADDED", pod("odd", 4) | {"spec": 1})
    async with running(in_turn(Stream([added("a", 3), broken, bookmark(10, initial_end=True)]))) as rig:
        await settle()
        assert rig.held == ["a"]
        assert rig.store.undecodable == 1


async def test_an_initial_object_that_became_readable_is_no_longer_counted() -> None:
    broken = event("ADDED", pod("odd", 4) | {"spec": 1})
    end = bookmark(10, initial_end=True)
    async with running(in_turn(Stream([broken, modified("odd", 5), end]))) as rig:
        await settle()
        assert rig.held == ["odd"]
        assert rig.store.undecodable == 0


async def test_cut_after_the_first_initial_event_loses_no_object() -> None:
    cut = Stream([added("a", 3)], end=UnreachableError("connection reset"))
    state = listing(10, pod("a", 3), pod("b", 4), pod("c", 5))
    async with running(in_turn(cut, state, Stream())) as rig:
        await settle()
        assert not rig.is_synced()
        await rig.clock.pass_time(5)
        assert rig.wire.asked == ["watch-list", "list", "watch@10"]
        assert rig.held == ["a", "b", "c"]


async def test_a_cut_keeps_what_the_store_held_until_the_next_list_is_complete() -> None:
    first = Stream([added("a", 3), added("b", 4), bookmark(10, initial_end=True)])
    cut = Stream([added("a", 3)], end=UnreachableError("connection reset"))
    script = in_turn(first, listing(30, pod("a", 3), pod("b", 4)), Stream())
    again = iter([cut])

    async with running(lambda call: next(again) if len(rig.wire.calls) == 2 else script(call)) as rig:
        await rig.clock.pass_time(2)
        send(first, error(410, "Expired"))
        await rig.clock.pass_time(1.2)
        assert rig.held == ["a", "b"]
        await rig.clock.pass_time(5)
        assert rig.wire.asked == ["watch-list", "watch-list", "list", "watch@30"]
        assert not any(changes.deleted for changes in rig.told)


async def test_closed_before_it_was_complete_falls_back_to_the_list() -> None:
    ended = Stream([added("a", 3)], end="closed")
    async with running(in_turn(ended, listing(10, pod("a", 3)), Stream())) as rig:
        await rig.clock.pass_time(5)
        assert rig.wire.asked == ["watch-list", "list", "watch@10"]


async def test_cut_after_it_was_complete_watches_on_without_a_list() -> None:
    cut = Stream(
        [added("a", 3), bookmark(10, initial_end=True), added("b", 11)], end=UnreachableError("reset")
    )
    async with running(in_turn(cut, Stream())) as rig:
        await rig.clock.pass_time(5)
        assert rig.wire.asked == ["watch-list", "watch@11"]


@pytest.mark.parametrize("status", [400, 422])
async def test_a_refusal_falls_back_at_once_and_is_remembered(status: int) -> None:
    refused = InvalidError("sendInitialEvents is forbidden", status=status)
    gone = Stream([error(410, "Expired")])
    async with running(in_turn(refused, listing(10), gone, listing(20), Stream())) as rig:
        await settle()
        assert rig.is_synced()
        assert rig.wire.times == [0, 0, 0], "no wait before the list, nor before the watch"
        await rig.clock.pass_time(10)
        assert rig.wire.asked == ["watch-list", "list", "watch@10", "list", "watch@20"]


async def test_a_server_that_sends_no_end_of_the_initial_events_is_listed_instead() -> None:
    async with running(in_turn(Stream([added("a", 3)]), listing(10, pod("a", 3)), Stream())) as rig:
        await rig.clock.pass_time(19)
        assert not rig.is_synced()
        await rig.clock.pass_time(2)
        assert rig.wire.asked == ["watch-list", "list", "watch@10"]
        assert rig.held == ["a"]


async def test_an_endless_initial_state_is_listed_instead() -> None:
    endless = Stream()
    async with running(in_turn(endless, listing(99, pod("a", 3)), Stream())) as rig:
        for second in range(65):
            send(endless, modified("a", 3 + second))
            await rig.clock.pass_time(1)
        assert rig.wire.asked == ["watch-list", "list", "watch@99"]


@pytest.mark.parametrize(
    "failure",
    [
        ThrottledError("slow down"),
        ServerFaultError("leader changed", status=500),
        UnreachableError("connection refused"),
        GoneError("too old", status=410),
        Stream([added("a", 3), error(410, "Expired")]),
        Stream([added("a", 3), error(500, "InternalError")]),
    ],
)
async def test_any_other_failure_waits_and_lists_plainly_once(failure: ClusterError | Stream) -> None:
    gone = Stream([error(410, "Expired")])
    complete = Stream([bookmark(30, initial_end=True)])
    async with running(in_turn(failure, listing(10), gone, complete)) as rig:
        await settle()
        assert rig.wire.asked == ["watch-list"]
        await rig.clock.pass_time(10)
        assert rig.wire.asked == ["watch-list", "list", "watch@10", "watch-list"], (
            "it is not given up for good"
        )
        assert rig.wire.times[1] == pytest.approx(0.8)


async def test_a_forbidden_watch_list_asks_at_once_whether_the_list_is_allowed() -> None:
    forbidden = ForbiddenError("pods is forbidden: cannot watch", status=403)
    async with running(in_turn(forbidden, listing(10, pod("a", 3)), forbidden)) as rig:
        await rig.clock.pass_time(5)
        assert rig.wire.asked == ["watch-list", "list", "watch@10"]
        assert rig.held == ["a"]


async def test_a_watch_list_older_than_what_was_seen_is_the_new_truth() -> None:
    first = Stream([added("a", 90), bookmark(100, initial_end=True)])
    restored = Stream([added("a", 40), bookmark(50, initial_end=True)])
    async with running(in_turn(first, restored)) as rig:
        await rig.clock.pass_time(2)
        send(first, bookmark(50))
        await rig.clock.pass_time(2)
        assert rig.wire.asked == ["watch-list", "watch-list"]
        held = rig.store.get("shop", "a")
        assert held is not None
        assert held.metadata.resource_version == "40"
