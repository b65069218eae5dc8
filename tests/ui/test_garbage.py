"""When the collector may look."""

import gc
from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.domain.link import Link, LinkState
from app.errors import UnreachableError
from app.live.cluster import Kind, LiveCluster, Stage
from app.ui.garbage import PATIENCE_SECONDS, Garbage
from tests.ui import objects
from tests.ui.stage import connected


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.set_threshold(*thresholds)
    gc.enable()
    gc.unfreeze()


def listed(**states: LinkState) -> LiveCluster:
    cluster = LiveCluster("prod-eu1")
    connected(cluster)
    for kind, state in states.items():
        cluster.set_link(Kind(kind), Link(state, objects.NOW))
    return cluster


def test_where_the_process_has_it_on_it_is_left_alone() -> None:
    Garbage().mind([LiveCluster("prod-eu1")], is_judged=False, now=0.0)
    assert gc.isenabled()


def test_it_stays_off_until_all_is_listed_and_judged() -> None:
    gc.disable()
    garbage = Garbage()
    garbage.mind([LiveCluster("prod-eu1")], is_judged=True, now=1.0)
    garbage.mind([listed(pods=LinkState.LOADING)], is_judged=True, now=2.0)
    garbage.mind([listed()], is_judged=False, now=3.0)
    assert not gc.isenabled()
    garbage.mind([listed()], is_judged=True, now=4.0)
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0


def test_it_is_off_again_while_another_cluster_is_listed() -> None:
    gc.disable()
    garbage = Garbage()
    garbage.mind([listed()], is_judged=True, now=1.0)
    garbage.mind([listed(), LiveCluster("other")], is_judged=True, now=2.0)
    assert not gc.isenabled()


def test_what_was_listed_is_not_looked_at_for_the_events_of_one_grant() -> None:
    gc.disable()
    garbage = Garbage()
    garbage.mind([listed(events=LinkState.LOADING)], is_judged=True, now=1.0)
    assert gc.isenabled()


def test_a_list_that_never_ends_and_a_cluster_that_is_not_there_do_not_keep_it_off() -> None:
    gc.disable()
    slow = Garbage()
    slow.mind([LiveCluster("prod-eu1")], is_judged=True, now=1.0)
    slow.mind([LiveCluster("prod-eu1")], is_judged=True, now=2.0 + PATIENCE_SECONDS)
    assert gc.isenabled()
    gc.disable()
    failed = LiveCluster("prod-eu1")
    failed.status = replace(failed.status, stage=Stage.FAILED, error=UnreachableError("gone"))
    Garbage().mind([failed], is_judged=True, now=1.0)
    assert gc.isenabled()
