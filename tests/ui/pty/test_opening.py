"""How the dashboard is opened: on which clusters and namespaces, to look only, on the demo."""

import json
from pathlib import Path

from tests.cli.conftest import Served
from tests.cli.line import Line
from tests.e2e.command import Netgrant
from tests.ui.pty.conftest import Opened
from tests.ui.pty.terminal import terminal

EVERYWHERE = ("payments", "production")
"""Where grants stand for as long as the tests take; one in monitoring ends after 45 seconds."""


def test_without_options_all_namespaces_are_shown(opened: Opened) -> None:
    found = opened(size=(160, 45))
    found.until(lambda screen: all(name in screen.text for name in EVERYWHERE))
    found.press("q")
    assert found.wait() == 0


def test_one_namespace_is_shown_where_it_is_named(opened: Opened) -> None:
    found = opened("-n", "payments", size=(160, 45))
    found.until("app=api")
    assert "app=database" not in found.screen.text


def test_read_only_has_no_verb_that_writes(opened: Opened) -> None:
    found = opened("--read-only", size=(160, 45))
    text = found.until(lambda screen: "app=api" in screen.text and "READ-ONLY" in screen.text)
    assert not any(f" {verb} " in text.splitlines()[-1] for verb in ("new", "extend", "revoke"))
    found.press("n", "r", "?")  # a form would take the question mark for text
    found.until("off: read-only")


def both(alive: Served, still: Served, folder: Path) -> Path:
    """A kubeconfig with a context for each of two clusters."""
    served = {"east": alive, "west": still}
    config = {
        "clusters": [{"name": name, "cluster": {"server": one.relay.url}} for name, one in served.items()],
        "users": [
            {"name": name, "user": {"token": one.cluster.tokens["alice"]}} for name, one in served.items()
        ],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}} for name in served],
        "current-context": "east",
    }
    path = folder / "both"
    path.write_text(json.dumps(config))
    return path


def test_several_clusters_stand_in_one_table(
    opened: Opened, alive: Served, still: Served, tmp_path: Path
) -> None:
    config = both(alive, still, tmp_path)
    found = opened("--kubeconfig", str(config), "--context", "west", "--context", "east", size=(200, 45))
    rows = found.until(lambda screen: screen.text.count("app=api ") >= 2)
    assert {name for line in rows.splitlines() for name in ("east", "west") if f" {name} " in line} == {
        "east",
        "west",
    }


def test_a_wrong_option_is_a_sentence_and_no_screen(opened: Opened) -> None:
    found = opened("-n", "No Namespace")
    assert found.wait() == 2
    assert "--namespace: 'No Namespace' is not a namespace name" in found.screen.text
    assert not found.screen.modes.get("1049")


def test_the_demo_opens_on_its_incident_and_leaves_nothing(line: Line, tmp_path: Path) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    netgrant = Netgrant(tmp_path / "nowhere", line.registry)
    around = {**netgrant.environment(), "TMPDIR": str(folder), "NETGRANT_CONTEXT": "prod"}
    with terminal(netgrant.line("demo"), around, (80, 24)) as found:
        text = found.until(lambda screen: "payments" in screen.text and "app=api" in screen.text)
        assert "A payments outage" in text
        found.until("embedded")
        assert len([*folder.iterdir()]) == 1
        found.press("q")
        assert found.wait() == 0
    assert [*folder.iterdir()] == []
    assert not line.registry.exists()
