"""This machine's clock is wrong: deadlines, what is left and what is said follow the server's.

Only the command line sees the wrong clock; API server, controllers and witness see the right one.
"""

import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.controlplane.plane import ControlPlane
from tests.e2e import register
from tests.e2e.command import Netgrant
from tests.e2e.conftest import Ledger
from tests.e2e.witness import Witness, moment, watching

COMPILER = shutil.which("cc")
pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(sys.platform != "linux", reason="the clock is shifted by Linux' LD_PRELOAD"),
    pytest.mark.skipif(COMPILER is None, reason="no C compiler (cc) to build the clock shift with"),
]
SOURCE = Path(__file__).with_name("shifted.c")
TOLERANCE = timedelta(seconds=2.5)
"""A second for the resolution of each of two readings, and some time for the command's own way."""


@pytest.fixture(scope="session")
def shifted_clock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that shifts the clock of whatever loads it."""
    built = tmp_path_factory.mktemp("clock") / "shifted.so"
    assert COMPILER is not None
    subprocess.run([COMPILER, "-shared", "-fPIC", "-O1", "-o", built, SOURCE], check=True)
    return built


@pytest.fixture(params=["10m-fast", "10m-slow"])
def wrong(request: pytest.FixtureRequest, netgrant: Netgrant, shifted_clock: Path) -> Netgrant:
    """The command line on a machine whose clock is wrong."""
    seconds = 600 if request.param == "10m-fast" else -600
    environ = {"LD_PRELOAD": str(shifted_clock), "SHIFT_SECONDS": str(seconds)}
    found = replace(netgrant, environ=environ)
    seen = subprocess.run(
        [sys.executable, "-c", "import time; print(time.time())"],
        env=found.environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    off = float(seen.stdout) - datetime.now(UTC).timestamp()
    assert abs(off - seconds) < 5, "the clock is not shifted"
    return found


def test_a_grant_ends_in_time_and_all_say_so(
    control_plane: ControlPlane, wrong: Netgrant, witness: Witness, namespace: str, ledger: Ledger
) -> None:
    with watching(control_plane) as sightings:
        grant_id = wrong.grant(namespace, "8s")
        job, policy, deadline = witness.job(namespace), witness.policy(namespace), witness.deadline(namespace)
        assert moment(policy["metadata"]["annotations"]["netgrant.dev/expires-at"]) == deadline
        before = datetime.now(UTC)
        (row,) = wrong.listed(namespace)
        after = datetime.now(UTC)
        assert (row["state"], moment(row["deadline"])) == ("expiring", deadline)
        left = timedelta(seconds=row["secondsLeft"])
        assert deadline - after - TOLERANCE < left < deadline - before + TOLERANCE
        gone = sightings.await_gone(namespace, seconds=20)
    late = ledger.note("asked_for_with_a_wrong_clock", deadline, gone)
    assert -1 <= late <= 2
    wrong("history").ok()
    rows = register.rows(wrong.registry, "SELECT deadline, ended_at, end_cause FROM grants")
    ((on_record, ended, cause),) = rows
    assert (moment(str(on_record)), moment(str(ended)), cause) == (deadline, deadline, "expired")
    (asked, *_) = wrong("history", grant_id, "-o", "json").ok().json
    assert abs(moment(asked["at"]) - moment(job["metadata"]["creationTimestamp"])) < TOLERANCE


def test_moments_are_the_servers(wrong: Netgrant, witness: Witness, namespace: str) -> None:
    """``--until`` names a moment, and it means that moment whatever this machine believes the time to be."""
    grant_id = wrong.grant(namespace, "30m")
    wanted = (datetime.now(UTC) + timedelta(minutes=5)).replace(microsecond=0)
    wrong("extend", grant_id, "--until", wanted.isoformat(), "--reason", "sooner").ok()
    assert witness.deadline(namespace) == wanted
    past = (datetime.now(UTC) - timedelta(minutes=5)).replace(microsecond=0)
    wrong("extend", grant_id, "--until", past.isoformat(), "--reason", "too soon").ended(2)
    assert witness.deadline(namespace) == wanted


def test_doctor_says_by_how_much(wrong: Netgrant) -> None:
    findings = wrong("doctor", "-o", "json").ok().json
    clock = next(finding for finding in findings if finding["subject"] == "clock")
    assert clock["verdict"] == "warn"
    assert "600" in clock["text"] or "599" in clock["text"] or "601" in clock["text"]
