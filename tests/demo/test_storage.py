"""Versions, history, and the past as it was."""

import pytest

from app.demo.kinds import CONFIG_MAPS, NETWORK_POLICIES
from app.demo.storage import FIRST_VERSION, TooOldError
from tests.demo.rig import Rig


@pytest.fixture
def rig() -> Rig:
    return Rig(window=3)


def names(rig: Rig, at: int | None = None) -> list[str]:
    return [record.obj["metadata"]["name"] for record in rig.store.records(NETWORK_POLICIES, at=at)]


def test_every_write_takes_the_next_version_of_one_counter(rig: Rig) -> None:
    first = rig.policy("a")["metadata"]["resourceVersion"]
    second = rig.create(CONFIG_MAPS, "b")["metadata"]["resourceVersion"]
    assert int(second) == int(first) + 1 == rig.store.version


def test_a_write_that_changes_nothing_is_none(rig: Rig) -> None:
    rig.policy("a")
    before = rig.store.version
    rig.patch(NETWORK_POLICIES, "a", {"spec": {"policyTypes": ["Ingress"]}})
    assert rig.store.version == before


def test_the_past_is_shown_as_it_was(rig: Rig) -> None:
    rig.policy("a")
    rig.policy("b")
    then = rig.store.version
    rig.delete(NETWORK_POLICIES, "a")
    rig.policy("c")
    rig.patch(NETWORK_POLICIES, "b", {"metadata": {"labels": {"k": "v"}}})
    assert names(rig) == ["b", "c"]
    assert names(rig, at=then) == ["a", "b"]
    past = rig.store.records(NETWORK_POLICIES, at=then)[1]
    assert "labels" not in past.obj["metadata"]


def test_what_is_older_than_the_window_is_too_old(rig: Rig) -> None:
    for name in "abcde":
        rig.policy(name)
    oldest = rig.store.version - 3
    assert len([*rig.store.changes_since(NETWORK_POLICIES, oldest)]) == 3
    with pytest.raises(TooOldError):
        rig.store.changes_since(NETWORK_POLICIES, oldest - 1)
    with pytest.raises(TooOldError):
        rig.store.records(NETWORK_POLICIES, at=oldest - 1)


def test_version_one_is_too_old_from_the_first_day(rig: Rig) -> None:
    assert [*rig.store.changes_since(NETWORK_POLICIES, FIRST_VERSION)] == []
    with pytest.raises(TooOldError):
        rig.store.changes_since(NETWORK_POLICIES, 1)


def test_a_busy_resource_does_not_age_a_quiet_one(rig: Rig) -> None:
    rig.policy("a")
    then = rig.store.version
    for number in range(10):
        rig.create(CONFIG_MAPS, f"c{number}")
    assert names(rig, at=then) == ["a"]


def test_forgetting_history_leaves_the_present(rig: Rig) -> None:
    rig.policy("a")
    then = rig.store.version - 1
    rig.store.forget_history()
    assert names(rig) == ["a"]
    with pytest.raises(TooOldError):
        rig.store.changes_since(NETWORK_POLICIES, then)


def test_a_stored_object_is_never_changed_in_place(rig: Rig) -> None:
    before = rig.policy("a")
    kept = repr(before)
    rig.patch(NETWORK_POLICIES, "a", {"metadata": {"labels": {"k": "v"}}, "spec": {"egress": [{}]}})
    rig.delete(NETWORK_POLICIES, "a")
    assert repr(before) == kept
