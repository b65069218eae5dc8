"""Runs command lines inside the test's own process as a shell would, and says what came out."""

import io
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from app.cli import run
from tests.e2e.command import Done


@dataclass(frozen=True)
class Line:
    """The command line with one kubeconfig and one registry, both told by the environment."""

    kubeconfig: Path
    registry: Path

    def __call__(self, *arguments: str, stdin: str | bytes = b"") -> Done:
        """Run to the end; the exit code is not judged."""
        given = stdin.encode() if isinstance(stdin, str) else stdin
        out, err, before = io.StringIO(), io.StringIO(), sys.stdin
        sys.stdin = io.TextIOWrapper(io.BytesIO(given))
        try:
            with redirect_stdout(out), redirect_stderr(err):
                code = run([*arguments])
        finally:
            sys.stdin = before
        return Done(code, out.getvalue(), err.getvalue())


SPEC = ("--to", "app=database", "--from", "198.51.100.0/24", "--port", "5432/TCP")
"""The usual access."""


def grant(line: Line, namespace: str, *more: str, life: str = "30m", reason: str = "debug") -> str:
    """Open the usual access; return the grant's id."""
    return line("grant", "-n", namespace, *SPEC, "--for", life, "--reason", reason, *more).ok().id


def without(arguments: Sequence[str], option: str) -> list[str]:
    """Return the arguments with neither ``option`` nor its value."""
    found = list(arguments)
    while option in found:
        at = found.index(option)
        del found[at : at + 2]
    return found
