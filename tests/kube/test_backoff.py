"""Waiting times after failures."""

from datetime import UTC, datetime, timedelta

import pytest

from app.kube.backoff import Backoff

NOW = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)


def test_waits_double_from_eight_tenths_to_thirty_seconds() -> None:
    backoff = Backoff(lambda: 0.0)
    assert [backoff.delay(NOW) for _ in range(8)] == [0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30.0, 30.0]


@pytest.mark.parametrize(("chance", "stretched"), [(0.0, 0.8), (0.5, 1.2), (0.999, 1.5992)])
def test_a_wait_is_stretched_by_up_to_its_own_length(chance: float, stretched: float) -> None:
    assert Backoff(lambda: chance).delay(NOW) == pytest.approx(stretched)


@pytest.mark.parametrize(("quiet_seconds", "expected"), [(119.0, 3.2), (120.0, 0.8), (-3600.0, 3.2)])
def test_two_quiet_minutes_after_the_last_wait_begin_anew(quiet_seconds: float, expected: float) -> None:
    backoff = Backoff(lambda: 0.0)
    backoff.delay(NOW)
    waited = backoff.delay(NOW)
    assert backoff.delay(NOW + timedelta(seconds=waited + quiet_seconds)) == expected


def test_the_wait_itself_is_no_quiet_time() -> None:
    backoff = Backoff(lambda: 0.999)
    now = NOW
    for _ in range(12):
        now += timedelta(seconds=backoff.delay(now) + 70)  # fails again after 70 s each time
    assert backoff.delay(now) == pytest.approx(59.97)
