"""Clusters are followed, lost, tried again and let go; screens hear of it, and not too often."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

import pytest
from textual.app import App
from textual.pilot import Pilot

from app.errors import ConfigError, NetgrantError, UnauthorizedError, UnreachableError
from app.live.cluster import LiveCluster, Memory, Stage
from app.live.projector import Change
from app.ui.app import NetgrantApp
from app.ui.feed import Feed, Happened, Patience
from app.ui.runner import Runner
from app.ui.view import View
from tests.ui import objects
from tests.ui.objects import NOW
from tests.ui.stage import StillBackend, connected, forever, set_scene

HASTY = Patience(0.0, 3600.0)


@dataclass
class Scripted(StillBackend):
    """Follows as it is told, and keeps account of it."""

    fails: list[Exception | None] = field(default_factory=list)
    """What the next attempts end with; None: they just end."""
    events: list[str] = field(default_factory=list)
    lets_go: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once a connection may be closed."""
    memory_error: NetgrantError | None = None

    def __post_init__(self) -> None:
        self.lets_go.set()
        self.world.clock.time = NOW

    async def follow(self, cluster: LiveCluster, *, may_prompt: bool = False) -> None:
        self.prompts.append(may_prompt)
        self.events.append(f"begin {cluster.wanted}")
        if self.fails:
            if (error := self.fails.pop(0)) is not None:
                raise error
            return
        try:
            self.arrange(cluster)
            cluster.session = self.session()
            cluster.touch()
            await forever()
        finally:
            await self.lets_go.wait()
            self.events.append(f"end {cluster.wanted}")

    async def remember(self, context: str | None) -> Memory | None:
        if self.memory_error:
            raise self.memory_error
        return self.memory


class Bare(App[int]):
    """An app without any screen of ours."""

    def __init__(self, backend: StillBackend, patience: Patience | None) -> None:
        super().__init__()
        self.backend = backend
        self.runner = Runner(cast("NetgrantApp", self))
        self.feed = Feed(cast("NetgrantApp", self), patience)
        self.seen: list[View] = []
        self.happened: list[tuple[Happened, ...]] = []

    def on_mount(self) -> None:
        self.feed.views.subscribe(self, self.seen.append, immediate=True)
        self.feed.happenings.subscribe(self, self.happened.append, immediate=True)

    async def on_unmount(self) -> None:
        await self.feed.stop()


@dataclass
class Run:
    """An app that feeds."""

    app: Bare
    backend: Scripted
    pilot: "Pilot[int]"

    @property
    def feed(self) -> Feed:
        return self.app.feed

    @property
    def cluster(self) -> LiveCluster:
        return self.feed.clusters[0]

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(20):
            while not condition():
                await self.pilot.pause(0.005)


@asynccontextmanager
async def feeding(
    backend: Scripted | None = None, patience: Patience | None = HASTY, *contexts: str | None
) -> AsyncIterator[Run]:
    found = backend or Scripted(incident)
    app = Bare(found, patience)
    async with app.run_test() as pilot:
        app.feed.show(contexts or ("prod",))
        yield Run(app, found, pilot)


def incident(cluster: LiveCluster) -> None:
    set_scene(cluster)
    connected(cluster, cluster.wanted or "prod")


async def test_what_happens_is_shown_and_told() -> None:
    async with feeding() as run:
        await run.until(lambda: run.app.happened)
        assert {change.change for _, change in run.app.happened[0]} == {Change.STANDS}
        assert len([*run.app.seen[-1].rows()]) == 4
        version = run.app.seen[-1].version
        run.cluster.rows.drop_policy(objects.DATABASE.policy)
        run.cluster.rows.drop_job(objects.DATABASE.job)
        run.cluster.touch()
        await run.until(lambda: len(run.app.happened) == 2)
        ((cluster, change),) = run.app.happened[1]
        assert (cluster, change.change) == (run.cluster, Change.ENDED)
        assert run.app.seen[-1].version > version


async def test_nothing_that_changes_is_no_new_version() -> None:
    async with feeding() as run:
        await run.until(lambda: run.app.happened)
        version, count = run.feed.view.version, len(run.app.seen)
        run.cluster.touch()
        await run.until(lambda: len(run.app.seen) > count)
        assert run.feed.view.version == version
        run.cluster.memory = Memory((), NOW)
        run.feed.publish()
        assert run.feed.view.version > version, "another memory may be other rows"


async def test_a_burst_is_told_once() -> None:
    async with feeding() as run:
        await run.until(lambda: run.app.happened)
        run.feed.publish()
        count = len(run.app.seen)
        for _ in range(500):
            run.cluster.touch()
        await run.until(lambda: len(run.app.seen) > count)
        assert len(run.app.seen) == count + 1


async def test_a_thousand_are_judged_between_turns_of_the_loop() -> None:
    from tests.ui.objects import MINUTE, grant, spec

    def many(cluster: LiveCluster) -> None:
        wish = spec("app=database", "198.51.100.0/24", "5432")
        for number in range(1000):
            cluster.rows.put_policy(grant(number, "production", wish, 30 * MINUTE).policy)
        connected(cluster)

    async with feeding(Scripted(many)) as run:
        await run.until(lambda: len(run.cluster.rows) == 1000)
        await run.until(lambda: sum(map(len, run.app.happened)) == 1000)
        assert max(map(len, run.app.happened)) < 1000, "the first were shown before the last were judged"


async def test_what_makes_it_impossible_is_shown_and_tried_again() -> None:
    refused = UnreachableError("connection refused")
    async with feeding(Scripted(incident, fails=[refused, refused])) as run:
        await run.until(lambda: run.cluster.session)
        assert run.backend.events == ["begin prod"] * 3
        assert run.cluster.status.stage is Stage.FOLLOWING


