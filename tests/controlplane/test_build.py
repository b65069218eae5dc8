"""The build: what it says when it cannot work, and that nothing half-built is ever taken for a program."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.controlplane import build

HALF_A_BUILD = """#!/bin/sh
while [ $# -gt 0 ]; do
  if [ "$1" = -o ]; then echo half > "$2"; fi
  shift
done
exit 2
"""


def run_build(cache: Path, path: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the build as the Makefile does, with its own cache and PATH."""
    return subprocess.run(
        [sys.executable, "-m", "tests.controlplane.build", *arguments],
        cwd=build.HERE.parents[1],
        env={**os.environ, "NETGRANT_CACHE": str(cache), "PATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_missing_go_gets_one_line_that_says_where_to_get_it(tmp_path: Path) -> None:
    done = run_build(tmp_path / "cache", str(tmp_path))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == f"controlplane: {build.GO_MISSING}\n"


def test_a_build_that_fails_halfway_leaves_no_program_behind(tmp_path: Path) -> None:
    go = tmp_path / "go"
    go.write_text(HALF_A_BUILD)
    go.chmod(go.stat().st_mode | stat.S_IXUSR)
    done = run_build(tmp_path / "cache", f"{tmp_path}:/bin:/usr/bin")
    assert done.returncode == 1
    assert "go build of etcd failed with exit code 2" in done.stderr
    left = [path.name for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert left == [".lock"]


def test_what_a_killed_build_left_is_cleared_away(tmp_path: Path) -> None:
    go = tmp_path / "go"
    go.write_text("#!/bin/sh\nkill -9 $PPID\n")
    go.chmod(go.stat().st_mode | stat.S_IXUSR)
    assert run_build(tmp_path / "cache", f"{tmp_path}:/bin:/usr/bin").returncode == -signal.SIGKILL
    assert [path.name for path in (tmp_path / "cache").rglob(f"{build.SCRATCH}*")]
    go.write_text(HALF_A_BUILD)
    run_build(tmp_path / "cache", f"{tmp_path}:/bin:/usr/bin")
    assert not [path.name for path in (tmp_path / "cache").rglob(f"{build.SCRATCH}*")]


def test_an_unknown_release_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    done = run_build(tmp_path, "", "--kube", "1.10")
    assert done.returncode == 1
    assert "no module for Kubernetes 1.10; there is 1.36" in done.stderr


def test_missing_programs_name_the_command_that_builds_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETGRANT_CACHE", str(tmp_path))
    with pytest.raises(build.MissingProgramsError, match="`make test-cluster` builds it"):
        build.find()


def test_the_cache_folder_names_the_release_and_changes_with_the_sources(tmp_path: Path) -> None:
    mod = tmp_path / "go.mod"
    sums = tmp_path / "go.sum"
    mod.write_text("require k8s.io/kubernetes v1.36.3\n")
    sums.write_text("one\n")
    before = build.Source("1.36", mod).folder
    sums.write_text("two\n")
    assert before.name.startswith("v1.36.3-")
    assert build.Source("1.36", mod).folder != before
