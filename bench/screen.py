"""A program in a terminal of its own, whose screen can be read and whose answers can be timed.

Law: a moment is when the bytes arrived, taken before anybody looks at them. The terminal answers the one
question that decides how a picture is sent: yes, it can hold a picture back until it is whole (mode 2026).
"""

import codecs
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from rich.cells import cell_len

_LOGIN = "import os, sys; os.login_tty(int(sys.argv[1])); os.execvp(sys.argv[2], sys.argv[2:])"
_TOKEN = re.compile(
    r"\x1b\[([?<>=]?)([0-9;:]*)([ -/]*)([@-~])|\x1b[\]PX^_].*?(?:\x07|\x1b\\)|\x1b[^\[\]PX^_]|\r|\n", re.S
)
_TICKS = os.sysconf("SC_CLK_TCK")

Answered = Callable[["Screen"], bool]


class Screen:
    """What a terminal shows: characters, and which of them stand on the background of a cursor's line."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._rows = [[" "] * width for _ in range(height)]
        self._styles = [[""] * width for _ in range(height)]
        self._x = self._y = 0
        self._style = ""
        self._rest = ""

    def line(self, y: int) -> str:
        """Return one line's text."""
        return "".join(self._rows[y])

    @property
    def text(self) -> str:
        """Return all lines."""
        return "\n".join(map(self.line, range(self.height)))

    def styles(self, y: int) -> tuple[str, ...]:
        """Return how each cell of a line is drawn."""
        return tuple(self._styles[y])

    def feed(self, text: str) -> None:
        """Show what a program wrote; an escape that is cut in two waits for its rest."""
        text, at = self._rest + text, 0
        self._rest = ""
        for token in _TOKEN.finditer(text):
            self._put(text[at : token.start()])
            at = token.end()
            self._obey(token)
        rest = text[at:]
        cut = rest.find("\x1b")
        if cut >= 0:
            rest, self._rest = rest[:cut], rest[cut:]
        self._put(rest)

    def _put(self, text: str) -> None:
        for char in text:
            wide = 1 if char.isascii() else cell_len(char)
            if wide and self._x < self.width and self._y < self.height:
                for offset in range(min(wide, self.width - self._x)):
                    self._rows[self._y][self._x + offset] = "" if offset else char
                    self._styles[self._y][self._x + offset] = self._style
            self._x += wide

    def _obey(self, token: re.Match[str]) -> None:
        private, numbers, _, final = (token.group(n) or "" for n in range(1, 5))
        if token.group() == "\r":
            self._x = 0
        elif token.group() == "\n":
            self._y = min(self._y + 1, self.height - 1)
        elif private:
            return
        elif final == "m":
            self._style = numbers
        elif final in "Hf" and final:
            row, _, column = numbers.partition(";")
            self._y, self._x = int(row or 1) - 1, int(column or 1) - 1
        elif final == "J":
            for row, styles in zip(self._rows, self._styles, strict=True):
                row[:], styles[:] = [" "] * self.width, [""] * self.width


class Program:
    """A program in a terminal."""

    def __init__(
        self, process: "subprocess.Popen[bytes]", master: int, screen: Screen, started: float
    ) -> None:
        self.process = process
        self.screen = screen
        self.started = started
        self.bytes = 0
        self._master = master
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    @property
    def pid(self) -> int:
        """Return its process id."""
        return self.process.pid

    def read(self, seconds: float) -> float | None:
        """Show what arrives next; return when it did, None if nothing came in time or it has ended."""
        ready, _, _ = select.select([self._master], [], [], max(0.0, seconds))
        if not ready:
            return None
        try:
            piece = os.read(self._master, 1 << 16)
        except OSError:  # how Linux tells that nobody holds the terminal any more
            return None
        moment = time.perf_counter()
        self.bytes += len(piece)
        if b"\x1b[?2026$p" in piece:
            os.write(self._master, b"\x1b[?2026;2$y")
        self.screen.feed(self._decoder.decode(piece))
        return moment

    def until(self, answered: Answered, seconds: float = 20.0) -> float:
        """Return when the screen first looked so.

        Raises:
            TimeoutError: it never did; the message holds the screen.
        """
        give_up = time.perf_counter() + seconds
        while True:
            moment = self.read(give_up - time.perf_counter())
            if moment is not None and answered(self.screen):
                return moment
            if time.perf_counter() >= give_up or (moment is None and self.process.poll() is not None):
                raise TimeoutError(f"it does not look as expected:\n{self.screen.text}")

    def watch(self, seconds: float) -> None:
        """Let time pass and show what comes."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self.read(left)

    def type(self, keys: str) -> float:
        """Press keys; return when."""
        moment = time.perf_counter()
        os.write(self._master, keys.encode())
        return moment

    def cpu_seconds(self) -> float:
        """Return the processor time that it has used so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def resident_bytes(self) -> int:
        """Return how much memory it holds."""
        return int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1]) * 4096

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._master)
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def start(command: Sequence[str], environ: Mapping[str, str], size: tuple[int, int]) -> Program:
    """Start a program in a terminal of that size."""
    master, slave = os.openpty()
    width, height = size
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
    line = [sys.executable, "-I", "-S", "-c", _LOGIN, str(slave), *command]
    started = time.perf_counter()
    process = subprocess.Popen(
        line, pass_fds=[slave], env={**environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    )
    os.close(slave)
    return Program(process, master, Screen(width, height), started)


@contextmanager
def running(command: Sequence[str], environ: Mapping[str, str], size: tuple[int, int]) -> Iterator[Program]:
    """Run a program in a terminal of that size for as long as the block lasts."""
    with start(command, environ, size) as program:
        yield program