@pytest.mark.parametrize("error", [ConfigError("no kubeconfig"), UnauthorizedError("who are you")])
async def test_what_rarely_heals_is_not_asked_again_soon(error: NetgrantError) -> None:
    async with feeding(Scripted(incident, fails=[error])) as run:
        await run.until(lambda: run.cluster.status.stage is Stage.FAILED)
        for _ in range(20):
            await run.pilot.pause()
        assert run.backend.events == ["begin prod"]
        assert run.cluster.status.error is error


async def test_what_nobody_expected_is_a_sentence_and_not_a_silent_end() -> None:
    async with feeding(Scripted(incident, fails=[ZeroDivisionError("x\x1b[2J")]), Patience(3600)) as run:
        await run.until(lambda: run.cluster.status.error)
        error = run.cluster.status.error
        assert error is not None
        assert (run.cluster.status.stage, error.fix) == (Stage.FAILED, "please report it")
        assert "ZeroDivisionError while following prod" in error.message
        run.feed.retry(run.cluster)
        await run.until(lambda: run.cluster.session)
        assert run.cluster.status.error is None


async def test_a_following_that_ends_by_itself_is_no_peace() -> None:
    async with feeding(Scripted(incident, fails=[None]), Patience(3600)) as run:
        await run.until(lambda: run.cluster.status.error)
        error = run.cluster.status.error
        assert error is not None
        assert (run.cluster.status.stage, error.message) == (Stage.FAILED, "the following of prod has ended")


async def test_a_second_connection_waits_for_the_first_to_let_go() -> None:
    async with feeding() as run:
        await run.until(lambda: run.cluster.session)
        run.backend.lets_go.clear()
        run.feed.retry(run.cluster)
        assert run.cluster.session is None, "what is being closed is nothing to act through"
        for _ in range(10):
            await run.pilot.pause()
        assert run.backend.events == ["begin prod"]
        run.backend.lets_go.set()
        await run.until(lambda: run.cluster.session)
        assert run.backend.events == ["begin prod", "end prod", "begin prod"]


async def test_a_connection_stays_until_the_writes_over_it_have_ended() -> None:
    async with feeding() as run:
        await run.until(lambda: run.cluster.session)
        gate = asyncio.Event()
        run.app.runner.start("writing", gate.wait)
        run.feed.show(("other",))
        await run.until(lambda: run.cluster.session)
        assert run.backend.events == ["begin prod", "begin other"]
        gate.set()
        await run.until(lambda: "end prod" in run.backend.events)


async def test_what_is_followed_already_goes_on_as_it_is() -> None:
    async with feeding(None, HASTY, "a", "b") as run:
        await run.until(lambda: all(cluster.session for cluster in run.feed.clusters))
        a, b = run.feed.clusters
        run.feed.show(("b", "c", "b"))
        assert run.feed.clusters[0] is b
        assert [cluster.wanted for cluster in run.feed.view.clusters] == ["b", "c"]
        await run.until(lambda: "end a" in run.backend.events and run.feed.clusters[1].session)
        assert run.backend.events.count("begin b") == 1
        run.feed.retry(a)
        await run.pilot.pause()
        assert run.backend.events.count("begin a") == 1, "nobody looks at it any more"


async def test_whoever_logs_in_waits_for_the_question() -> None:
    async with feeding(Scripted(incident, fails=[UnauthorizedError("log in first")])) as run:
        await run.until(lambda: run.cluster.status.stage is Stage.FAILED)
        await run.feed.log_in(run.cluster)
        assert run.cluster.session is not None
        assert run.backend.prompts == [False, True]
        run.backend.fails.append(ConfigError("the plugin failed"))
        await run.feed.log_in(run.cluster)
        assert run.cluster.status.stage is Stage.FAILED


async def test_the_registry_is_remembered_until_the_cluster_answers() -> None:
    def nothing_yet(cluster: LiveCluster) -> None:
        pass

    live = LiveCluster("x")
    set_scene(live)
    live.rows.advance(NOW)
    backend = Scripted(nothing_yet, memory=Memory(tuple(live.rows), NOW))
    async with feeding(backend) as run:
        await run.until(lambda: run.cluster.memory)
        await run.until(lambda: len([*run.feed.view.rows()]) == 4)
        incident(run.cluster)
        run.cluster.rows.drop_policy(objects.API.policy)
        run.cluster.rows.drop_job(objects.API.job)
        await run.until(lambda: len([*run.feed.view.rows()]) == 3)


async def test_a_registry_that_cannot_be_read_hides_no_cluster() -> None:
    async with feeding(Scripted(incident, memory_error=NetgrantError("broken"))) as run:
        await run.until(lambda: run.cluster.session)
        assert run.cluster.memory is None


async def test_everything_ends_with_the_app() -> None:
    async with feeding(None, HASTY, "a", "b") as run:
        await run.until(lambda: all(cluster.session for cluster in run.feed.clusters))
        cluster = run.cluster
    assert sorted(run.backend.events) == ["begin a", "begin b", "end a", "end b"]
    cluster.touch()  # whoever still feeds finds nobody, and nothing breaks
    run.feed.publish()


async def test_the_first_frame_has_what_was_read_before_it_and_nothing_is_followed_yet() -> None:
    backend = Scripted(recollected=Memory((), NOW))
    app = Bare(backend, HASTY)
    async with app.run_test():
        app.feed.prepare(("prod",))
        (cluster,) = app.feed.view.clusters
        assert cluster.memory is backend.recollected
        assert backend.prompts == []
        app.feed.show(("prod",))
        assert app.feed.clusters == (cluster,)
