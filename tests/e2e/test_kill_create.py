"""kill -9 at each step of opening access: never a policy without a timer, and the next start clears up."""

import contextlib
import subprocess
from collections.abc import Callable

import pytest

from tests.e2e import register
from tests.e2e.command import Netgrant, kill, opening
from tests.e2e.failpoints import Point, Victim
from tests.e2e.manifests import two
from tests.e2e.witness import Witness

pytestmark = pytest.mark.cluster

POLICIES, JOBS = "networkpolicies", "jobs"

ONE_NAMESPACE = [
    (Point("before", "POST", JOBS, rehearsal=True), False),
    (Point("after", "POST", POLICIES, rehearsal=True), False),  # the intent is not kept yet
    (Point("before", "POST", JOBS), False),  # … it is now
    (Point("after", "POST", JOBS), False),
    (Point("before", "GET", JOBS), False),
    (Point("before", "POST", POLICIES), False),  # the timer runs
    (Point("after", "POST", POLICIES), True),  # all is made, and only the outcome is not kept
]
"""Each point with whether the access stands after the next start."""

TWO_NAMESPACES = [
    (Point("before", "POST", JOBS), False),
    (Point("after", "POST", JOBS), False),
    (Point("before", "POST", JOBS, 2), False),
    (Point("after", "POST", JOBS, 2), False),
    (Point("before", "POST", POLICIES), False),
    (Point("after", "POST", POLICIES), False),
    (Point("before", "POST", POLICIES, 2), False),
    (Point("after", "POST", POLICIES, 2), True),
]


def named(point: object) -> str:
    return str(point)


def settled(netgrant: Netgrant, witness: Witness, namespaces: list[str], stands: bool) -> None:
    """After the next start: nothing is open, and what stands is what is on record, armed."""
    assert register.open_intents(netgrant.registry) == []
    phases = register.phases(netgrant.registry)
    if not stands:
        assert witness.is_empty(*namespaces)
        assert set(phases.values()) <= {"failed"}
        return
    listed = [row for name in namespaces for row in netgrant.listed(name)]
    witness.all_timed(*namespaces)
    assert all(len(witness.policies(name)) == 1 for name in namespaces)
    assert list(phases.values()) == ["active"]
    assert {row["id"] for row in listed} == set(phases)
    assert all(row["armed"] and not row["drift"] for row in listed)


@pytest.fixture
def both(new_namespace: Callable[[], str]) -> list[str]:
    return [new_namespace(), new_namespace()]


@pytest.mark.parametrize(("point", "stands"), ONE_NAMESPACE, ids=named)
def test_one_namespace(victim: Victim, witness: Witness, namespace: str, point: Point, stands: bool) -> None:
    victim.dies_at(point, *opening(namespace))
    witness.all_timed(namespace)
    victim.netgrant("history").ok()
    settled(victim.netgrant, witness, [namespace], stands)


@pytest.mark.parametrize(("point", "stands"), TWO_NAMESPACES, ids=named)
def test_two_namespaces(
    victim: Victim, witness: Witness, both: list[str], point: Point, stands: bool
) -> None:
    manifest = victim.netgrant.registry.with_name("two.yaml")
    manifest.write_text(two(*both))
    victim.dies_at(point, "grant", "-f", str(manifest), "--for", "5m", "--reason", "both sides")
    witness.all_timed(*both)
    victim.netgrant("history").ok()
    settled(victim.netgrant, witness, both, stands)


def test_when_its_id_is_printed_all_is_on_record(
    netgrant: Netgrant, witness: Witness, namespace: str
) -> None:
    child = netgrant.start(*opening(namespace))
    assert child.stdout is not None
    grant_id = child.stdout.readline().strip()
    kill(child)
    assert register.open_intents(netgrant.registry) == []
    assert register.phases(netgrant.registry) == {grant_id: "active"}
    settled(netgrant, witness, [namespace], stands=True)


@pytest.mark.parametrize("verb", ["list", "doctor", "history", "grant", "show", "extend", "revoke"])
def test_whatever_is_started_next_clears_up_first(
    victim: Victim, witness: Witness, both: list[str], verb: str
) -> None:
    (half, whole), netgrant = both, victim.netgrant
    standing = netgrant.grant(whole)
    victim.dies_at(Point("after", "POST", JOBS), *opening(half))
    assert register.open_intents(netgrant.registry) == ["create"]
    line = {
        "list": ["list"],
        "doctor": ["doctor"],
        "history": ["history"],
        "grant": opening(whole),
        "show": ["show", standing],
        "extend": ["extend", standing, "--for", "1m", "--reason", "longer"],
        "revoke": ["revoke", standing, "--reason", "done"],
    }[verb]
    done = netgrant(*line).ok()
    assert "it was half made; undone" in done.err
    assert register.open_intents(netgrant.registry) == []
    assert witness.is_empty(half)


@pytest.mark.parametrize("seconds", [0.3, 0.45, 0.6, 0.75, 0.9, 1.05])
def test_at_any_moment(netgrant: Netgrant, witness: Witness, namespace: str, seconds: float) -> None:
    """Blind: between requests, within a write to the registry, while it starts or ends."""
    child = netgrant.start(*opening(namespace))
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(seconds)
    kill(child)
    witness.all_timed(namespace)
    netgrant("history").ok()
    stands = bool(witness.policies(namespace))
    settled(netgrant, witness, [namespace], stands)
