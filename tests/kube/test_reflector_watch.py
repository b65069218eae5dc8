"""The reflector while all is well, and how each end of a watch is met; names after client-go's own tests."""

import asyncio
from itertools import pairwise

import pytest

from app.domain.link import LinkState
from app.errors import (
    GoneError,
    InvalidError,
    NotFoundError,
    ServerFaultError,
    ThrottledError,
    UnauthorizedError,
    UnreachableError,
)
from app.kube.resources import PODS, Target
from tests.kube.rig import running, without_watch_list
from tests.kube.scripted_wire import (
    LINES_PER_BLOCK,
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


async def test_a_list_is_followed_by_a_watch_from_its_version() -> None:
    stream = Stream()
    script = without_watch_list(in_turn(listing(10, pod("a", 3)), stream))
    async with running(script) as rig:
        await rig.clock.pass_time(2)
        send(stream, added("b", 11), modified("a", 12, app="x"), added("c", 13), deleted("b", 14))
        await settle()
        assert rig.wire.asked == ["watch-list", "list", "watch@10"]
        assert rig.held == ["a", "c"]
        assert rig.is_synced()
        held = rig.store.get("shop", "a")
        assert held is not None
        assert held.metadata.labels == {"app": "x"}


async def test_a_watch_asks_for_bookmarks_and_for_an_end_within_ten_minutes() -> None:
    script = without_watch_list(in_turn(listing(10), Stream()))
    async with running(script, jitter=0.999) as rig:
        await rig.clock.pass_time(2)
        query = rig.wire.calls[-1].query
        assert query["allowWatchBookmarks"] == "true"
        assert query["timeoutSeconds"] == "599"


async def test_a_target_narrows_both_the_list_and_the_watch() -> None:
    target = Target(PODS, namespace="shop", labels="app=db", fields="status.phase=Running")
    script = without_watch_list(in_turn(listing(10), Stream()))
    async with running(script, target=target) as rig:
        await rig.clock.pass_time(2)
        for call in rig.wire.calls:
            assert call.path == "/api/v1/namespaces/shop/pods"
            assert call.query["labelSelector"] == "app=db"
            assert call.query["fieldSelector"] == "status.phase=Running"


async def test_watch_timeout_goes_on_from_the_last_version_without_a_list() -> None:
    ends = Stream([added("b", 11), bookmark(20)], end="closed", lasts_seconds=200)
    script = without_watch_list(in_turn(listing(10, pod("a", 3)), ends, Stream()))
    async with running(script) as rig:
        await rig.clock.pass_time(210)
        assert rig.wire.asked == ["watch-list", "list", "watch@10", "watch@20"]
        assert rig.held == ["a", "b"]
        assert rig.state() is LinkState.LIVE


async def test_a_short_watch_with_something_in_it_is_no_failure() -> None:
    short = Stream([added("b", 11)], end="closed")
    async with running(without_watch_list(in_turn(listing(10), short, Stream()))) as rig:
        await rig.clock.pass_time(5)
        assert rig.wire.asked == ["watch-list", "list", "watch@10", "watch@11"]
        assert {link.state for link in rig.links} == {LinkState.LIVE}


async def test_a_deletion_that_carries_an_old_version_does_not_turn_the_watch_back() -> None:
    ends = Stream([added("b", 15), deleted("a", 3)], end="closed", lasts_seconds=5)
    async with running(without_watch_list(in_turn(listing(10, pod("a", 3)), ends, Stream()))) as rig:
        await rig.clock.pass_time(8)
        assert rig.wire.asked[2:] == ["watch@10", "watch@15"]
        assert rig.held == ["b"]


async def test_an_undecodable_event_moves_the_version_too() -> None:
    ends = Stream([event("ADDED", pod("odd", 12) | {"spec": 7})], end="closed", lasts_seconds=5)
    async with running(without_watch_list(in_turn(listing(10), ends, Stream()))) as rig:
        await rig.clock.pass_time(8)
        assert rig.wire.asked[2:] == ["watch@10", "watch@12"]


async def test_bookmarks_alone_keep_a_quiet_watch_alive_and_move_its_version() -> None:
    stream = Stream()
    script = without_watch_list(in_turn(listing(10), stream, Stream()))
    async with running(script) as rig:
        for minute in range(4):
            send(stream, bookmark(11 + minute))
            await rig.clock.pass_time(55)
        assert rig.wire.asked == ["watch-list", "list", "watch@10"]
        await rig.clock.pass_time(17)  # 72 s of silence
        assert rig.wire.asked[3:] == ["watch@14"]


async def test_a_half_open_watch_is_noticed_within_75_seconds() -> None:
    script = without_watch_list(in_turn(listing(10), Stream(), Stream()))
    async with running(script) as rig:
        await rig.clock.pass_time(69)
        assert rig.state() is LinkState.LIVE
        await rig.clock.pass_time(6)
        assert rig.wire.asked == ["watch-list", "list", "watch@10", "watch@10"]


async def test_retry_watch_after_connection_refused_does_not_list() -> None:
    refused = UnreachableError("connection refused")
    script = without_watch_list(in_turn(listing(10), refused, refused, Stream()))
    async with running(script) as rig:
        await rig.clock.pass_time(10)
        assert rig.wire.asked == ["watch-list", "list", "watch@10", "watch@10", "watch@10"]


async def test_no_relist_on_too_many_requests() -> None:
    throttled = ThrottledError("slow down")
    script = without_watch_list(
        in_turn(listing(10), throttled, Stream([error(429, "TooManyRequests")]), Stream())
    )
    async with running(script) as rig:
        await rig.clock.pass_time(10)
        assert rig.wire.asked == ["watch-list", "list", "watch@10", "watch@10", "watch@10"]


async def test_retry_after_is_honoured_but_not_for_ever() -> None:
    throttled = ThrottledError("slow down", retry_after_seconds=17)
    absurd = ThrottledError("slow down", retry_after_seconds=1e6)
    script = without_watch_list(in_turn(throttled, listing(10), absurd, listing(20), Stream()))
    async with running(script) as rig:
        await rig.clock.pass_time(350)
        assert rig.wire.asked[1:] == ["list", "list", "watch@10", "list", "watch@20"]
        assert rig.wire.times[2] - rig.wire.times[1] == pytest.approx(17)
        assert rig.wire.times[4] - rig.wire.times[3] == pytest.approx(300)


@pytest.mark.parametrize("code", [500, 502, 503, 504])
async def test_retry_internal_error_does_not_list(code: int) -> None:
    fault = ServerFaultError("etcdserver: leader changed", status=code, reason="InternalError")
    within = Stream([error(code, "InternalError", "etcdserver: leader changed")])
    script = without_watch_list(in_turn(listing(10), fault, within, Stream()))
    async with running(script) as rig:
        await rig.clock.pass_time(10)
        assert rig.wire.asked == ["watch-list", "list", "watch@10", "watch@10", "watch@10"]


@pytest.mark.parametrize(
    "gone", [GoneError("too old", status=410), Stream([error(410, "Expired", "too old resource version")])]
)
async def test_a_watch_that_expired_lists_again_and_finds_what_was_missed(gone: Stream | GoneError) -> None:
    script = without_watch_list(
        in_turn(listing(10, pod("a", 3), pod("b", 4)), gone, listing(30, pod("b", 4), pod("c", 25)), Stream())
    )
    async with running(script) as rig:
        await rig.clock.pass_time(10)
        assert rig.wire.asked == ["watch-list", "list", "watch@10", "list", "watch@30"]
        assert "resourceVersion" not in rig.wire.calls[3].query
        assert rig.held == ["b", "c"]
        last = rig.told[-1]
        assert [item.metadata.name for item in last.deleted] == ["a"], "the tombstone of a missed deletion"
        assert [item.metadata.name for item in last.added] == ["c"]


async def test_full_list_if_too_large() -> None:
    too_large = ServerFaultError("Too large resource version: 10, current: 5", status=504, reason="Timeout")
    script = without_watch_list(in_turn(listing(10), too_large, listing(5, pod("a", 4)), Stream()))
    async with running(script) as rig:
        await rig.clock.pass_time(10)
        assert rig.wire.asked == ["watch-list", "list", "watch@10", "list", "watch@5"]
        assert rig.held == ["a"]


@pytest.mark.parametrize(
    "failure",
    [
        InvalidError("unknown field selector", status=400),
        NotFoundError("no such resource", status=404),
        Stream([b"<html>502 Bad Gateway</html>"]),
        Stream([b'{"type":"ADDED","object":{"meta']),
    ],
)
async def test_what_a_watch_cannot_go_on_from_lists_again(failure: Stream | InvalidError) -> None:
    script = without_watch_list(in_turn(listing(10), failure, listing(11), Stream()))
    async with running(script) as rig:
        await rig.clock.pass_time(10)
        assert rig.wire.asked == ["watch-list", "list", "watch@10", "list", "watch@11"]


async def test_unauthorized_is_retried_with_growing_waits() -> None:
    expired = UnauthorizedError("the token has expired", status=401)
    script = without_watch_list(in_turn(listing(10), expired, expired, expired, Stream()))
    async with running(script) as rig:
        await rig.clock.pass_time(20)
        waits = [b - a for a, b in zip(rig.wire.times[2:], rig.wire.times[3:], strict=False)]
        assert waits == pytest.approx([1.0, 1.6, 3.2])  # 0.8 s, and the least time between two watches
        assert rig.state() is LinkState.LIVE


async def test_an_undecodable_object_is_counted_and_the_watch_goes_on() -> None:
    broken = pod("odd", 12) | {"spec": "no object"}
    stream = Stream([added("b", 11), event("ADDED", broken), added("c", 13)])
    script = without_watch_list(in_turn(listing(10, pod("a", 3), pod("bad", 4) | {"status": 7}), stream))
    async with running(script) as rig:
        await rig.clock.pass_time(2)
        assert rig.held == ["a", "b", "c"]
        assert rig.store.undecodable == 2
        send(stream, event("DELETED", broken))
        await settle()
        assert rig.store.undecodable == 1


async def test_a_list_comes_every_five_minutes_whatever_the_watch_says() -> None:
    lying = Stream()
    script = without_watch_list(in_turn(listing(10, pod("a", 3)), lying, listing(40), Stream()))
    async with running(script) as rig:
        for _ in range(6):
            send(lying, bookmark(10))
            await rig.clock.pass_time(49)
        assert rig.held == ["a"]
        await rig.clock.pass_time(6)
        assert rig.wire.asked == ["watch-list", "list", "watch@10", "list", "watch@40"]
        assert rig.held == []
        assert {link.state for link in rig.links} == {LinkState.LIVE}, "a planned list is no failure"


async def test_a_clock_that_was_set_back_does_not_put_the_list_off() -> None:
    closing = Stream([bookmark(10)], end="closed", lasts_seconds=10)
    script = without_watch_list(in_turn(listing(10), closing, listing(11), Stream()))
    async with running(script) as rig:
        await rig.clock.pass_time(5)
        rig.clock.set_back(3600)
        await rig.clock.pass_time(30)
        assert rig.wire.asked == ["watch-list", "list", "watch@10", "list", "watch@11"]


async def test_buffered_lines_leave_a_turn_to_others_with_each_block() -> None:
    stream = Stream([added(f"p{number}", 11 + number) for number in range(3000)])
    sizes: list[int] = []

    async def look() -> None:
        while len(rig.store) < 3000:
            sizes.append(len(rig.store))
            await asyncio.sleep(0)

    async with running(without_watch_list(in_turn(listing(10), stream))) as rig:
        others = asyncio.create_task(look())
        await rig.clock.pass_time(2)
        await others
        steps = [after - before for before, after in pairwise(sizes)]
        assert max(steps) == LINES_PER_BLOCK


async def test_cancelling_closes_the_stream_at_once() -> None:
    async with running(without_watch_list(in_turn(listing(10), Stream()))) as rig:
        await rig.clock.pass_time(2)
        assert rig.wire.open_streams == 1
        rig.task.cancel()
        await asyncio.gather(rig.task, return_exceptions=True)
        assert rig.task.cancelled()
        assert rig.wire.open_streams == 0
