"""Whether the process that began something still lives, told by its token."""

import subprocess
import sys

import pytest

from app.registry.processes import LocalProcesses
from tests.contract.eventually import eventually

OWN = "from app.registry.processes import LocalProcesses; print(LocalProcesses().own(), flush=True); input()"
processes = LocalProcesses()


def child() -> tuple[subprocess.Popen[str], str]:
    """A process that waits to be ended, and its own token."""
    pipe = subprocess.PIPE
    found = subprocess.Popen([sys.executable, "-c", OWN], stdin=pipe, stdout=pipe, text=True)
    assert found.stdout is not None
    return found, found.stdout.readline().strip()


def test_this_process_runs() -> None:
    assert processes.is_running(processes.own())


def test_another_runs_until_it_was_killed_and_waited_for() -> None:
    other, token = child()
    assert processes.is_running(token)
    other.kill()
    other.communicate()
    assert not processes.is_running(token)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux' /proc tells a zombie from a living process")
def test_a_killed_process_that_nobody_waited_for_does_not_run() -> None:
    other, token = child()
    other.kill()
    eventually(lambda: not processes.is_running(token), what="the death")
    other.communicate()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux' /proc tells when a process was born")
def test_a_later_process_of_the_same_number_is_another() -> None:
    number, _, born = processes.own().partition(":")
    assert not processes.is_running(f"{number}:{born}0")


@pytest.mark.parametrize("token", ["", "x", "0:", "-1:", "999999999999999999999:", "12 34"])
def test_what_is_no_token_does_not_run(token: str) -> None:
    assert not processes.is_running(token)
