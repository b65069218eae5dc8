"""A command in a terminal of its own: what a person would see, and type."""

import fcntl
import os
import select
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.command import Netgrant

PATIENCE_SECONDS = 30.0
_CLAIM = (
    "import fcntl, os, sys, termios;"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0);"  # so that the terminal's ^C is a signal
    "os.execv(sys.argv[1], sys.argv[1:])"
)


class Terminal:
    """The far end of a pseudo-terminal, and the process that lives in it."""

    def __init__(self, master: int, process: "subprocess.Popen[bytes]") -> None:
        self._master = master
        self.process = process
        self.screen = ""

    def until(self, words: str) -> str:
        """Read until the words have appeared; return all that was seen so far."""
        while words not in self.screen:
            assert self._read(), f"{words!r} did not appear: {self.screen!r}"
        return self.screen

    def type(self, text: str) -> None:
        """Type."""
        os.write(self._master, text.encode())

    def insist(self, key: str, words: str) -> None:
        """Press a key, again each second, until the words have appeared.

        A signal between the showing of a prompt and the reading of its answer is lost to any program that
        blocks in reading; people are not as fast as that, and would press again.
        """
        while words not in self.screen:
            self.type(key)
            while words not in self.screen and self._read(1.0, must=False):
                pass

    def end(self) -> int:
        """Read to the end; return the exit code."""
        while self._read():
            pass
        return self.process.wait(PATIENCE_SECONDS)

    def _read(self, seconds: float = PATIENCE_SECONDS, *, must: bool = True) -> bool:
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            assert not must, f"nothing came: {self.screen!r}"
            return False
        try:
            chunk = os.read(self._master, 65536)
        except OSError:  # EIO: the last process in the terminal has ended
            return False
        self.screen += chunk.decode(errors="replace").replace("\r\n", "\n")
        return bool(chunk)


@contextmanager
def terminal(netgrant: Netgrant, *arguments: str, stdout: Path | None = None) -> Iterator[Terminal]:
    """Run a command line in a terminal of 120 columns; its stdout may go to a file instead."""
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, b"\x28\x00\x78\x00\x00\x00\x00\x00")
    out = stdout.open("wb") if stdout else None
    process = subprocess.Popen(
        [sys.executable, "-c", _CLAIM, *netgrant.line(*arguments)],
        stdin=slave,
        stdout=out or slave,
        stderr=slave,
        env={**netgrant.environment(), "TERM": "xterm"},
        cwd=Path(__file__).parents[2],
        start_new_session=True,
    )
    os.close(slave)
    if out:
        out.close()
    try:
        yield Terminal(master, process)
    finally:
        process.kill()
        process.wait()
        os.close(master)
