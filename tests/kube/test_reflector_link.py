"""What the reflector says about its link, how hard it tries, and a cluster that goes back."""

from collections.abc import Callable

import pytest

from app.domain.link import LinkState
from app.errors import ForbiddenError, ServerFaultError, UnreachableError
from app.kube.wire import Call
from tests.kube.rig import running, without_watch_list
from tests.kube.scripted_wire import (
    Answer,
    Script,
    Stream,
    added,
    bookmark,
    describe,
    error,
    in_turn,
    listing,
    modified,
    pod,
    send,
)
from tests.kube.virtual_time import START, settle

FORBIDDEN = ForbiddenError('pods is forbidden: User "bob" cannot list resource "pods"', status=403)


def by_kind(*, lists: Callable[[], Answer], watches: Callable[[], Answer]) -> Script:
    """Answer every list and every watch the same way."""

    def script(call: Call) -> Answer:
        return lists() if describe(call).startswith("list") else watches()

    return without_watch_list(script)


async def test_loading_until_the_first_list_then_live() -> None:
    down = UnreachableError("connection refused")
    async with running(in_turn(down, down, listing(10), Stream())) as rig:
        assert rig.state() is LinkState.LOADING
        await rig.clock.pass_time(0.9)
        link = rig.reflector.link
        assert (link.state, link.failures, link.error) == (LinkState.LOADING, 2, "connection refused")
        await rig.clock.pass_time(5)
        link = rig.reflector.link
        assert (link.state, link.failures, link.error) == (LinkState.LIVE, 0, "")
        assert link.since > START


async def test_stale_from_the_first_failure_until_a_watch_stands_again() -> None:
    cut = Stream(end=UnreachableError("connection reset"), lasts_seconds=100)
    down = UnreachableError("connection refused")
    async with running(without_watch_list(in_turn(listing(10), cut, down, down, Stream()))) as rig:
        await rig.clock.pass_time(100.1)
        first = rig.reflector.link
        assert (first.state, first.error, first.failures) == (LinkState.STALE, "connection reset", 1)
        await rig.clock.pass_time(2)
        second = rig.reflector.link
        assert (second.state, second.error, second.failures) == (LinkState.STALE, "connection refused", 2)
        assert second.since == first.since, "since when, not since the last attempt"
        await rig.clock.pass_time(10)
        assert rig.state() is LinkState.LIVE


async def test_listeners_hear_each_change_of_the_link() -> None:
    async with running(without_watch_list(in_turn(FORBIDDEN, listing(10), Stream()))) as rig:
        await rig.clock.pass_time(60)
        assert [link.state for link in rig.links] == [LinkState.DENIED, LinkState.LIVE]


async def test_a_forbidden_kind_is_denied_and_asked_again_slowly() -> None:
    async with running(by_kind(lists=lambda: FORBIDDEN, watches=Stream)) as rig:
        await rig.clock.pass_time(299)
        assert rig.wire.asked.count("list") == 10, "every 30 s"
        link = rig.reflector.link
        assert link.state is LinkState.DENIED
        assert "cannot list" in link.error
        assert not rig.is_synced(), "denied is not empty"


async def test_a_watch_list_is_not_asked_for_what_may_only_be_listed() -> None:
    forbidden = ForbiddenError("pods is forbidden: cannot watch", status=403)
    versions = iter(range(10, 1000))

    def script(call: Call) -> Answer:
        return listing(next(versions), pod("a", 3)) if describe(call) == "list" else forbidden

    async with running(script) as rig:
        await rig.clock.pass_time(95)
        assert rig.wire.asked == [
            "watch-list",
            "list",
            "watch@10",
            "list",
            "watch@11",
            "list",
            "watch@12",
            "list",
            "watch@13",
        ]
        assert rig.state() is LinkState.STALE
        assert [link.state for link in rig.links].count(LinkState.LIVE) == 1, "no flicker between the polls"
        assert rig.held == ["a"]


async def test_a_watch_that_becomes_allowed_ends_the_polling() -> None:
    forbidden = ForbiddenError("pods is forbidden: cannot watch", status=403)
    stream = Stream()
    script = in_turn(
        forbidden, listing(10), forbidden, listing(20), stream, Stream([bookmark(30, initial_end=True)])
    )
    async with running(script) as rig:
        await rig.clock.pass_time(35)
        assert rig.wire.asked == ["watch-list", "list", "watch@10", "list", "watch@20"]
        assert rig.state() is LinkState.LIVE
        send(stream, error(410, "Expired"))
        await rig.clock.pass_time(5)
        assert rig.wire.asked[5:] == ["watch-list"]


async def test_permission_granted_later_is_found() -> None:
    async with running(without_watch_list(in_turn(FORBIDDEN, listing(10, pod("a", 3)), Stream()))) as rig:
        await rig.clock.pass_time(35)
        assert rig.held == ["a"]
        assert rig.state() is LinkState.LIVE


