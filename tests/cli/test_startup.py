"""What a command costs: only what it uses is imported, only what it shows is asked for."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Served
from tests.cli.line import Line, grant
from tests.e2e.command import ROOT, Netgrant

PROBE = (
    "import sys; from app.cli import run; code = run(sys.argv[2:]); "
    "found = sorted(name for name in sys.argv[1].split(',') if name in sys.modules); "
    "sys.stderr.write('LOADED ' + ' '.join(found) + '\\n'); sys.exit(code)"
)
HEAVY = (
    "textual", "rich", "sqlite_utils", "sqlite3", "kubernetes_asyncio.client.models", "kubernetes",
    "app.demo", "app.registry", "app.ui", "app.live", "app.commands.create", "ulid", "pytest",
)  # fmt: skip
NETWORK = (
    "aiohttp",
    "yaml",
    "msgspec",
    "kubernetes_asyncio",
    "asyncio",
    "app.kube",
    "app.wiring",
    "app.settings",
)


def loaded(netgrant: Netgrant, names: tuple[str, ...], *words: str) -> list[str]:
    """Which of these modules a command line ends with; the command must succeed."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, ",".join(names), *words],
        env=netgrant.environment(),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr.rpartition("LOADED")[2].split()


@pytest.fixture
def nowhere(tmp_path: Path) -> Netgrant:
    return Netgrant(tmp_path / "none", tmp_path / "registry.db")


@pytest.mark.parametrize("form", ["table", "wide", "json", "csv"])
def test_list_imports_nothing_that_it_does_not_need(form: str, line: Line, namespace: str) -> None:
    grant(line, namespace)
    netgrant = Netgrant(line.kubeconfig, line.registry.with_name("not-there.db"))

    assert loaded(netgrant, HEAVY, "list", "-n", namespace, "-o", form) == []
    assert not netgrant.registry.exists()


def test_the_probe_sees_what_is_imported(line: Line, namespace: str) -> None:
    netgrant = Netgrant(line.kubeconfig, line.registry)
    grant(line, namespace)

    assert "sqlite3" in loaded(netgrant, HEAVY, "history")
    assert "aiohttp" in loaded(netgrant, NETWORK, "list", "-n", namespace)


@pytest.mark.parametrize("words", [("--version",), ("--help",)])
def test_the_version_and_the_help_import_next_to_nothing(words: tuple[str, ...], nowhere: Netgrant) -> None:
    assert loaded(nowhere, (*HEAVY, *NETWORK), *words) == []


@pytest.mark.parametrize("words", [("completion", "bash"), ("list", "--help"), ("show", "--help")])
def test_help_of_a_verb_connects_to_nothing(words: tuple[str, ...], nowhere: Netgrant) -> None:
    assert loaded(nowhere, (*HEAVY, "aiohttp", "yaml", "kubernetes_asyncio", "app.kube"), *words) == []


def test_a_dry_run_without_look_ups_connects_to_nothing(nowhere: Netgrant) -> None:
    line = (
        "grant",
        "-n",
        "x",
        "--to",
        "a=b",
        "--from",
        "10.0.0.0/8",
        "--for",
        "5m",
        "--reason",
        "x",
        "--dry-run",
    )

    assert loaded(nowhere, ("aiohttp", "sqlite3", "sqlite_utils", "textual", "app.registry"), *line) == []


def test_looking_asks_the_cluster_for_nothing_more_than_is_shown(
    line: Line, alive: Served, namespace: str
) -> None:
    made = grant(line, namespace)
    whoami = "POST /apis/authentication.k8s.io/v1/selfsubjectreviews"

    def asked(*words: str) -> list[str]:
        before = len(alive.relay.lines())
        line(*words).ok()
        return sorted(text.partition("?")[0] for text in alive.relay.lines()[before:])

    looks = [
        f"GET /apis/batch/v1/namespaces/{namespace}/jobs",
        f"GET /apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies",
    ]
    everywhere = ["GET /apis/batch/v1/jobs", "GET /apis/networking.k8s.io/v1/networkpolicies"]
    assert asked("list", "-n", namespace) == [*looks, whoami]
    assert asked("show", made) == [*everywhere, whoami]
    line("revoke", made, "--reason", "done").ok()
    assert asked("show", made) == everywhere  # what has ended needs no clock
