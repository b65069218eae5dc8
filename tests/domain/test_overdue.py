"""Which grants are due to be ended by whoever looks: only what nothing else will end, when it is sure."""

from datetime import timedelta
from typing import Any

import pytest

from app.domain.manifest import EXPIRES_AT
from app.domain.overdue import CONTROLLERS_ACT_WITHIN, is_due
from app.domain.view import nets_shown, rests_on_terminal, row_of
from tests.domain.standing import LIFE, NOW, grant, job, policy

END = NOW + LIFE
SECOND = timedelta(seconds=1)
GONE: dict[str, Any] = {"deletion_timestamp": END}


def test_an_unarmed_grant_is_due_two_seconds_after_its_deadline() -> None:
    for found in (
        grant(policy()),
        grant(policy(), job(suspend=True)),
        grant(policy(owner_references=()), job()),
    ):
        assert not is_due(found, END + SECOND)
        assert is_due(found, END + 2 * SECOND)


def test_an_armed_job_is_given_time_to_act() -> None:
    found = grant(policy(), job())
    assert not is_due(found, END + CONTROLLERS_ACT_WITHIN - SECOND)
    assert is_due(found, END + CONTROLLERS_ACT_WITHIN)


@pytest.mark.parametrize("notes", [{EXPIRES_AT: None}, {EXPIRES_AT: "soon"}])
@pytest.mark.parametrize("its_job", [(), (job(),)])
def test_a_deadline_that_cannot_be_read_is_nobodys_here(
    notes: dict[str, Any], its_job: tuple[Any, ...]
) -> None:
    assert not is_due(grant(policy(annotations=notes), *its_job), END + timedelta(days=1))


def test_where_jobs_may_not_be_read_nothing_is_due() -> None:
    assert not is_due(grant(policy(), jobs_readable=False), END + timedelta(days=1))


def test_what_is_going_already_is_left_to_go() -> None:
    assert not is_due(grant(policy(finalizers=("x",), **GONE)), END + timedelta(days=1))
    assert is_due(grant(policy(**GONE), policy("backend")), END + timedelta(days=1))


def test_one_part_with_time_left_keeps_the_whole_grant() -> None:
    later = policy("backend", annotations={EXPIRES_AT: "2026-11-24T20:00:00Z"})
    assert not is_due(grant(policy(), later), END + timedelta(minutes=1))


def test_a_job_alone_is_no_access() -> None:
    assert not is_due(grant(job()), END + timedelta(days=1))


@pytest.mark.parametrize(
    ("objects", "rests", "letters"),
    [
        ((policy(), job()), False, "J"),
        ((policy(), job(suspend=True)), True, "T"),
        ((policy(),), True, "T"),
        ((policy(), job(ttl_seconds_after_finished=None)), True, "T"),
        ((policy(finalizers=("x",)), job()), False, "–"),
        ((policy(annotations={EXPIRES_AT: "soon"}),), False, "–"),
        ((policy(), job(), policy("backend")), True, "TJ"),
        ((job(),), False, "–"),
    ],
)
def test_what_rests_on_this_terminal_alone_is_marked_while_it_keeps_it(
    objects: tuple[Any, ...], rests: bool, letters: str
) -> None:
    row = row_of(grant(*objects), NOW, "prod")
    assert rests_on_terminal(row) is rests
    assert nets_shown(row, is_keeping=True) == letters
    assert nets_shown(row, is_keeping=False) == row.nets


def test_unreadable_jobs_rest_on_nobody_we_know_of() -> None:
    row = row_of(grant(policy(), jobs_readable=False), NOW, "prod")
    assert (rests_on_terminal(row), nets_shown(row, is_keeping=True)) == (False, "?")