async def test_permission_withdrawn_from_a_running_watch_is_denied() -> None:
    stream = Stream()
    script = without_watch_list(in_turn(listing(10), stream, FORBIDDEN))
    async with running(script) as rig:
        await rig.clock.pass_time(2)
        send(stream, error(410, "Expired"))
        await rig.clock.pass_time(3)
        assert rig.state() is LinkState.DENIED


async def test_one_denied_kind_leaves_the_others_alone() -> None:
    async with (
        running(by_kind(lists=lambda: FORBIDDEN, watches=Stream)) as denied,
        running(by_kind(lists=lambda: listing(10, pod("a", 3)), watches=Stream)) as allowed,
    ):
        await denied.clock.pass_time(40)
        await allowed.clock.pass_time(40)
        assert denied.state() is LinkState.DENIED
        assert allowed.state() is LinkState.LIVE
        assert allowed.held == ["a"]


async def test_list_and_watch_init_conn_backoff() -> None:
    down = UnreachableError("connection refused")
    async with running(by_kind(lists=lambda: down, watches=Stream), jitter=0.5) as rig:
        await rig.clock.pass_time(300)
        waits = [b - a for a, b in zip(rig.wire.times[1:], rig.wire.times[2:], strict=False)]
        assert waits == pytest.approx([1.2, 2.4, 4.8, 9.6, 19.2, 38.4, 45.0, 45.0, 45.0, 45.0])


async def test_an_instant_close_costs_no_more_than_one_request_a_second() -> None:
    script = by_kind(lists=lambda: listing(10), watches=lambda: Stream(end="closed"))
    async with running(script) as rig:
        for second in (10, 60, 600):
            await rig.clock.pass_time(second - rig.clock.seconds)
            assert len(rig.wire.calls) <= second
        assert len(rig.wire.calls) < 60, "it backs off"
        assert rig.state() is LinkState.STALE
        assert "at once" in rig.reflector.link.error


@pytest.mark.parametrize(
    "answer",
    [
        lambda: Stream([bookmark(10)], end="closed"),
        lambda: Stream([modified("a", 10)], end="closed"),
        lambda: Stream([modified("a", 11), error(410, "Expired")]),
        lambda: Stream(end="closed", lasts_seconds=1.001),
    ],
)
async def test_no_ending_makes_it_ask_more_than_once_a_second(answer: Callable[[], Answer]) -> None:
    async with running(by_kind(lists=lambda: listing(10, pod("a", 3)), watches=answer)) as rig:
        await rig.clock.pass_time(120)
        assert 3 <= len(rig.wire.calls) <= 3 + 120


async def test_resource_version_going_back_in_a_list_is_the_new_truth() -> None:
    stream = Stream([modified("a", 100), added("b", 101)])
    restored = listing(50, pod("a", 40), pod("old", 45))
    script = without_watch_list(
        in_turn(listing(90, pod("a", 80)), stream, restored, Stream([added("c", 51)]))
    )
    async with running(script) as rig:
        await rig.clock.pass_time(2)
        assert rig.held == ["a", "b"]
        send(stream, error(410, "Expired"))
        await rig.clock.pass_time(5)
        assert rig.wire.asked[2:] == ["watch@90", "list", "watch@50"]
        assert rig.held == ["a", "c", "old"]
        held = rig.store.get("shop", "a")
        assert held is not None
        assert held.metadata.resource_version == "40"


@pytest.mark.parametrize("line", [bookmark(50), added("c", 50), modified("a", 50)])
async def test_resource_version_going_back_in_a_watch_lists_again(line: bytes) -> None:
    stream = Stream()
    script = without_watch_list(
        in_turn(listing(90, pod("a", 80)), stream, listing(55, pod("a", 40)), Stream())
    )
    async with running(script) as rig:
        await rig.clock.pass_time(2)
        send(stream, line)
        await settle()
        assert "went back from 90 to 50" in rig.reflector.link.error
        await rig.clock.pass_time(5)
        assert rig.wire.asked[2:] == ["watch@90", "list", "watch@55"]


async def test_a_failing_relist_keeps_what_is_known() -> None:
    stream = Stream()
    fault = ServerFaultError("leader changed", status=500)
    script = without_watch_list(
        in_turn(listing(10, pod("a", 3)), stream, fault, fault, listing(20, pod("a", 3)), Stream())
    )
    async with running(script) as rig:
        await rig.clock.pass_time(2)
        send(stream, error(410, "Expired"))
        await rig.clock.pass_time(2)
        assert rig.held == ["a"]
        assert rig.state() is LinkState.STALE
        await rig.clock.pass_time(20)
        assert rig.state() is LinkState.LIVE
