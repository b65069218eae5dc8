"""Revoking many: one that is held delays none of the others, and the code says what all of them came to."""

from collections.abc import Iterator

import pytest

from app.cli.exits import ExitCode
from tests.cli.conftest import Served
from tests.cli.line import Line, grant
from tests.rest import Credentials, Rest


@pytest.fixture
def admin(alive: Served) -> Iterator[Rest]:
    client = Rest(alive.cluster.url, Credentials(token=alive.cluster.tokens["admin"]))
    yield client
    client.close()


def hold(admin: Rest, line: Line, grant_id: str, *finalizers: str) -> None:
    (part,) = line("show", grant_id, "-o", "json").ok().json["grant"]["parts"]
    path = f"/apis/networking.k8s.io/v1/namespaces/{part['namespace']}/networkpolicies/{part['policy']}"
    admin.patch(path, {"metadata": {"finalizers": list(finalizers)}}).ok()


def test_one_that_is_held_is_named_and_the_others_go(line: Line, admin: Rest, namespace: str) -> None:
    made = [grant(line, namespace, reason=f"number {number}") for number in range(4)]
    hold(admin, line, made[1], "example.test/hold")

    done = line("revoke", "--all", "-n", namespace, "--reason", "over", "--yes")

    assert done.code == ExitCode.PARTIAL
    assert sorted(done.out.split()) == sorted([made[0], *made[2:]])
    assert "held by finalizer example.test/hold" in done.err
    hold(admin, line, made[1])


def test_all_that_are_held_end_with_the_code_of_one(line: Line, admin: Rest, namespace: str) -> None:
    made = [grant(line, namespace, reason=f"number {number}") for number in range(2)]
    for grant_id in made:
        hold(admin, line, grant_id, "example.test/hold")

    done = line("revoke", *made, "--reason", "over", "--yes")

    assert (done.code, done.out) == (ExitCode.REFUSED, "")
    for grant_id in made:
        hold(admin, line, grant_id)
