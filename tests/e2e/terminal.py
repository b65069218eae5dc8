"""A process in a terminal of its own, where Ctrl-C can be typed."""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from tests.e2e.command import LIMIT_SECONDS, ROOT, Netgrant

CTRL_C = b"\x03"
# Becomes the leader of a session whose terminal this is, then the program: as a terminal emulator does.
_LOGIN = "import os, sys; os.login_tty(int(sys.argv[1])); os.execvp(sys.argv[2], sys.argv[2:])"


@dataclass
class Terminal:
    """What is typed goes to the foreground processes; what they print is kept."""

    child: subprocess.Popen[bytes]
    keyboard: int
    screen: bytes = b""

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self.keyboard, keys)

    def await_text(self, text: str) -> None:
        """Wait until a text was printed."""
        give_up = time.monotonic() + LIMIT_SECONDS
        while text.encode() not in self.screen:
            assert time.monotonic() < give_up, f"{text!r} was not printed: {self.screen!r}"
            time.sleep(0.02)

    def wait(self) -> int:
        """The exit code."""
        return self.child.wait(LIMIT_SECONDS)

    def read(self) -> None:
        """Keep what is printed until the last process lets go of the terminal, or it is closed."""
        while True:
            # Never block in a read: the kernel keeps a terminal open for as long as somebody reads from it.
            if not select.select([self.keyboard], [], [], 0.05)[0]:
                continue
            try:
                piece = os.read(self.keyboard, 4096)
            except OSError:  # how Linux tells the end of a terminal
                return
            if not piece:
                return
            self.screen += piece

    def close(self) -> None:
        """Take the terminal away, as a window that is closed does."""
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, self.keyboard)
        os.close(nothing)


@contextmanager
def terminal(netgrant: Netgrant, *arguments: str) -> Iterator[Terminal]:
    """Run a command line in a new terminal."""
    keyboard, screen = pty.openpty()
    line = [sys.executable, "-c", _LOGIN, str(screen), *netgrant.line(*arguments)]
    folder: Path = ROOT
    child = subprocess.Popen(line, pass_fds=[screen], cwd=folder, env=netgrant.environment())
    os.close(screen)
    found = Terminal(child, keyboard)
    reader = Thread(target=found.read, name="terminal")
    reader.start()
    try:
        yield found
    finally:
        child.kill()
        child.wait()
        reader.join(LIMIT_SECONDS)
        os.close(keyboard)
