"""Without a terminal that can draw there is no dashboard, and a sentence says what works instead."""

import os
import pty
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.command import ROOT, Netgrant


@pytest.fixture
def netgrant(tmp_path: Path) -> Netgrant:
    return Netgrant(tmp_path / "none", tmp_path / "registry.db")


@pytest.fixture
def tty() -> Iterator[int]:
    """A terminal's near end."""
    far, near = pty.openpty()
    yield near
    os.close(near)
    os.close(far)


def told(netgrant: Netgrant, *, stdin: int, stdout: int, term: str | None) -> tuple[int, str]:
    """The exit code and what was said on stderr, which is a pipe unless it is asked for as a terminal."""
    environment = {**netgrant.environment(), **({} if term is None else {"TERM": term})}
    done = subprocess.run(
        netgrant.line(), stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, env=environment, cwd=ROOT,
        timeout=30, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr.decode()


@pytest.mark.parametrize(
    ("stream", "keyboard", "screen"),
    [("stdin", False, True), ("stdout", True, False), ("stderr", True, True), ("stdin", False, False)],
)
def test_each_stream_must_be_a_terminal(
    stream: str, keyboard: bool, screen: bool, netgrant: Netgrant, tty: int
) -> None:
    null = subprocess.DEVNULL
    code, err = told(netgrant, stdin=tty if keyboard else null, stdout=tty if screen else null, term="xterm")
    assert code == 2
    assert err == (
        f"netgrant: the dashboard needs a terminal, and {stream} is none; "
        "'netgrant list --watch' works without one\n"
    )


@pytest.mark.parametrize(
    ("term", "says"), [("dumb", "TERM=dumb cannot draw"), (None, "TERM is not set"), ("", "TERM is not set")]
)
def test_a_terminal_that_cannot_draw_is_none(term: str | None, says: str, netgrant: Netgrant) -> None:
    far, near = pty.openpty()
    environment = {**netgrant.environment(), **({} if term is None else {"TERM": term})}
    try:
        done = subprocess.run(
            netgrant.line(), stdin=near, stdout=near, stderr=near, env=environment, cwd=ROOT, timeout=30,
            check=False,
        )  # fmt: skip
        shown = os.read(far, 65536).decode()
    finally:
        os.close(near)
        os.close(far)
    assert done.returncode == 2
    assert shown == (
        f"netgrant: the dashboard needs a terminal, and {says}; 'netgrant list --watch' works without one\r\n"
    )
