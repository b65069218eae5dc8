"""The only writer to stdout and stderr.

Law: data goes to stdout, words to stderr, and no word can drive the terminal: what a user typed or a server
said may stand in it. Words that nobody can read any more stop nothing: access must be revoked all the same.
"""

import os
import shutil
import sys
from typing import TextIO

from app.cli.tables import fitted
from app.domain.text import clean, clean_block
from app.errors import NetgrantError


class ReaderGoneError(Exception):
    """Whoever read stdout has gone (``| head``), which is no error; click would take the OSError for one."""


def data(text: str) -> None:
    """Write data, with a newline, to stdout at once: a pipe may be waiting for it.

    Raises:
        ReaderGoneError: nobody reads it any more.
        NetgrantError: it cannot be written, the disk is full for instance.
    """
    if sys.stdout is None:
        raise NetgrantError("stdout is closed: nobody can be told what was asked for")
    try:
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
        sys.stdout.flush()
    except OSError as error:
        _let_go(sys.stdout)
        if isinstance(error, BrokenPipeError):
            raise ReaderGoneError from error
        raise NetgrantError(f"stdout cannot be written: {error.strerror}") from error


def rows(text: str) -> None:
    """Write a table: whole to a file or a pipe, cut to the width of a terminal.

    Raises:
        ReaderGoneError, NetgrantError: as ``data``.
    """
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    data(fitted(text, shutil.get_terminal_size().columns) if is_terminal else text)


def _let_go(stream: TextIO) -> None:
    """Drop what is still buffered: the interpreter would try to write it at its end, and exit with 120."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)


def can_ask() -> bool:
    """Tell whether there is somebody to answer a question: stdin is a terminal."""
    return sys.stdin is not None and sys.stdin.isatty()


def why_no_screen() -> str:
    """Return why nothing can be drawn here; empty where it can.

    The dashboard reads its keys from stdin and draws on stderr, but in a session of ``netgrant serve`` a
    browser is at the other end.
    """
    if os.environ.get("TEXTUAL_DRIVER", "").endswith(":ServedDriver"):
        return ""
    for name, stream in (("stdin", sys.stdin), ("stdout", sys.stdout), ("stderr", sys.stderr)):
        if stream is None or not stream.isatty():
            return f"{name} is none"
    kind = os.environ.get("TERM", "")
    if kind in ("", "dumb"):  # an editor's shell, a CI log: what would be drawn there cannot be read
        return "TERM is not set" if not kind else f"TERM={kind} cannot draw"
    return ""


def can_show() -> bool:
    """Tell whether there is somebody to look at a screen."""
    return not why_no_screen()


def say(text: str) -> None:
    """Write a sentence, or some lines, to stderr."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(f"{clean_block(text)}\n")
        sys.stderr.flush()
    except OSError:
        _let_go(sys.stderr)


def tell(text: str) -> None:
    """Write a sentence of netgrant's own to stderr, on one line."""
    say(f"netgrant: {' '.join(clean(text).split())}")


def warn(text: str) -> None:
    """Write a warning to stderr, on one line."""
    tell(f"warning: {text}")


def fail(error: NetgrantError, about: str = "") -> None:
    """Write what happened and what to do, on one line.

    Args:
        error: what happened.
        about: what it happened to, where that is not plain (one of several contexts).
    """
    line = f"{about}: {error.message}" if about else error.message
    tell(f"{line}; {error.fix}" if error.fix else line)
