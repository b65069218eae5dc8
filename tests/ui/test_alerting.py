"""What happens is told: in a sentence, with a bell, without a flood."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from textual.widgets._toast import Toast

from app.domain.link import Link, LinkState
from app.domain.manifest import GRANT_LABEL
from app.live.cluster import Kind, LiveCluster
from app.ui.alerting import GATHER
from app.ui.app import NetgrantApp
from app.ui.backend import Preferences
from tests.ui import objects
from tests.ui.objects import MINUTE, NOW, SECOND
from tests.ui.snapshots import assert_looks_as_before
from tests.ui.stage import SIZES, StillBackend, drawn, empty, ready


class Heard(NetgrantApp):
    """An app that writes down what it says."""

    def __init__(self, backend: StillBackend) -> None:
        super().__init__(backend)
        self.animation_level = "none"
        self.still = backend
        backend.world.clock.time = NOW
        self.said: list[tuple[str, str]] = []
        self.bells = 0

    def say(self, text: str, severity: str = "information", *, seconds: float | None = None) -> None:
        self.said.append((severity, text))
        super().say(text, severity, seconds=seconds)  # type: ignore[arg-type]

    def bell(self) -> None:
        self.bells += 1

    def at(self, moment: timedelta) -> list[tuple[str, str]]:
        """Let it be ``moment`` after NOW, and return what is said then."""
        self.said.clear()
        self.still.world.clock.time = NOW + moment
        for _ in range(3):  # a publication judges no more than some of many
            self.feed.publish()
        self.still.world.clock.time += GATHER
        self.feed.publish()
        return self.said

    @property
    def cluster(self) -> LiveCluster:
        return self.feed.clusters[0]


def heard(**preferences: object) -> Heard:
    return Heard(StillBackend(empty, replace(Preferences(), **preferences)))  # type: ignore[arg-type]


def put(app: Heard, *grants: objects.Made) -> None:
    for made in grants:
        app.cluster.rows.put_policy(made.policy)
        app.cluster.rows.put_job(made.job)


def ending(number: int, left: timedelta) -> objects.Made:
    return objects.grant(number, "production", objects.spec("app=database", "10.0.0.0/8", "5432"), left)


async def test_a_grants_end_is_told_from_afar_and_when_it_comes() -> None:
    app = heard()
    async with app.run_test() as pilot:
        await ready(pilot)
        put(app, made := ending(7, 6 * MINUTE))
        assert app.at(0 * MINUTE) == []
        assert app.at(MINUTE - SECOND) == []
        assert app.at(MINUTE) == [("warning", "production app=database ends in 5m")]
        assert app.bells == 1
        assert list(app.alerting.marks) == [("prod-eu1", (made.policy.metadata.labels or {})[GRANT_LABEL])]
        assert app.at(2 * MINUTE) == []
        assert not app.alerting.marks
        assert app.at(5 * MINUTE) == [("warning", "production app=database ends in 1m")]
        app.cluster.rows.drop_policy(made.policy)
        app.cluster.rows.drop_job(made.job)
        assert app.at(6 * MINUTE) == [
            ("information", "production app=database ended on time, 0.4 s after its deadline")
        ]
        assert app.bells == 3


async def test_two_hundred_ends_are_one_sentence_and_one_bell() -> None:
    app = heard()
    async with app.run_test() as pilot:
        await ready(pilot)
        grants = [ending(number, 2 * MINUTE + number % 7 * SECOND) for number in range(200)]
        put(app, *grants)
        (told,) = app.at(0 * MINUTE)
        assert told[1].startswith("200 grants end within 5m: production app=database, ")
        said = [text for second in range(1, 30) for _, text in app.at(MINUTE + second * SECOND)]
        assert 1 < len(said) <= 5
        assert (
            sum(int(text.split()[0]) for text in said if text[0].isdigit())
            + sum(not text[0].isdigit() for text in said)
            == 200
        )
        assert app.bells == 1 + len(said)


async def test_a_lost_link_is_told_and_that_it_is_back() -> None:
    app = heard()
    async with app.run_test() as pilot:
        await ready(pilot)
        app.cluster.set_link(Kind.POLICIES, Link(LinkState.STALE, NOW, "connection refused"))
        assert app.at(SECOND) == []
        assert app.at(5 * SECOND) == [
            ("warning", "prod-eu1 does not answer any more: what is shown may be out of date")
        ]
        app.cluster.set_link(Kind.POLICIES, Link(LinkState.LIVE, NOW))
        assert app.at(9 * SECOND) == [("information", "prod-eu1 answers again, after 8s")]
        assert app.bells == 1


async def test_a_cluster_that_never_was_live_is_not_called_lost() -> None:
    app = Heard(StillBackend(lambda cluster: None))
    async with app.run_test() as pilot:
        await ready(pilot)
        assert app.at(MINUTE) == []


async def test_what_was_revoked_here_is_not_told_twice_and_what_others_removed_is_told() -> None:
    app = heard()
    async with app.run_test() as pilot:
        await ready(pilot)
        own, other, late = (ending(number, 40 * MINUTE) for number in (7, 8, 9))
        put(app, own, other, late)
        assert app.at(0 * MINUTE) == []
        ids = [(made.policy.metadata.labels or {})[GRANT_LABEL] for made in (own, late)]
        app.alerting.expect(("prod-eu1", grant_id) for grant_id in ids)
        for made in (own, other):
            app.cluster.rows.drop_policy(made.policy)
        told = ("information", "production app=database was revoked or removed, with 39:49 left")
        assert app.at(10 * SECOND) == [told]
        app.cluster.rows.drop_policy(late.policy)
        assert len(app.at(5 * MINUTE)) == 1
        assert app.bells == 0


async def test_nothing_is_told_while_the_terminal_is_lent_and_nothing_is_lost() -> None:
    app = heard()
    async with app.run_test() as pilot:
        await ready(pilot)
        app.app_suspend_signal.publish(app)
        put(app, ending(7, 3 * MINUTE))
        assert app.at(0 * MINUTE) == [] and app.bells == 0
        app.app_resume_signal.publish(app)
        assert app.at(SECOND) == [("warning", "production app=database ends in 3m")]


async def test_own_thresholds_and_none() -> None:
    for thresholds, count in (((10 * MINUTE,), 1), ((), 0)):
        app = heard(warn_before=thresholds)
        async with app.run_test() as pilot:
            await ready(pilot)
            put(app, ending(7, 12 * MINUTE))
            app.at(0 * MINUTE)
            assert len(app.at(3 * MINUTE)) == count


async def test_read_only_screens_alert_too() -> None:
    app = heard(read_only=True)
    async with app.run_test() as pilot:
        await ready(pilot)
        put(app, ending(7, 3 * MINUTE))
        assert len(app.at(0 * MINUTE)) == 1 and app.bells == 1


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_sentences_of_each_loudness_look_as_before(size: tuple[int, int]) -> None:
    app = heard()
    async with app.run_test(size=size, notifications=True) as pilot:
        await ready(pilot)
        drifted, late = ending(8, 40 * MINUTE), ending(9, -MINUTE)
        spoiled = msgspec.structs.replace(drifted.policy, spec={"podSelector": {}})
        put(app, ending(7, 3 * MINUTE), objects.Made(spoiled, drifted.job), late)
        said = app.at(0 * MINUTE)
        assert [severity for severity, _ in said] == ["warning", "error", "error"]
        while len(app.screen.query(Toast)) < len(said):
            await pilot.pause()
        await drawn(pilot)
        assert_looks_as_before(app, "alerts")
