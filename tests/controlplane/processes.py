"""One program of the control plane as a child process: start, check that it is ours, stop, show its log.

Law: no child outlives the test run. Three guards, each enough alone: the fixture's finalizer, ``atexit``,
and the kernel (see launch.py). The kernel's guard follows the *thread* that started the child: start
planes from a thread that lives as long as the tests do.
"""

import atexit
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import urllib3

LAUNCHER = Path(__file__).with_name("launch.py")
TAIL_LINES = 25
READY_SECONDS = 60.0
POLL_SECONDS = 0.05


class StartError(RuntimeError):
    """A program did not come up; the message ends with the tail of its log."""


class AddressInUseError(StartError):
    """Another process took the port between choosing and binding it: choose again."""


class Program:
    """A named program with its arguments; may be started and stopped many times on the same ports.

    Args:
        name: shown in errors, and the stem of the log file.
        command: program and arguments.
        log: gets both output streams, appended over restarts.
        ready: true once this very process answers; called until it does.
    """

    def __init__(self, name: str, command: Sequence[str], log: Path, ready: Callable[[], bool]) -> None:
        self.name = name
        self.command = list(command)
        self.log = log
        self._ready = ready
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Process id of the running program.

        Raises:
            RuntimeError: it does not run.
        """
        if self._child is None:
            raise RuntimeError(f"{self.name} is not running")
        return self._child.pid

    @property
    def is_running(self) -> bool:
        """Whether the process exists and has not ended."""
        return self._child is not None and self._child.poll() is None

    def start(self, *, wait: bool = True) -> None:
        """Starts the program and waits until it answers; does nothing when it runs already.

        Raises:
            StartError: it ended, or did not answer within a minute.
        """
        if self.is_running:
            return
        self._spawn()
        if wait:
            self.wait_ready()

    def wait_ready(self) -> None:
        """Waits until the program answers.

        Raises:
            StartError: it ended, or did not answer within a minute.
        """
        give_up = time.monotonic() + READY_SECONDS
        while not self._ready():
            if not self.is_running:
                raise self._failed("ended while starting")
            if time.monotonic() > give_up:
                raise self._failed(f"did not answer within {READY_SECONDS:.0f} s")
            time.sleep(POLL_SECONDS)
        if not self.is_running:  # then the answer came from a stranger
            raise self._failed("is not the process that answers on its port")

    def kill(self) -> None:
        """SIGKILL, and waits for the end; does nothing when it does not run."""
        self._end(signal.SIGKILL, grace_seconds=0.0)

    def terminate(self, *, grace_seconds: float = 15.0) -> None:
        """SIGTERM, then SIGKILL after the grace; waits for the end."""
        self._end(signal.SIGTERM, grace_seconds)

    def tail(self) -> str:
        """The last lines of the log."""
        if not self.log.exists():
            return "(no log)"
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-TAIL_LINES:])

    def _spawn(self) -> None:
        launcher = [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid())]
        with self.log.open("ab") as output:
            self._child = subprocess.Popen(
                [*launcher, *self.command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches pytest alone, whose finalizers stop us in order
            )
        atexit.register(self.kill)

    def _end(self, first: signal.Signals, grace_seconds: float) -> None:
        child, self._child = self._child, None
        atexit.unregister(self.kill)
        if child is None:
            return
        try:
            os.killpg(child.pid, first)
            child.wait(grace_seconds or None)
        except ProcessLookupError:
            child.wait()
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()

    def _failed(self, what: str) -> StartError:
        tail = self.tail()
        kind = AddressInUseError if "address already in use" in tail else StartError
        return kind(f"{self.name} {what}; the end of {self.log}:\n{tail}")


def free_ports(count: int) -> list[int]:
    """Ports on loopback that were free a moment ago, all different."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [sock.getsockname()[1] for sock in held]
    for sock in held:
        sock.close()
    return ports


def answers(url: str, context: ssl.SSLContext) -> Callable[[], bool]:
    """A readiness check: an HTTP 200 whose certificate the plane's own authority signed.

    The verification is what tells our process from a stranger on the same port.
    """
    pool = urllib3.PoolManager(ssl_context=context, retries=False, timeout=2.0)

    def check() -> bool:
        try:
            reply = pool.request("GET", url)
        except urllib3.exceptions.HTTPError:
            return False
        finally:
            pool.clear()
        return reply.status == 200

    return check
