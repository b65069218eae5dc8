"""A connection cut while a write is under way, and Ctrl-C or SIGTERM at the same moments."""

import signal
import subprocess
import time

import pytest

from tests.e2e import register
from tests.e2e.command import Done, finished, opening
from tests.e2e.failpoints import Cut, Point, Victim
from tests.e2e.witness import GRANT_LABEL, Witness, moment

pytestmark = pytest.mark.cluster

POLICIES, JOBS = "networkpolicies", "jobs"
UNCERTAIN, INTERRUPTED = 10, 130
EXPIRES_AT = "netgrant.dev/expires-at"


def cut(victim: Victim, point: Point, *line: str) -> Done:
    """Run a command whose connection breaks at the point, with no answer given."""

    def breaks() -> None:
        raise Cut

    victim.way.at(point, breaks)
    done = victim.netgrant(*line)
    assert not victim.way.traps, f"{point} was not reached: {done}"
    assert "Traceback" not in done.err
    return done


def signalled(victim: Victim, point: Point, number: signal.Signals, *line: str) -> Done:
    """Run a command that gets a signal at the point; the request itself goes on a moment later."""
    children: list[subprocess.Popen[str]] = []

    def signals() -> None:
        children[0].send_signal(number)
        time.sleep(0.3)

    victim.way.at(point, signals)
    children.append(victim.netgrant.start(*line))
    done = finished(children[0])
    assert not victim.way.traps, f"{point} was not reached: {done}"
    return done


WRITES = [
    Point("before", "POST", JOBS),
    Point("after", "POST", JOBS),
    Point("before", "POST", POLICIES),
    Point("after", "POST", POLICIES),
]


@pytest.mark.parametrize("point", WRITES, ids=str)
def test_a_lost_answer_while_opening(victim: Victim, witness: Witness, namespace: str, point: Point) -> None:
    done = cut(victim, point, *opening(namespace))
    assert register.open_intents(victim.netgrant.registry) == []
    if point.when == "after":  # found by its name: it is there, and all is well
        assert done.ok().id == witness.policy(namespace)["metadata"]["labels"][GRANT_LABEL]
        witness.all_timed(namespace)
    else:
        done.ended(UNCERTAIN)
        assert "may or may not have happened" in done.complaint
        assert witness.is_empty(namespace)


SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGINT]


@pytest.mark.parametrize(("point", "number"), list(zip(WRITES, SIGNALS, strict=True)), ids=str)
def test_a_signal_while_opening(
    victim: Victim, witness: Witness, namespace: str, point: Point, number: signal.Signals
) -> None:
    signalled(victim, point, number, *opening(namespace)).ended(INTERRUPTED)
    assert register.open_intents(victim.netgrant.registry) == []
    assert set(register.phases(victim.netgrant.registry).values()) == {"failed"}
    # A request that was under way may still be carried out; then its owner is gone and it is collected.
    witness.await_empty(namespace)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_while_extending(victim: Victim, witness: Witness, namespace: str, when: str) -> None:
    grant_id = victim.netgrant.grant(namespace)
    before = witness.deadline(namespace)
    point = Point("before" if when == "before" else "after", "PATCH", JOBS)
    done = cut(victim, point, "extend", grant_id, "--for", "5m", "--reason", "longer")
    done.ended(UNCERTAIN if when == "before" else 0)  # it looks again, and believes what it finds
    victim.netgrant("list").ok()
    in_step(victim, witness, namespace)
    assert (witness.deadline(namespace) != before) == (when == "after")


@pytest.mark.parametrize(("when", "number"), [("before", signal.SIGTERM), ("after", signal.SIGINT)])
def test_a_signal_while_extending(
    victim: Victim, witness: Witness, namespace: str, when: str, number: signal.Signals
) -> None:
    grant_id = victim.netgrant.grant(namespace)
    point = Point("before" if when == "before" else "after", "PATCH", JOBS)
    line = ("extend", grant_id, "--for", "5m", "--reason", "longer")
    signalled(victim, point, number, *line).ended(INTERRUPTED)
    victim.netgrant("list").ok()
    in_step(victim, witness, namespace)


def in_step(victim: Victim, witness: Witness, namespace: str) -> None:
    """Timer, annotation and registry name the same deadline, and nothing is open."""
    assert register.open_intents(victim.netgrant.registry) == []
    witness.all_timed(namespace)
    deadline = witness.deadline(namespace)
    assert moment(witness.policy(namespace)["metadata"]["annotations"][EXPIRES_AT]) == deadline
    ((on_record,),) = register.rows(victim.netgrant.registry, "SELECT deadline FROM grants")
    assert moment(str(on_record)) == deadline


@pytest.mark.parametrize(
    "point", [Point("before", "DELETE", POLICIES), Point("after", "DELETE", JOBS)], ids=str
)
def test_a_lost_answer_while_revoking(victim: Victim, witness: Witness, namespace: str, point: Point) -> None:
    grant_id = victim.netgrant.grant(namespace)
    cut(victim, point, "revoke", grant_id, "--reason", "done").ok()  # what counts is what is seen afterwards
    assert register.open_intents(victim.netgrant.registry) == []
    assert register.phases(victim.netgrant.registry) == {grant_id: "ended"}
    assert witness.is_empty(namespace)


@pytest.mark.parametrize(
    "point", [Point("before", "PATCH", POLICIES), Point("after", "PATCH", POLICIES)], ids=str
)
@pytest.mark.parametrize("number", [None, signal.SIGINT])
def test_whatever_happens_while_adopting_the_policy_stands(
    victim: Victim, witness: Witness, standing: tuple[str, str], point: Point, number: signal.Signals | None
) -> None:
    namespace, made = standing
    line = ["adopt", "-n", namespace, "debug", "--for", "5m", "--reason", "left over"]
    if number is None:
        cut(victim, point, *line)
    else:
        signalled(victim, point, number, *line).ended(INTERRUPTED)
    victim.netgrant("list").ok()
    assert register.open_intents(victim.netgrant.registry) == []
    time.sleep(1)  # longer than the garbage collector takes to act on a lost owner
    found = witness.policy(namespace)["metadata"]
    assert found["uid"] == made
    is_tied = GRANT_LABEL in found.get("labels", {})
    assert len(witness.jobs(namespace)) == is_tied
    assert set(register.phases(victim.netgrant.registry).values()) == {"active" if is_tied else "failed"}
