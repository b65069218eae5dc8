"""Child processes: they come up or say why, and none outlives the one that started it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.controlplane.processes import AddressInUseError, Program, StartError, free_ports

STARTS_A_CHILD = """
import sys, time
from pathlib import Path
from tests.controlplane.processes import Program
program = Program("sleeper", ["/bin/sleep", "600"], Path(sys.argv[1]), lambda: True)
program.start()
print(program.pid, flush=True)
time.sleep(600)
"""


def sh(script: str) -> list[str]:
    """A command that runs a line of shell."""
    return ["/bin/sh", "-c", script]


def is_alive(pid: int) -> bool:
    """Whether a process runs (a zombie that nobody reaps does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux kills a child with its parent")
def test_a_child_dies_when_its_parent_is_killed_with_sigkill(tmp_path: Path) -> None:
    command = [sys.executable, "-c", STARTS_A_CHILD, str(tmp_path / "log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert is_alive(child)
        os.kill(parent.pid, signal.SIGKILL)
    give_up = time.monotonic() + 10
    while is_alive(child) and time.monotonic() < give_up:
        time.sleep(0.02)
    assert not is_alive(child)


def test_a_program_that_ends_at_once_shows_the_tail_of_its_log(tmp_path: Path) -> None:
    program = Program("broken", sh("echo no such flag >&2; exit 3"), tmp_path / "log", lambda: False)
    with pytest.raises(StartError, match=r"broken ended while starting(.|\n)*no such flag"):
        program.start()
    assert not program.is_running


def test_a_taken_port_is_told_apart_so_that_another_can_be_chosen(tmp_path: Path) -> None:
    script = "echo 'listen tcp 127.0.0.1:1: bind: address already in use'; exit 1"
    with pytest.raises(AddressInUseError):
        Program("late", sh(script), tmp_path / "log", lambda: False).start()


def test_an_answer_from_a_stranger_does_not_count_as_ready(tmp_path: Path) -> None:
    def stranger_answers() -> bool:
        while program.is_running:
            time.sleep(0.01)
        return True

    program = Program("dead", sh("exit 1"), tmp_path / "log", stranger_answers)
    with pytest.raises(StartError, match="dead is not the process that answers on its port"):
        program.start()


def test_kill_is_final_and_may_be_repeated(tmp_path: Path) -> None:
    program = Program("sleeper", ["/bin/sleep", "600"], tmp_path / "log", lambda: True)
    program.start()
    pid = program.pid
    program.kill()
    program.kill()
    assert not program.is_running
    assert not is_alive(pid)


def test_terminate_falls_back_to_kill_after_the_grace(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    program = Program(
        "stubborn",
        sh(f"trap '' TERM; touch {ready}; while :; do sleep 1; done"),
        tmp_path / "log",
        ready.exists,
    )
    program.start()
    pid = program.pid
    program.terminate(grace_seconds=0.2)
    assert not is_alive(pid)


def test_free_ports_are_all_different() -> None:
    assert len(set(free_ports(20))) == 20
