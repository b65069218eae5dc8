"""Pages that outlive what they were cut from."""

from typing import Any

import pytest

from app.demo.kinds import NETWORK_POLICIES
from app.demo.lists import Lister, ListQuery, Page
from app.demo.selectors import Filter, read_filter
from app.demo.status import ApiError
from tests.demo.rig import NAMESPACE, Rig


@pytest.fixture
def rig() -> Rig:
    found = Rig()
    for name in "abcde":
        found.policy(name)
    return found


def page(rig: Rig, selection: Filter | None = None, **query: Any) -> Page:
    return Lister(rig.store).page(NETWORK_POLICIES, NAMESPACE, selection or Filter(), ListQuery(**query))


def names(found: Page) -> str:
    return "".join(record.obj["metadata"]["name"] for record in found.records)


def test_all_pages_show_the_state_of_the_first(rig: Rig) -> None:
    first = page(rig, limit=2)
    rig.delete(NETWORK_POLICIES, "d")
    rig.policy("c0")
    second = page(rig, limit=2, continue_token=first.next_token)
    third = page(rig, limit=2, continue_token=second.next_token)
    assert (names(first), names(second), names(third)) == ("ab", "cd", "e")
    assert {found.version for found in (first, second, third)} == {first.version}
    assert (first.remaining, second.remaining, third.remaining) == (3, 1, None)


def test_a_token_that_is_too_old_brings_one_that_goes_on_with_the_present(rig: Rig) -> None:
    token = page(rig, limit=2).next_token
    rig.delete(NETWORK_POLICIES, "d")
    rig.store.forget_history()
    with pytest.raises(ApiError) as caught:
        page(rig, limit=2, continue_token=token)
    assert (caught.value.code, caught.value.status["reason"]) == (410, "Expired")
    rest = page(rig, limit=1, continue_token=caught.value.status["metadata"]["continue"])
    last = page(rig, limit=1, continue_token=rest.next_token)
    assert (names(rest), names(last), last.next_token) == ("c", "e", "")


def test_what_a_selector_leaves_is_not_counted_ahead(rig: Rig) -> None:
    for name in "ace":
        rig.patch(NETWORK_POLICIES, name, {"metadata": {"labels": {"odd": "1"}}})
    selection = read_filter(NETWORK_POLICIES, "odd=1", "")
    first = page(rig, selection, limit=2)
    assert (names(first), first.remaining) == ("ac", None)
    assert names(page(rig, selection, limit=2, continue_token=first.next_token)) == "e"


def test_an_exact_version_of_the_past(rig: Rig) -> None:
    then = str(rig.store.version)
    rig.policy("f")
    assert names(page(rig, version=then, match="Exact")) == "abcde"
    assert names(page(rig, version=then, match="NotOlderThan")) == "abcdef"
    assert names(page(rig, version="0")) == "abcdef"


def test_a_version_of_the_future_says_so(rig: Rig) -> None:
    with pytest.raises(ApiError) as caught:
        page(rig, version=str(rig.store.version + 1))
    assert caught.value.code == 504
    assert caught.value.retry_after == 1


@pytest.mark.parametrize("token", ["zzz", "", "eyJ2IjoxfQ", "e30"])
def test_a_token_of_nobodys_making_is_400(rig: Rig, token: str) -> None:
    if not token:
        assert names(page(rig, limit=1, continue_token=token)) == "a"
        return
    with pytest.raises(ApiError) as caught:
        page(rig, limit=1, continue_token=token)
    assert caught.value.code == 400
