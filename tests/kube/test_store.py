"""The store: what it holds, what it drops, and what it tells."""

import asyncio
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from app.domain.objects import Meta, Pod
from app.kube.decode import Undecodable
from app.kube.store import Changes, Key, Store, key_of
from tests.kube.scripted_wire import names


def pod(name: str, version: int | str, uid: str = "", label: str = "") -> Pod:
    labels = {"l": label} if label else None
    meta = Meta(
        name=name, namespace="ns", uid=uid or f"u-{name}", resource_version=str(version), labels=labels
    )
    return Pod(metadata=meta)


def unreadable(name: str, change: str = "ADDED") -> Undecodable:
    return Undecodable(
        change, Meta(name=name, namespace="ns", uid=f"u-{name}", resource_version="9"), "broken"
    )


def listed(*values: Pod) -> dict[Key, Pod]:
    return {key_of(value.metadata): value for value in values}


class Ear:
    """A listener that keeps what it heard, and the state it would make of that."""

    def __init__(self) -> None:
        self.heard: list[Changes[Pod]] = []
        self.believed: dict[str, Pod] = {}

    def __call__(self, changes: Changes[Pod]) -> None:
        self.heard.append(changes)
        for gone in changes.deleted:
            assert self.believed.pop(gone.metadata.name).metadata.uid == gone.metadata.uid
        for new in changes.added:
            assert new.metadata.name not in self.believed
            self.believed[new.metadata.name] = new
        for before, after in changes.updated:
            assert self.believed[before.metadata.name] is before
            self.believed[after.metadata.name] = after


async def told() -> None:
    for _ in range(4):
        await asyncio.sleep(0)


def test_it_begins_empty_and_not_synced() -> None:
    store = Store[Pod]()
    assert (len(store), store.synced, store.undecodable) == (0, False, 0)


def test_add_update_delete() -> None:
    store = Store[Pod]()
    store.add(pod("a", 1))
    store.update(pod("a", 2, label="x"))
    store.update(pod("b", 3))
    assert names(store) == ["a", "b"]
    assert store.get("ns", "a") == pod("a", 2, label="x")
    assert store.delete(Meta(name="a", namespace="ns", uid="u-a"))
    assert store.get("ns", "a") is None
    assert not store.delete(Meta(name="a", namespace="ns", uid="u-a"))


async def test_an_older_version_is_dropped() -> None:
    store = Store[Pod]()
    store.add(pod("a", 10, label="new"))
    assert not store.update(pod("a", 9, label="old"))
    await store.replace(listed(pod("a", 8, label="older")))
    assert store.get("ns", "a") == pod("a", 10, label="new")


def test_versions_compare_as_numbers() -> None:
    store = Store[Pod]()
    store.add(pod("a", 9))
    assert store.update(pod("a", 10))
    assert not store.update(pod("a", 9))


def test_versions_that_are_no_numbers_are_always_accepted() -> None:
    store = Store[Pod]()
    store.add(pod("a", "xyz"))
    assert store.update(pod("a", "abc", label="later"))
    assert store.get("ns", "a") == pod("a", "abc", label="later")


def test_the_deletion_of_a_predecessor_leaves_its_successor() -> None:
    store = Store[Pod]()
    store.add(pod("a", 10, uid="second"))
    assert not store.delete(Meta(name="a", namespace="ns", uid="first"))
    assert names(store) == ["a"]


def test_a_late_answer_does_not_bring_a_deleted_object_back() -> None:
    store = Store[Pod]()
    store.add(pod("a", 10))
    store.delete(pod("a", 11).metadata)
    assert not store.update(pod("a", 12))
    assert len(store) == 0
    assert store.add(pod("a", 13, uid="recreated"))


async def test_rewound_takes_older_and_deleted_objects_as_the_truth() -> None:
    store = Store[Pod]()
    await store.replace(listed(pod("a", 10), pod("b", 11), pod("c", 12)))
    store.delete(pod("b", 13).metadata)
    await store.replace(listed(pod("a", 5), pod("b", 6)), rewound=True)
    assert {value.metadata.resource_version for value in store} == {"5", "6"}


