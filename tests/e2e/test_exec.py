"""``exec``: access stands exactly as long as the command runs, however it ends, and its code is passed on."""

import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.contract.eventually import eventually
from tests.controlplane.plane import ControlPlane
from tests.e2e import register
from tests.e2e.command import Done, Netgrant, finished, opening
from tests.e2e.failpoints import Point, Victim
from tests.e2e.rights import READ, allow
from tests.e2e.terminal import CTRL_C, terminal
from tests.e2e.witness import GRANT_LABEL, Witness

pytestmark = pytest.mark.cluster

PARTIAL, NOT_OPENED, INTERRUPTED = 11, 125, 130


def executing(namespace: str, *command: str, life: str = "5m") -> list[str]:
    """The usual access around a command."""
    _, *options = opening(namespace, life)
    return ["exec", *options, "--", *command]


def closed(netgrant: Netgrant, witness: Witness, namespace: str) -> None:
    """Nothing stands, and the registry knows why."""
    assert witness.is_empty(namespace)
    assert register.open_intents(netgrant.registry) == []
    rows = register.rows(netgrant.registry, "SELECT phase, end_cause FROM grants")
    assert rows == [("ended", "revoked")]


@pytest.mark.parametrize("code", [0, 1, 7, 255])
def test_the_commands_code_is_passed_on(
    netgrant: Netgrant, witness: Witness, namespace: str, code: int
) -> None:
    netgrant(*executing(namespace, "sh", "-c", f"exit {code}")).ended(code)
    closed(netgrant, witness, namespace)


def test_the_command_finds_its_access_open_and_knows_its_id(
    control_plane: ControlPlane, netgrant: Netgrant, witness: Witness, namespace: str
) -> None:
    kubectl = f"{control_plane.programs.kubectl} get networkpolicy -n {namespace} -o name -l {GRANT_LABEL}"
    script = f'echo "$NETGRANT_GRANT_ID $NETGRANT_DEADLINE"; {kubectl}=$NETGRANT_GRANT_ID'
    done = netgrant(*executing(namespace, "sh", "-c", script)).ok()
    told, policy = done.out.splitlines()
    grant_id, deadline = told.split()
    assert register.phases(netgrant.registry) == {grant_id: "ended"}
    assert policy.startswith("networkpolicy.networking.k8s.io/netgrant-")
    assert deadline.endswith("Z")
    assert f"revoked {grant_id}" in done.err  # talk; stdout is the command's alone
    closed(netgrant, witness, namespace)


def test_options_after_the_command_are_the_commands(
    netgrant: Netgrant, witness: Witness, namespace: str
) -> None:
    done = netgrant(*executing(namespace, "echo", "-n", "--for", "--reason")).ok()
    assert done.out == "--for --reason"
    closed(netgrant, witness, namespace)


def test_the_command_reads_our_stdin(netgrant: Netgrant, namespace: str) -> None:
    assert netgrant(*executing(namespace, "cat"), stdin="from outside").ok().out == "from outside"


def test_for_a_command_that_is_not_there_nothing_is_opened(
    netgrant: Netgrant, witness: Witness, namespace: str
) -> None:
    done = netgrant(*executing(namespace, "no-such-command")).ended(127)
    assert "'no-such-command': command not found" in done.complaint
    assert witness.is_empty(namespace)
    assert register.phases(netgrant.registry) == {}


def test_for_a_command_that_may_not_be_run_nothing_is_opened(
    netgrant: Netgrant, witness: Witness, namespace: str, tmp_path: Path
) -> None:
    plain = tmp_path / "plain.txt"
    plain.write_text("no program")
    netgrant(*executing(namespace, str(plain))).ended(126)
    assert witness.is_empty(namespace)
    assert register.phases(netgrant.registry) == {}


def test_a_command_that_fails_to_start_after_all_is_revoked(
    netgrant: Netgrant, witness: Witness, namespace: str, tmp_path: Path
) -> None:
    """Its interpreter is missing, which is known only once it is started."""
    script = tmp_path / "script"
    script.write_text("#!/no/such/interpreter\n")
    script.chmod(0o755)
    netgrant(*executing(namespace, str(script))).ended(127)
    closed(netgrant, witness, namespace)


def test_refused_access_starts_nothing(
    control_plane: ControlPlane, alice: Netgrant, witness: Witness, namespace: str, tmp_path: Path
) -> None:
    allow(control_plane, namespace, "alice", jobs=READ, networkpolicies=READ)
    marker = tmp_path / "started"
    done = alice(*executing(namespace, "touch", str(marker))).ended(NOT_OPENED)
    assert "create" in done.complaint
    assert not marker.exists()
    assert witness.is_empty(namespace)


