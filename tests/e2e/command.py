"""Runs the public command line as its users do: a process of its own, told apart by stdout, stderr and code.

Law: nothing of the product is imported here. Each process gets an environment that holds only what it is
given, so that no setting of the developer's own leaks in.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LIMIT_SECONDS = 60.0


@dataclass(frozen=True)
class Done:
    """A process that ended."""

    code: int
    out: str
    err: str

    @property
    def id(self) -> str:
        """The one line of stdout: a grant's id."""
        lines = self.out.splitlines()
        assert len(lines) == 1, f"not one line on stdout: {self.out!r}; stderr: {self.err}"
        return lines[0]

    @property
    def json(self) -> Any:  # noqa: ANN401 - documents of several shapes
        """Stdout as JSON."""
        return json.loads(self.out)

    @property
    def complaint(self) -> str:
        """The one line of stderr that says what went wrong; advice before it is no complaint."""
        lines = [line for line in self.err.splitlines() if line.startswith("netgrant: ")]
        assert len(lines) == 1, f"not one complaint on stderr: {self.err}"
        assert self.err.splitlines()[-1] == lines[0]
        return lines[0]

    def ok(self) -> "Done":
        """This, if the exit code is 0."""
        return self.ended(0)

    def ended(self, code: int) -> "Done":
        """This, if the exit code is ``code``; no traceback may ever be shown."""
        assert self.code == code, f"exit code {self.code}, not {code}; stderr: {self.err}; stdout: {self.out}"
        assert "Traceback" not in self.err
        return self


@dataclass(frozen=True)
class Netgrant:
    """The command line as one user with one registry."""

    kubeconfig: Path
    registry: Path
    environ: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, stdin: str = "") -> Done:
        """Run to the end; the exit code is not judged."""
        done = subprocess.run(
            self.line(*arguments),
            input=stdin,
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=self.environment(),
            timeout=LIMIT_SECONDS,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start and return at once; the pid is that of the process that does the work."""
        return subprocess.Popen(
            self.line(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=self.environment(),
        )

    def line(self, *arguments: str) -> list[str]:
        """The command line."""
        return [sys.executable, "-m", "app", *arguments]

    def environment(self) -> dict[str, str]:
        """All that the process sees of its surroundings."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.registry.parent),
            "USER": "mallory",  # what the machine calls somebody must never become a name on record
            "LANG": "C.UTF-8",
            "KUBECONFIG": str(self.kubeconfig),
            "NETGRANT_REGISTRY": str(self.registry),
            **self.environ,
        }

    def grant(self, namespace: str, life: str = "5m", *more: str) -> str:
        """Open the usual access and return the grant's id."""
        return self(*opening(namespace, life), *more).ok().id

    def listed(self, namespace: str) -> list[dict[str, Any]]:
        """``list -o json`` of a namespace."""
        found: list[dict[str, Any]] = self("list", "-n", namespace, "-o", "json").ok().json
        return found


def opening(namespace: str, life: str = "5m") -> list[str]:
    """The usual grant: a CIDR to the database."""
    what = ["--to", "app=database", "--from", "198.51.100.0/24", "--port", "5432/TCP"]
    return ["grant", "-n", namespace, *what, "--for", life, "--reason", "debug replication lag"]


def kill(child: subprocess.Popen[str]) -> Done:
    """SIGKILL, then wait: afterwards no process of that number is left, not even a zombie."""
    child.send_signal(signal.SIGKILL)
    return finished(child)


def finished(child: subprocess.Popen[str]) -> Done:
    """Wait for the end and return what it said."""
    out, err = child.communicate(timeout=LIMIT_SECONDS)
    return Done(child.returncode, out, err)
