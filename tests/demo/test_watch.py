"""Streams on a clock of their own: bookmarks, ends, and watchers that fall behind."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

import pytest

from app.demo.kinds import CONFIG_MAPS, NETWORK_POLICIES
from app.demo.lists import NOT_OLDER, ListQuery
from app.demo.selectors import Filter, read_filter
from app.demo.watch import INITIAL_END, Subject, Watcher
from tests.demo.rig import NAMESPACE, Rig
from tests.kube.virtual_time import VirtualClock, settle
from tests.rest import Json


class ServerTime(VirtualClock):
    """Virtual time that can also wait for an event."""

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        tasks = [asyncio.create_task(event.wait()), asyncio.create_task(self.sleep(seconds))]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


class Reader:
    """Reads one watch in the background and keeps what it saw, with the second it saw it."""

    def __init__(self, clock: ServerTime, stream: AsyncIterator[bytes]) -> None:
        self.seen: list[tuple[float, Json]] = []
        self.task = asyncio.create_task(self._read(clock, stream))

    async def _read(self, clock: ServerTime, stream: AsyncIterator[bytes]) -> None:
        async for lines in stream:
            self.seen += [(clock.seconds, json.loads(line)) for line in lines.splitlines()]

    def types(self) -> list[str]:
        return [event["type"] for _, event in self.seen]

    def names(self) -> list[str]:
        return [f"{event['type']} {event['object']['metadata']['name']}" for _, event in self.seen]


Open = Callable[..., Reader]


@pytest.fixture
def rig() -> Rig:
    return Rig(window=5)


@pytest.fixture
def time() -> ServerTime:
    return ServerTime()


@pytest.fixture
async def watch(rig: Rig, time: ServerTime) -> AsyncIterator[Open]:
    watcher = Watcher(rig.store, time, bookmark_seconds=60)
    readers: list[Reader] = []

    def open_one(selection: Filter | None = None, **query: Any) -> Reader:
        subject = Subject(NETWORK_POLICIES, NAMESPACE, selection or Filter())
        options = ListQuery(**{"is_watch": True, "timeout_seconds": 300, **query})
        readers.append(Reader(time, watcher.chunks(subject, options)))
        return readers[-1]

    yield open_one
    for reader in readers:
        reader.task.cancel()
        with suppress(asyncio.CancelledError):
            await reader.task


async def test_a_watch_without_a_version_begins_with_what_is_there(rig: Rig, watch: Open) -> None:
    rig.policy("a")
    reader = watch()
    await settle()
    rig.policy("b")
    await settle()
    assert reader.names() == ["ADDED a", "ADDED b"]


async def test_a_watch_from_a_version_begins_after_it(rig: Rig, watch: Open) -> None:
    rig.policy("a")
    version = str(rig.store.version)
    rig.policy("b")
    reader = watch(version=version)
    await settle()
    assert reader.names() == ["ADDED b"]


async def test_bookmarks_come_every_minute_and_shortly_before_the_end(
    rig: Rig, watch: Open, time: ServerTime
) -> None:
    reader = watch(version=str(rig.store.version), bookmarks=True, timeout_seconds=150)
    rig.create(CONFIG_MAPS, "elsewhere")
    await time.pass_time(160)
    assert [(second, event["type"]) for second, event in reader.seen] == [
        (60.0, "BOOKMARK"),
        (120.0, "BOOKMARK"),
        (148.0, "BOOKMARK"),
    ]
    assert reader.seen[0][1]["object"]["metadata"] == {"resourceVersion": str(rig.store.version)}
    assert reader.task.done()


async def test_without_being_asked_for_there_are_no_bookmarks(
    rig: Rig, watch: Open, time: ServerTime
) -> None:
    reader = watch(version=str(rig.store.version), timeout_seconds=150)
    await time.pass_time(160)
    assert reader.seen == []
    assert reader.task.done()


async def test_a_watch_list_marks_where_its_beginning_ends(rig: Rig, watch: Open) -> None:
    rig.policy("a")
    reader = watch(sends_initial=True, bookmarks=True, match=NOT_OLDER)
    await settle()
    assert reader.types() == ["ADDED", "BOOKMARK"]
    meta = reader.seen[1][1]["object"]["metadata"]
    assert meta == {"resourceVersion": str(rig.store.version), "annotations": {INITIAL_END: "true"}}


async def test_a_watch_list_of_the_future_ends_with_an_error(rig: Rig, watch: Open, time: ServerTime) -> None:
    reader = watch(sends_initial=True, match=NOT_OLDER, version="999999")
    await time.pass_time(2.9)
    assert reader.seen == []
    await time.pass_time(0.2)
    assert [event["object"]["code"] for _, event in reader.seen] == [504]


async def test_a_version_that_is_forgotten_is_410_in_the_stream(rig: Rig, watch: Open) -> None:
    reader = watch(version="1")
    await settle()
    (_, event) = reader.seen[0]
    assert (event["type"], event["object"]["code"], event["object"]["reason"]) == ("ERROR", 410, "Expired")
    assert reader.task.done()


async def test_a_watcher_that_falls_behind_is_told_so(rig: Rig, watch: Open) -> None:
    reader = watch(version=str(rig.store.version))
    await settle()
    for number in range(6):  # one more than is remembered, before the reader gets a turn
        rig.policy(f"p{number}")
    await settle()
    assert reader.types() == ["ERROR"]


async def test_what_enters_a_selection_is_added_and_what_leaves_it_is_deleted(rig: Rig, watch: Open) -> None:
    rig.policy("a")
    reader = watch(read_filter(NETWORK_POLICIES, "k=v", ""), version=str(rig.store.version))
    for labels in ({"k": "v"}, {"k": "v", "x": "y"}, {"k": "w", "x": None}):
        rig.patch(NETWORK_POLICIES, "a", {"metadata": {"labels": labels}})
    await settle()
    assert reader.types() == ["ADDED", "MODIFIED", "DELETED"]
    last = reader.seen[-1][1]["object"]["metadata"]
    assert last["labels"] == {"k": "v", "x": "y"}
    assert last["resourceVersion"] == str(rig.store.version)


async def test_a_reader_that_goes_leaves_nothing_behind(rig: Rig, watch: Open) -> None:
    reader = watch(version=str(rig.store.version))
    await settle()
    reader.task.cancel()
    with suppress(asyncio.CancelledError):
        await reader.task
    await settle()
    rig.policy("a")
    assert reader.seen == []


async def test_a_thousand_changes_arrive_in_order(watch: Open) -> None:
    rig = Rig(window=2000)
    time = ServerTime()
    version = str(rig.store.version)
    for number in range(1000):
        rig.policy(f"p{number:04}")
    watcher = Watcher(rig.store, time, 60)
    query = ListQuery(is_watch=True, version=version, timeout_seconds=1)
    reader = Reader(time, watcher.chunks(Subject(NETWORK_POLICIES, "", Filter()), query))
    await time.pass_time(2)
    assert reader.names() == [f"ADDED p{number:04}" for number in range(1000)]
    await reader.task
