"""exec: access stands while the command runs, ends with it however it ends, and the code is the command's."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Served
from tests.cli.line import SPEC, Line
from tests.cli.terminal import terminal
from tests.contract.eventually import eventually
from tests.e2e.command import Done, Netgrant, finished


@pytest.fixture
def netgrant(line: Line) -> Netgrant:
    return Netgrant(line.kubeconfig, line.registry)


def words(namespace: str, *more: str) -> tuple[str, ...]:
    return ("exec", "-n", namespace, *SPEC, "--for", "5m", "--reason", "x", *more)


def standing(line: Line, namespace: str) -> list[str]:
    return [row["id"] for row in line("list", "-n", namespace, "-o", "json").ok().json]


def events(line: Line) -> list[str]:
    return [row["event"] for row in line("history", "--offline", "-o", "json").ok().json]


ENDS = ["asked", "granted", "revoking", "revoked"]


@pytest.mark.parametrize(
    ("script", "code"),
    [("exit 0", 0), ("exit 7", 7), ("exit 130", 130), ("kill -9 $$", 137), ("kill -TERM $$", 143)],
)
def test_the_commands_code_is_passed_on_and_access_ends(
    script: str, code: int, netgrant: Netgrant, line: Line, namespace: str
) -> None:
    done = netgrant(*words(namespace), "--", "sh", "-c", f"echo out; echo err >&2; {script}")

    done.ended(code)
    assert done.out == "out\n"
    lines = done.err.splitlines()
    assert lines[-2] == "err" and lines[-1].startswith("revoked ")
    assert any(text.startswith("granted ") for text in lines)
    assert standing(line, namespace) == []
    assert events(line) == ENDS


def test_access_stands_while_the_command_runs_and_it_is_told_about(
    netgrant: Netgrant, line: Line, namespace: str
) -> None:
    child = subprocess.Popen(
        netgrant.line(
            *words(namespace), "--", "sh", "-c", "echo $NETGRANT_GRANT_ID $NETGRANT_DEADLINE; read x"
        ),
        env=netgrant.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert child.stdout is not None
    grant_id, deadline = child.stdout.readline().split()

    (row,) = line("list", "-n", namespace, "-o", "json").ok().json
    assert (row["id"], row["deadline"], row["armed"]) == (grant_id, deadline, True)
    _, err = child.communicate("go\n", timeout=60)
    assert child.returncode == 0 and f"revoked {grant_id}" in err
    assert standing(line, namespace) == []


def test_netgrant_itself_works_inside_of_exec(netgrant: Netgrant, namespace: str) -> None:
    inner = netgrant.line("list", "-n", namespace, "-o", "csv")

    done = netgrant(*words(namespace), "--", *inner).ok()

    assert done.out.count("\n") == 2 and "app=database" in done.out


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_reaches_the_command_and_access_ends(
    number: signal.Signals, netgrant: Netgrant, line: Line, namespace: str
) -> None:
    script = f"trap 'echo caught; exit 3' {number.name[3:]}; echo ready; while :; do sleep 0.1; done"
    child = netgrant.start(*words(namespace), "--", "sh", "-c", script)
    assert child.stdout is not None and child.stdout.readline() == "ready\n"

    child.send_signal(number)
    done = finished(child)

    assert (done.code, done.out) == (3, "caught\n"), done.err
    assert standing(line, namespace) == []
    assert events(line) == ENDS


def test_a_signal_before_the_command_runs_undoes_what_was_made(
    netgrant: Netgrant, line: Line, alive: Served, namespace: str
) -> None:
    path = f"/apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies"
    real = "?fieldManager=netgrant&fieldValidation=Strict HTTP"  # a rehearsal would name dryRun
    alive.relay.before(f"POST {path}{real}", lambda: os.kill(child.pid, signal.SIGTERM))
    child = netgrant.start(*words(namespace), "--", "sh", "-c", "echo never")
    done = finished(child)

    assert (done.code, done.out) == (130, "")
    assert done.err == "netgrant: interrupted\n"
    assert standing(line, namespace) == []
    assert events(line) == ["asked", "failed"]


def test_ctrl_c_in_a_terminal_reaches_the_command_once(
    netgrant: Netgrant, line: Line, namespace: str
) -> None:
    wait = "i=0; while [ $i -lt 10 ]; do sleep 0.1; i=$((i+1)); done"
    script = f"trap 'n=$((n+1))' INT; n=0; echo ready; {wait}; echo caught $n; exit $n"

    with terminal(netgrant, *words(namespace), "--", "sh", "-c", script) as shown:
        shown.until("ready")
        shown.type("\x03")
        code = shown.end()

    assert code == 1, shown.screen
    assert "caught 1" in shown.screen and "revoked " in shown.screen
    assert standing(line, namespace) == []


def test_what_nohup_ignores_stays_ignored(netgrant: Netgrant, line: Line, namespace: str) -> None:
    inner = netgrant.line(*words(namespace), "--", "sh", "-c", "echo ready; sleep 1; exit 4")
    child = subprocess.Popen(
        ["nohup", *inner],
        env=netgrant.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert child.stdout is not None and child.stdout.readline() == "ready\n"

    child.send_signal(signal.SIGHUP)

    assert finished(child).code == 4
    assert standing(line, namespace) == []


def nothing_opened(done: Done, line: Line, namespace: str) -> None:
    assert done.out == ""
    assert done.err.count("\n") == 1 and done.err.startswith("netgrant"), done.err
    assert standing(line, namespace) == []


def test_a_command_that_is_not_there_opens_nothing(
    line: Line, alive: Served, namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = tmp_path / "plain"
    plain.write_text("#!/bin/sh\n")
    writes = alive.relay.writes()

    missing = line(*words(namespace), "--", "no-such-command", "-h").ended(127)
    odd = line(*words(namespace), "--", "\x1b[31m").ended(127)
    monkeypatch.chdir(tmp_path)
    not_in_path = line(*words(namespace), "--", plain.name).ended(127)
    unfit = line(*words(namespace), "--", str(plain)).ended(126)

    assert missing.err == "netgrant: 'no-such-command': command not found\n"
    assert odd.err == "netgrant: '\\x1b[31m': command not found\n"
    assert unfit.err.endswith("': it cannot be executed\n")
    assert alive.relay.writes() == writes
    assert not_in_path.err == "netgrant: 'plain': command not found\n"
    for done in (missing, odd, unfit, not_in_path):
        nothing_opened(done, line, namespace)


def test_a_command_that_cannot_be_started_after_all(
    netgrant: Netgrant, line: Line, namespace: str, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(b"\x7fELF nonsense")
    broken.chmod(0o755)

    done = netgrant(*words(namespace), "--", str(broken)).ended(126)

    assert "Exec format error" in done.err and "revoked " in done.err
    assert standing(line, namespace) == []


def test_where_access_cannot_be_opened_the_command_is_not_started(
    line: Line, alive: Served, namespace: str, tmp_path: Path
) -> None:
    ran = tmp_path / "ran"
    command = ("--", "touch", str(ran))

    forbidden = line(*words(namespace, "--kubeconfig", str(alive.kubeconfig("bob"))), *command).ended(125)
    no_registry = line(*words(namespace, "--registry", "/"), *command).ended(125)
    no_namespace = line(*words("no-such-namespace"), *command).ended(125)
    too_long = line(*words(namespace, "--reason", ""), *command).ended(2)
    unknown = line(*words(namespace, "--context", "nope"), *command).ended(7)

    assert not ran.exists()
    for done in (forbidden, no_registry, no_namespace, too_long, unknown):
        nothing_opened(done, line, namespace)


def test_options_behind_the_command_are_its_own(line: Line, netgrant: Netgrant, namespace: str) -> None:
    done = netgrant(*words(namespace), "echo", "-n", "--for", "-h").ok()

    assert done.out == "--for -h"


def test_a_revocation_that_fails_is_said_with_what_ends_the_access_instead(
    netgrant: Netgrant, line: Line, alive: Served, namespace: str
) -> None:
    child = netgrant.start(*words(namespace), "--", "sh", "-c", "echo ready; sleep 1; exit 0")
    assert child.stdout is not None and child.stdout.readline() == "ready\n"
    alive.relay.drop()
    try:
        done = finished(child)
    finally:
        alive.relay.restore()

    assert done.code == 11, done.err
    assert "refuses the connection" in done.err or "cut the connection" in done.err
    assert "not revoked; the dead-man Job ends it at " in done.err
    (left,) = standing(line, namespace)
    eventually(lambda: line("revoke", left, "--reason", "x").code == 0)