async def test_an_unreadable_object_is_counted_until_it_is_read_deleted_or_unlisted() -> None:
    store = Store[Pod]()
    for name in ("a", "b", "c"):
        store.skip(unreadable(name))
    store.skip(unreadable("c"))
    assert store.undecodable == 3
    store.update(pod("a", 10))
    assert store.undecodable == 2
    store.skip(unreadable("b", "DELETED"))
    assert store.undecodable == 1
    await store.replace(listed(pod("a", 10)))
    assert store.undecodable == 0


async def test_an_unreadable_object_keeps_its_earlier_state_and_gets_no_tombstone() -> None:
    store = Store[Pod]()
    await store.replace(listed(pod("a", 1), pod("b", 2)))
    store.skip(unreadable("a"))
    await store.replace(listed(pod("b", 2)), [unreadable("a")])
    assert names(store) == ["a", "b"]
    assert store.undecodable == 1
    store.skip(unreadable("a", "DELETED"))
    assert names(store) == ["b"]


async def test_after_a_rewind_a_deleted_object_may_come_back() -> None:
    store = Store[Pod]()
    store.add(pod("a", 10))
    store.delete(pod("a", 11).metadata)
    await store.replace(listed(), rewound=True)
    assert store.add(pod("a", 5))


def test_deletions_of_long_ago_are_forgotten() -> None:
    store = Store[Pod]()
    for number in range(2000):
        store.delete(pod(f"p{number}", 1).metadata)
    assert store.add(pod("p0", 2))
    assert not store.add(pod("p1999", 2))


def test_the_deletion_of_an_unreadable_object_ends_its_count() -> None:
    store = Store[Pod]()
    store.add(pod("a", 1))
    store.skip(unreadable("a"))
    store.delete(pod("a", 10).metadata)
    assert (len(store), store.undecodable) == (0, 0)


async def test_a_long_list_leaves_turns_to_others_and_is_told_in_one_piece() -> None:
    store, ear, turns = Store[Pod](), Ear(), 0
    store.subscribe(ear)
    replacing = asyncio.create_task(store.replace(listed(*(pod(f"p{number}", 2) for number in range(5000)))))
    while not replacing.done():
        turns += 1
        await asyncio.sleep(0)
    await told()
    assert turns > 4
    assert [len(changes.added) for changes in ear.heard] == [5000]


async def test_a_listener_that_joins_within_a_list_misses_nothing_and_hears_nothing_twice() -> None:
    store, early, late = Store[Pod](), Ear(), Ear()
    await store.replace(listed(pod("p0", 1), pod("gone", 1)))
    store.subscribe(early)
    replacing = asyncio.create_task(store.replace(listed(*(pod(f"p{number}", 2) for number in range(3000)))))
    await told()
    store.subscribe(late)
    await replacing
    await told()
    assert set(late.believed) == set(early.believed) == {f"p{number}" for number in range(3000)}


async def test_listeners_hear_one_batch_per_turn_of_the_loop() -> None:
    store, ear = Store[Pod](), Ear()
    store.subscribe(ear)
    await store.replace(listed(pod("a", 1), pod("b", 2)))
    await told()
    for version in range(10, 20):
        store.update(pod("a", version))
    store.add(pod("c", 20))
    store.add(pod("d", 21))
    store.delete(pod("d", 22).metadata)
    store.delete(pod("b", 23).metadata, pod("b", 23, label="final"))
    await told()
    first, second = ear.heard
    assert (names(first.added), first.relisted) == (["a", "b"], True)
    assert second.updated == ((pod("a", 1), pod("a", 19)),)
    assert names(second.added) == ["c"], "what came and went within a turn is not told"
    assert second.deleted == (pod("b", 23, label="final"),), "the last state that was seen"
    assert not second.relisted


async def test_a_complete_list_is_told_even_if_it_changed_nothing() -> None:
    store, ear = Store[Pod](), Ear()
    store.subscribe(ear)
    await store.replace(listed())
    await told()
    await store.replace(listed())
    await told()
    assert ear.heard == [Changes(relisted=True), Changes(relisted=True)]