class Running:
    """An ``exec`` whose command says on stdout that it runs."""

    def __init__(self, netgrant: Netgrant, namespace: str, script: str, life: str = "5m") -> None:
        line = executing(namespace, "sh", "-c", script, life=life)
        self.child = netgrant.start(*line)
        assert self.child.stdout is not None
        assert self.child.stdout.readline() == "running\n"

    def signal(self, number: signal.Signals) -> None:
        """To our process alone, as ``kill`` does."""
        self.child.send_signal(number)

    def end(self) -> Done:
        """How it ended."""
        return finished(self.child)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_the_command_and_the_access(
    netgrant: Netgrant, witness: Witness, namespace: str, number: signal.Signals
) -> None:
    running = Running(netgrant, namespace, "echo running; exec sleep 60")
    assert len(witness.policies(namespace)) == 1
    running.signal(number)
    running.end().ended(128 + number)
    closed(netgrant, witness, namespace)


def test_a_command_that_takes_the_signal_itself_has_the_last_word(
    netgrant: Netgrant, witness: Witness, namespace: str
) -> None:
    running = Running(netgrant, namespace, "trap 'exit 3' TERM; echo running; while :; do sleep 0.1; done")
    running.signal(signal.SIGTERM)
    running.end().ended(3)
    closed(netgrant, witness, namespace)


def test_ctrl_c_in_a_terminal_reaches_the_command_once(
    netgrant: Netgrant, witness: Witness, namespace: str
) -> None:
    script = (
        "trap 'n=$((n+1)); echo got $n' INT; echo running; for i in $(seq 30); do sleep 0.1; done; exit $n"
    )
    with terminal(netgrant, *executing(namespace, "sh", "-c", script)) as screen:
        screen.await_text("running\r\n")
        screen.type(CTRL_C)
        screen.await_text("got 1")
        assert screen.wait() == 1
        screen.await_text("revoked")
    assert b"got 2" not in screen.screen
    closed(netgrant, witness, namespace)


def test_ctrl_c_in_a_terminal_ends_the_command_and_the_access(
    netgrant: Netgrant, witness: Witness, namespace: str
) -> None:
    with terminal(netgrant, *executing(namespace, "sh", "-c", "echo running; exec sleep 60")) as screen:
        screen.await_text("running\r\n")
        screen.type(CTRL_C)
        assert screen.wait() == INTERRUPTED
    closed(netgrant, witness, namespace)


def test_a_closed_terminal_ends_both(netgrant: Netgrant, witness: Witness, namespace: str) -> None:
    """The kernel sends SIGHUP to what runs there; nothing can be printed any more, and it is revoked."""
    with terminal(netgrant, *executing(namespace, "sh", "-c", "echo running; exec sleep 60")) as screen:
        screen.await_text("running\r\n")
        screen.close()
        assert screen.wait() == 128 + signal.SIGHUP
    closed(netgrant, witness, namespace)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_opening_starts_nothing(
    victim: Victim, witness: Witness, namespace: str, tmp_path: Path, number: signal.Signals
) -> None:
    marker, children = tmp_path / "started", list[subprocess.Popen[str]]()

    def signals() -> None:
        children[0].send_signal(number)
        time.sleep(0.3)

    victim.way.at(Point("before", "POST", "networkpolicies"), signals)
    children.append(victim.netgrant.start(*executing(namespace, "touch", str(marker))))
    finished(children[0]).ended(INTERRUPTED)
    assert not marker.exists()
    witness.await_empty(namespace)
    assert set(register.phases(victim.netgrant.registry).values()) == {"failed"}


def test_signals_while_revoking_do_not_stop_it(victim: Victim, witness: Witness, namespace: str) -> None:
    children: list[subprocess.Popen[str]] = []

    def signals() -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):
            children[0].send_signal(number)
            time.sleep(0.1)

    victim.way.at(Point("before", "DELETE", "networkpolicies"), signals)
    children.append(victim.netgrant.start(*executing(namespace, "sh", "-c", "exit 5")))
    finished(children[0]).ended(5)
    closed(victim.netgrant, witness, namespace)


def test_a_network_that_goes_away_meanwhile_is_said_and_the_timer_ends_it(
    victim: Victim, witness: Witness, namespace: str
) -> None:
    victim.way.at(Point("before", "DELETE", "networkpolicies"), victim.way.close)
    done = victim.netgrant(*executing(namespace, "true", life="6s")).ended(PARTIAL)
    assert "not revoked; the dead-man Job ends it at" in done.err
    witness.all_timed(namespace)
    witness.await_empty(namespace)
    victim.way.is_closed = False
    victim.netgrant("list").ok()
    assert register.open_intents(victim.netgrant.registry) == []


def test_a_failing_command_keeps_its_code_even_then(victim: Victim, namespace: str) -> None:
    victim.way.at(Point("before", "DELETE", "networkpolicies"), victim.way.close)
    victim.netgrant(*executing(namespace, "sh", "-c", "exit 7")).ended(7)


def test_a_command_that_outlives_its_access(netgrant: Netgrant, witness: Witness, namespace: str) -> None:
    """The deadline holds; the command is not killed, and what is on record is how it really ended."""
    running = Running(netgrant, namespace, "echo running; sleep 5; exit 4", life="2s")
    eventually(lambda: witness.is_empty(namespace), seconds=5, what="the end at the deadline")
    assert running.child.poll() is None
    running.end().ended(4)
    assert register.open_intents(netgrant.registry) == []
    rows = register.rows(netgrant.registry, "SELECT phase, end_cause FROM grants")
    assert rows == [("ended", "expired")]
