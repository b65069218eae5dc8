"""Builds etcd, kube-apiserver and kube-controller-manager once, into a cache outside the checkout.

Law: a program in the cache is complete. Each one is built beside the cache folder and renamed into it, so
a killed build leaves nothing half; the folder's name is a hash of all that went in, so nothing goes stale.

Run as ``python -m tests.controlplane.build [--kube 1.36]``; it prints the folder on standard output.
"""

import argparse
import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

HERE = Path(__file__).parent
DEFAULT_KUBE = "1.36"
PROGRAMS = ("etcd", "kube-apiserver", "kube-controller-manager")
WITNESS = "kubectl"
SCRATCH = ".building-"
GO_MISSING = (
    "the Go toolchain is missing: install Go 1.26 or newer (go.dev/dl, or your system's golang package) "
    "and put `go` on PATH; it builds the control plane that these tests run on"
)


class BuildError(RuntimeError):
    """The programs cannot be built; the message is one line that says what to do."""


class MissingProgramsError(RuntimeError):
    """The programs are not in the cache; the message names the command that builds them."""


@dataclass(frozen=True)
class Source:
    """One Kubernetes minor release as a Go module: the mains are shared, the requirements are its own."""

    kube: str
    """Minor release, for example ``1.36``."""
    mod: Path
    """Its go.mod; the checksums lie beside it under the same stem."""

    @property
    def sums(self) -> Path:
        """The go.sum that belongs to ``mod``."""
        return self.mod.with_suffix(".sum")

    @property
    def version(self) -> str:
        """The exact release that the module requires, for example ``v1.36.3``."""
        found = re.search(r"k8s\.io/kubernetes (v[\d.]+)", self.mod.read_text())
        if found is None:
            raise BuildError(f"{self.mod} does not require k8s.io/kubernetes")
        return found.group(1)

    @cached_property
    def folder(self) -> Path:
        """Where the cache keeps this release, as built from the files as they were when first asked."""
        parts = [self.mod, self.sums, *sorted(HERE.glob("cmd/*/main.go"))]
        digest = hashlib.sha256(b"\0".join(part.read_bytes() for part in parts)).hexdigest()
        return cache_root() / f"{self.version}-{digest[:12]}"


@dataclass(frozen=True)
class Programs:
    """Paths of complete programs of one release."""

    version: str
    etcd: Path
    apiserver: Path
    controller_manager: Path
    kubectl: Path


def cache_root() -> Path:
    """The folder that outlives checkouts: NETGRANT_CACHE, else XDG_CACHE_HOME/netgrant, else ~/.cache."""
    chosen = os.environ.get("NETGRANT_CACHE")
    if chosen:
        return Path(chosen).expanduser() / "netgrant" / "controlplane"
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "netgrant" / "controlplane"


def source(kube: str = DEFAULT_KUBE) -> Source:
    """The Go module of a minor release.

    Raises:
        BuildError: there is no such module here.
    """
    mod = HERE / ("go.mod" if kube == DEFAULT_KUBE else f"versions/{kube}.mod")
    if not mod.exists():
        known = sorted(path.stem for path in HERE.glob("versions/*.mod"))
        raise BuildError(f"no module for Kubernetes {kube}; there is {', '.join([DEFAULT_KUBE, *known])}")
    return Source(kube, mod)


def find(kube: str = DEFAULT_KUBE) -> Programs:
    """The programs that the cache holds already.

    Raises:
        MissingProgramsError: one of them is not there.
    """
    chosen = source(kube)
    missing = [name for name in PROGRAMS if not (chosen.folder / name).exists()]
    kubectl = _kubectl(chosen)
    if missing or kubectl is None:
        names = ", ".join(missing or [WITNESS])
        raise MissingProgramsError(
            f"the real control plane is not built ({names} of Kubernetes {chosen.version} not in "
            f"{chosen.folder}): `make test-cluster` builds it, or `python -m tests.controlplane.build`"
        )
    etcd, apiserver, controller_manager = (chosen.folder / name for name in PROGRAMS)
    return Programs(chosen.version, etcd, apiserver, controller_manager, kubectl)


def ensure(kube: str = DEFAULT_KUBE) -> Programs:
    """Builds what the cache lacks, four to six minutes on two cores, and returns the programs.

    Raises:
        BuildError: Go is missing, or the build failed.
    """
    chosen = source(kube)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    with _exclusive(chosen.folder / ".lock"):
        for leftover in chosen.folder.glob(f"{SCRATCH}*"):  # of a builder that was killed
            shutil.rmtree(leftover)
        for name in _lacking(chosen):
            _build(chosen, name)
    return find(kube)


def _lacking(chosen: Source) -> list[str]:
    lacking = [name for name in PROGRAMS if not (chosen.folder / name).exists()]
    return lacking if _kubectl(chosen) else [*lacking, WITNESS]


def _kubectl(chosen: Source) -> Path | None:
    built = chosen.folder / WITNESS
    if built.exists():
        return built
    found = shutil.which(WITNESS)
    return Path(found) if found else None


@contextmanager
def _exclusive(lock: Path) -> Iterator[None]:
    """One build at a time; the kernel frees the lock of a builder that was killed."""
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _build(chosen: Source, name: str) -> None:
    go = shutil.which("go")
    if go is None:
        raise BuildError(GO_MISSING)
    _say(f"building {name} of Kubernetes {chosen.version} (minutes the first time, then cached)")
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=chosen.folder) as scratch:
        target = Path(scratch) / name
        command = _go_build(go, chosen, name, target)
        done = subprocess.run(command, cwd=HERE, env=_environment(), check=False)
        if done.returncode != 0:
            raise BuildError(f"go build of {name} failed with exit code {done.returncode}; see above")
        target.replace(chosen.folder / name)


def _go_build(go: str, chosen: Source, name: str, target: Path) -> list[str]:
    major, minor = chosen.kube.split(".")
    stamp = "k8s.io/component-base/version"
    values = {"gitVersion": chosen.version, "gitMajor": major, "gitMinor": minor}
    flags = " ".join(["-s -w", *(f"-X {stamp}.{key}={value}" for key, value in values.items())])
    shape = ["-trimpath", "-buildvcs=false", "-ldflags", flags, f"-modfile={chosen.mod}"]
    return [go, "build", *shape, "-o", str(target), f"./cmd/{name}"]


def _environment() -> dict[str, str]:
    # A workspace file or -mod flags of the user's own would change what is built.
    return {**os.environ, "CGO_ENABLED": "0", "GOWORK": "off", "GOFLAGS": ""}


def _say(text: str) -> None:
    sys.stderr.write(f"controlplane: {text}\n")
    sys.stderr.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line: exit code 0 when the programs are there, 1 with one line when they cannot be built."""
    parser = argparse.ArgumentParser(prog="python -m tests.controlplane.build", description=__doc__)
    parser.add_argument("--kube", default=DEFAULT_KUBE, help="Kubernetes minor release (default %(default)s)")
    chosen = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the compiler ends with us
    try:
        programs = ensure(chosen.kube)
    except (BuildError, MissingProgramsError) as error:
        _say(str(error))
        return 1
    sys.stdout.write(f"{programs.apiserver.parent}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
