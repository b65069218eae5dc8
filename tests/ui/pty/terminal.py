"""The dashboard in a terminal of its own: what is typed, clicked and pasted there, and what is seen.

Law: a test waits for what is shown, never for time. What is typed before the program listens is not lost: the
terminal keeps it.
"""

import codecs
import contextlib
import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from tests.e2e.command import ROOT
from tests.ui.pty.screen import Screen

PATIENCE_SECONDS = 30.0
# Becomes the leader of a session whose terminal this is, then the program: as a terminal emulator does.
_LOGIN = "import os, sys; os.login_tty(int(sys.argv[1])); os.execvp(sys.argv[2], sys.argv[2:])"
KEYS = {
    "enter": "\r", "escape": "\x1b", "tab": "\t", "space": " ", "up": "\x1b[A", "down": "\x1b[B",
    "right": "\x1b[C", "left": "\x1b[D", "backspace": "\x7f", "shift+tab": "\x1b[Z", "home": "\x1b[H",
    "end": "\x1b[F", "delete": "\x1b[3~", "pagedown": "\x1b[6~", "pageup": "\x1b[5~",
    **{f"ctrl+{letter}": chr(ord(letter) - 96) for letter in "abcdefghijklmnopqrstuvwxyz"},
    "ctrl+backslash": "\x1c",
}  # fmt: skip
"""How a terminal sends keys that have a name."""


class Terminal:
    """One terminal; the program in it may be gone while this is still there."""

    def __init__(self, process: "subprocess.Popen[bytes]", far: int, near: int, screen: Screen) -> None:
        self.process = process
        self.screen = screen
        self.written = b""
        """Everything that the program wrote."""
        self.strokes = 0
        """Keys that were pressed, typed text left out."""
        self._far, self._near = far, near
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode

    # What a person does

    def press(self, *keys: str) -> None:
        """Press keys by name, or single characters."""
        for key in keys:
            self.strokes += 1
            self.send(KEYS.get(key, key))

    def type(self, text: str) -> None:
        """Type a text."""
        self.send(text)

    def paste(self, text: str) -> None:
        """Paste a text, as a terminal with bracketed paste says it."""
        self.send(f"\x1b[200~{text}\x1b[201~")

    def click(self, words: str) -> None:
        """Click on some words."""
        column, row = self.screen.find(words)
        self.send(f"\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m")

    def resize(self, width: int, height: int) -> None:
        """Make the window larger or smaller."""
        self.screen.resize(width, height)
        _set_size(self._near if self._near >= 0 else self._far, width, height)
        os.kill(self.process.pid, signal.SIGWINCH)

    def close(self) -> None:
        """Close the window, with the program still in it."""
        self.hold_no_longer()
        os.close(self._far)
        self._far = -1

    def hold_no_longer(self) -> None:
        """Let go of the near end, which keeps a terminal alive."""
        if self._near >= 0:
            os.close(self._near)
            self._near = -1

    def send(self, text: str) -> None:
        """Send raw bytes."""
        os.write(self._far, text.encode("utf-8", "surrogateescape"))

    # What a person sees

    def attributes(self) -> list[Any]:
        """How the terminal is set: echo, line mode, signals."""
        return termios.tcgetattr(self._near)

    def until(self, seen: "str | Callable[[Screen], object]", seconds: float = PATIENCE_SECONDS) -> str:
        """Read until it looks so; return the screen."""
        looks_so = (lambda screen: seen in screen.text) if isinstance(seen, str) else seen
        give_up = time.monotonic() + seconds
        while not looks_so(self.screen):
            assert self.read(give_up - time.monotonic()), f"{seen!r} is not shown:\n{self.screen.text}"
        return self.screen.text

    def until_gone(self, words: str) -> str:
        """Read until some words are shown no more."""
        return self.until(lambda screen: words not in screen.text)

    def read(self, seconds: float) -> bool:
        """Show what comes next; False if nothing came in time, or nobody is left to write."""
        if not select.select([self._far], [], [], max(0.0, seconds))[0]:
            return False
        try:
            piece = os.read(self._far, 1 << 16)
        except OSError:  # EIO: nobody holds the near end any more
            return False
        self.written += piece
        if b"\x1b[?2026$p" in piece:  # yes, a picture can be held back until it is whole
            os.write(self._far, b"\x1b[?2026;2$y")
        self.screen.feed(self._decode(piece))
        return bool(piece)

    def drain(self) -> None:
        """Show what has come so far."""
        while self.read(0):
            pass

    def wait(self, seconds: float = PATIENCE_SECONDS) -> int:
        """Read until the process has ended; return its exit code."""
        give_up = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < give_up, f"it did not end:\n{self.screen.text}"
            if self._far < 0 or not self.read(0.02):
                time.sleep(0.01)
        while self._far >= 0 and self.read(0.1):  # what it wrote last may still be on its way
            pass
        return self.process.returncode


def _set_size(terminal: int, width: int, height: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))


@contextmanager
def terminal(
    line: Sequence[str], environ: Mapping[str, str], size: tuple[int, int] = (100, 30)
) -> Iterator[Terminal]:
    """Run a command line in a terminal of that size; whatever still runs at the end is killed."""
    far, near = os.openpty()
    _set_size(near, *size)
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _LOGIN, str(near), *line],
        pass_fds=[near],
        cwd=ROOT,
        env={"TERM": "xterm-256color", **environ},
    )
    found = Terminal(process, far, near, Screen(*size))
    try:
        yield found
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()
        found.hold_no_longer()
        with contextlib.suppress(OSError):
            os.close(found._far)
