"""The pods by their labels: what is sorted in piece by piece is what a fresh look would find."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.labels import Selector, parse_selector
from app.domain.objects import Meta, Pod, PodSpec, PodStatus
from app.domain.peers import Pods, parse_peer
from app.live.inventory import Inventory
from app.live.population import Population
from tests.ui import objects

LABELS = st.dictionaries(st.sampled_from("ab"), st.sampled_from("xyz"), max_size=2)


@st.composite
def steps(draw: st.DrawFn) -> tuple[bool, Pod]:
    """A pod that appears or changes (True), or goes."""
    meta = Meta(draw(st.sampled_from("pqrs")), draw(st.sampled_from(("one", "two"))), labels=draw(LABELS))
    phase = draw(st.sampled_from(("Running", "Running", "Succeeded")))
    return draw(st.booleans()), Pod(
        meta, PodSpec(host_network=draw(st.integers(0, 5)) == 0), PodStatus(phase)
    )


@given(st.lists(st.lists(steps(), max_size=6), max_size=6))
def test_what_is_sorted_in_is_what_a_fresh_look_finds(turns: list[list[tuple[bool, Pod]]]) -> None:
    inventory = Inventory()
    population = Population(inventory)
    for turn in turns:
        for appears, pod in turn:
            (inventory.pods.put if appears else inventory.pods.drop)(pod)
        fresh = Population(inventory)
        for space in ("one", "two"):
            assert population.values((space,)) == fresh.values((space,))
            assert population.matching(space, Selector()) == tuple(inventory.reachable((space,)))
        assert population.values(("one", "two")) == fresh.values(("one", "two"))


def incident() -> Population:
    inventory = Inventory()
    for pod in objects.PODS:
        inventory.pods.put(pod)
    for space in objects.NAMESPACES:
        inventory.namespace_objects.put(space)
    return Population(inventory)


def names(pods: tuple[Pod, ...]) -> list[str]:
    return [pod.metadata.name for pod in pods]


def meant(text: str, namespace: str = "production") -> list[str]:
    peer = parse_peer(text)
    assert isinstance(peer, Pods)
    return names(incident().meant(namespace, peer))


def test_it_tells_whom_a_peer_means() -> None:
    assert meant("app=cache") == ["cache-0", "cache-1"]
    assert meant("ns=ops") == ["bastion-7f6c-q8zzp"]
    assert meant("ns:team in (sre,none) app") == ["mq-0", "bastion-7f6c-q8zzp"]
    assert meant("ns=* app=database") == ["database-0", "database-1", "database-2"]
    assert meant("ns=nowhere") == []


def test_a_selector_narrows_the_values() -> None:
    population = incident()
    found = population.values(("production",), parse_selector("tier=data"))
    assert {key: dict(counts) for key, counts in found.items()} == {
        "app": {"database": 3, "cache": 2},
        "tier": {"data": 5},
    }
