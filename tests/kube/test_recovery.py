"""Which failure calls for what."""

import pytest

from app.errors import (
    ClusterError,
    ForbiddenError,
    GoneError,
    InvalidError,
    NotFoundError,
    ServerFaultError,
    ThrottledError,
    UnauthorizedError,
    UnreachableError,
)
from app.kube.recovery import Remedy, remedy, wished_seconds


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (UnreachableError("refused"), Remedy.RESUME),
        (ThrottledError("slow down"), Remedy.RESUME),
        (UnauthorizedError("expired", status=401), Remedy.RESUME),
        (ServerFaultError("leader changed", status=500), Remedy.RESUME),
        (ServerFaultError("Timeout: request did not complete", status=504), Remedy.RESUME),
        (ServerFaultError("Timeout: Too large resource version: 9, current: 5", status=504), Remedy.RELIST),
        (ServerFaultError("no Kubernetes"), Remedy.RELIST),
        (GoneError("expired", status=410), Remedy.RELIST),
        (InvalidError("bad selector", status=400), Remedy.RELIST),
        (NotFoundError("no such resource", status=404), Remedy.RELIST),
        (ForbiddenError("no", status=403), Remedy.WAIT),
    ],
)
def test_each_failure_has_its_remedy(error: ClusterError, expected: Remedy) -> None:
    assert remedy(error) is expected


def test_only_a_throttled_answer_carries_a_wish_and_it_has_a_limit() -> None:
    assert wished_seconds(ThrottledError("slow down", retry_after_seconds=12)) == 12
    assert wished_seconds(ThrottledError("slow down", retry_after_seconds=1e9)) == 300
    assert wished_seconds(ThrottledError("slow down")) == 0
    assert wished_seconds(UnreachableError("refused")) == 0