async def test_an_object_that_was_replaced_by_another_of_its_name_is_deleted_and_added() -> None:
    store, ear = Store[Pod](), Ear()
    store.subscribe(ear)
    store.add(pod("a", 1, uid="first"))
    await told()
    store.delete(pod("a", 2, uid="first").metadata, pod("a", 2, uid="first", label="final"))
    store.add(pod("a", 3, uid="second"))
    store.delete(pod("a", 4, uid="second").metadata)
    store.add(pod("a", 5, uid="third"))
    await told()
    last = ear.heard[-1]
    assert last.deleted == (pod("a", 2, uid="first", label="final"),)
    assert last.added == (pod("a", 5, uid="third"),)


async def test_a_tombstone_is_that_of_the_object_which_was_told() -> None:
    store, ear = Store[Pod](), Ear()
    store.subscribe(ear)
    store.add(pod("a", 1, uid="first"))
    await told()
    store.add(pod("a", 2, uid="second"))  # its predecessor's deletion was missed
    store.delete(pod("a", 3, uid="second").metadata)
    await told()
    assert ear.heard[-1].deleted == (pod("a", 1, uid="first"),)


async def test_what_stands_unchanged_in_a_new_list_is_not_told() -> None:
    store, ear = Store[Pod](), Ear()
    await store.replace(listed(pod("a", 1), pod("b", 2)))
    store.subscribe(ear)
    await told()
    await store.replace(listed(pod("a", 1), pod("c", 3)))
    await told()
    assert ear.heard[-1] == Changes(added=(pod("c", 3),), deleted=(pod("b", 2),), relisted=True)


async def test_a_later_listener_hears_the_present_state_first() -> None:
    store, early, late = Store[Pod](), Ear(), Ear()
    store.subscribe(early)
    await store.replace(listed(pod("a", 1)))
    store.subscribe(late)
    store.add(pod("b", 2))
    await told()
    assert [names(changes.added) for changes in late.heard] == [["a"], ["b"]]
    assert late.believed == early.believed


async def test_a_listener_of_a_store_that_is_still_loading_hears_nothing_at_first() -> None:
    store, ear = Store[Pod](), Ear()
    store.subscribe(ear)
    await told()
    assert ear.heard == []


async def test_who_unsubscribed_hears_nothing_more() -> None:
    store, ear = Store[Pod](), Ear()
    unsubscribe = store.subscribe(ear)
    store.add(pod("a", 1))
    await asyncio.sleep(0)  # the change is on its way already
    unsubscribe()
    unsubscribe()
    await told()
    assert ear.heard == []


async def test_a_listener_that_fails_costs_neither_the_others_nor_the_store() -> None:
    failures: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context["exception"]))

    def broken(changes: Changes[Pod]) -> None:
        raise ZeroDivisionError

    store, ear = Store[Pod](), Ear()
    store.subscribe(broken)
    store.subscribe(ear)
    store.add(pod("a", 1))
    await told()
    assert names(ear.believed.values()) == ["a"]
    assert [type(failure) for failure in failures] == [ZeroDivisionError]


@st.composite
def _histories(draw: st.DrawFn) -> list[tuple[str, str, int]]:
    step = st.tuples(
        st.sampled_from(["put", "put", "drop", "list", "turn"]), st.sampled_from("abc"), st.integers(0, 2)
    )
    return draw(st.lists(step, max_size=40))


def _versions() -> Iterator[int]:
    yield from range(1, 10_000)


@given(_histories())
def test_a_listener_always_believes_what_the_store_holds(history: list[tuple[str, str, int]]) -> None:
    async def play() -> None:
        store, ear, version = Store[Pod](), Ear(), _versions()
        store.subscribe(ear)
        for verb, name, incarnation in history:
            uid = f"{name}{incarnation}"
            if verb == "put":
                store.add(pod(name, next(version), uid))
            elif verb == "drop":
                store.delete(pod(name, next(version), uid).metadata)
            elif verb == "list":
                await store.replace(listed(pod(name, next(version), uid)))
            else:
                await told()
        await told()
        assert ear.believed == {value.metadata.name: value for value in store}

    asyncio.run(play())
