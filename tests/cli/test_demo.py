"""netgrant demo: without a terminal it plays a grant's whole life and ends well."""

import signal
from pathlib import Path

import pytest

from tests.e2e.command import Netgrant, finished


@pytest.fixture
def netgrant(tmp_path: Path) -> Netgrant:
    """A command line that knows no cluster, as on a fresh machine."""
    return Netgrant(tmp_path / "none", tmp_path / "registry.db")


@pytest.mark.timeout(300)
def test_headless_it_plays_to_the_end(netgrant: Netgrant) -> None:
    done = netgrant("demo", "--headless").ok()

    commands = [text.split()[2] for text in done.err.splitlines() if text.startswith("$ netgrant ")]
    assert commands == ["list", "grant", "list", "extend", "show", "history"]
    assert "dead-man Job armed" in done.err
    assert "gone +" in done.err
    for event in ("asked", "granted", "extended", "ended"):
        assert f"  {event} " in done.out
    assert not netgrant.registry.exists()


def test_serving_it_tells_how_to_reach_it_and_ends_with_ctrl_c(netgrant: Netgrant) -> None:
    child = netgrant.start("demo", "--serve")
    assert child.stdout is not None
    exports = dict(word.split("=", 1) for word in child.stdout.readline().split()[1:])

    other = Netgrant(Path(exports["KUBECONFIG"]), Path(exports["NETGRANT_REGISTRY"]))
    listed = other("list", "-A", "-o", "json").ok().json
    child.send_signal(signal.SIGINT)
    done = finished(child)

    assert len(listed) >= 3
    assert done.code == 0 and "Traceback" not in done.err
    assert not Path(exports["KUBECONFIG"]).exists()
