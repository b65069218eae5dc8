"""Our rules and the real API server, asked about the same random policies."""

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings

from app.domain.validation import policy_warnings, validate_policy
from tests.controlplane.plane import ControlPlane
from tests.domain.wild_policies import POLICIES, broken
from tests.rest import Json, Rest

PATH = "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies"
Refusal = tuple[str, str, str]
SLOW = settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def server(control_plane: ControlPlane) -> Rest:
    return control_plane.rest()


@pytest.fixture(scope="module")
def is_strict(server: Rest) -> bool:
    """Whether the server refuses host bits in a CIDR, as it does since 1.36, or only warns of them."""
    return int(server.get("/version").ok()["minor"]) >= 36


def ours(policy: Json, is_strict: bool) -> list[Refusal]:
    made = {**policy, "metadata": {**policy["metadata"], "namespace": "default"}}
    return sorted(
        (error.field, str(error.reason), error.message)
        for error in validate_policy(made, strict_cidrs=is_strict)
    )


def theirs(body: Json) -> list[Refusal]:
    causes: list[dict[str, Any]] = (body.get("details") or {}).get("causes") or []
    return sorted((cause["field"], cause["reason"], cause["message"]) for cause in causes)


@pytest.mark.cluster
@SLOW
@given(policy=POLICIES)
@example(policy={"metadata": {"name": "a"}, "spec": {}})
def test_each_refusal_is_the_servers_own(server: Rest, is_strict: bool, policy: Json) -> None:
    reply = server.post(PATH, policy, dryRun="All")
    assert ours(policy, is_strict) == theirs(reply.body)
    if reply.status == 201:
        warned = reply.headers.get("Warning", "").replace('\\"', '"')
        assert all(text in warned for text in policy_warnings(policy))


@pytest.mark.cluster
@SLOW
@given(policy=broken())
def test_what_the_server_cannot_read_we_cannot_either(server: Rest, policy: Json) -> None:
    reply = server.post(PATH, policy, dryRun="All")
    unreadable = [error for error in validate_policy(policy) if error.reason == "FieldValueTypeInvalid"]
    assert (reply.status == 400) == bool(unreadable)
