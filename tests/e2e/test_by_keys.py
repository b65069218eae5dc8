"""A grant is made, extended and revoked by keys alone in a real terminal, on the real control plane."""

import pytest

from tests.controlplane.plane import ControlPlane
from tests.e2e import keys, register
from tests.e2e.command import Netgrant
from tests.e2e.official import official
from tests.e2e.witness import Witness
from tests.ui.pty.terminal import terminal

pytestmark = pytest.mark.cluster


def test_a_grants_life_by_keys(
    control_plane: ControlPlane, netgrant: Netgrant, witness: Witness, namespace: str
) -> None:
    line = netgrant.line("-n", namespace)
    with (
        official(control_plane.kubeconfig("admin")) as seen,
        terminal(line, netgrant.environment()) as screen,
    ):
        screen.until("● live")
        policy = keys.make(screen, seen, namespace)
        keys.judge_made(policy, seen, namespace)
        witness.all_timed(namespace)
        keys.extend(screen, seen, namespace)
        witness.all_timed(namespace)
        keys.revoke(screen, seen, namespace)
        screen.press("q")
        assert screen.wait() == 0
    assert witness.is_empty(namespace)
    assert register.phases(netgrant.registry) == {policy.metadata.labels["netgrant.dev/grant"]: "ended"}
    assert register.open_intents(netgrant.registry) == []
