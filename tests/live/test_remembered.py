"""What the registry remembers is shown as a memory: no net is claimed, no text does anything."""

from datetime import timedelta

import pytest

from app.domain.grant import Deadman, State
from app.domain.records import Phase
from app.live.remembered import remembered
from tests.registry.samples import NOW, grant

EXPIRING = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(("minutes", "state"), [(0, State.ACTIVE), (25, State.EXPIRING)])
def test_a_memory_counts_down(minutes: int, state: State) -> None:
    row = remembered(grant(phase=Phase.ACTIVE), NOW + minutes * MINUTE, EXPIRING)
    assert (row.state, row.left) == (state, (30 - minutes) * MINUTE)


def test_a_memory_claims_no_net() -> None:
    parts = {"parts": [{"namespace": "production", "name": "netgrant-x", "uid": "u", "spec": {}}]}
    row = remembered(grant(phase=Phase.ACTIVE, spec=parts), NOW, EXPIRING)
    assert (row.nets, row.armed) == ("?", False)
    assert [(part.policy, part.deadman) for part in row.parts] == [("netgrant-x", Deadman.UNKNOWN)]


def test_its_texts_drive_no_terminal() -> None:
    evil = "x\x1b]52;c;cm0=\x07\u202e"
    fields = ("context", "target", "peers", "ports", "requested_by", "reason", "ticket", "incident")
    record = grant(phase=Phase.ACTIVE, namespaces=(evil,), **dict.fromkeys(fields, evil))
    row = remembered(record, NOW, EXPIRING)
    shown = [getattr(row, name) for name in fields] + [*row.namespaces]
    assert all(text.isprintable() for text in shown)
