"""The bed itself: real programs, users by certificate and by token, RBAC, audit, restarts."""

import json

import pytest

from tests.controlplane.plane import Auth, ControlPlane

pytestmark = pytest.mark.cluster
REVIEW = "/apis/authentication.k8s.io/v1/selfsubjectreviews"


@pytest.mark.parametrize("auth", ["cert", "token"])
@pytest.mark.parametrize(("user", "group"), [("admin", "system:masters"), ("alice", "sre"), ("bob", "sre")])
def test_each_user_is_known_by_certificate_and_by_token(
    control_plane: ControlPlane, user: str, group: str, auth: Auth
) -> None:
    info = control_plane.rest(user, auth).post(REVIEW, {}).ok()["status"]["userInfo"]
    assert info["username"] == user
    assert info["groups"] == [group, "system:authenticated"]


def test_an_ordinary_user_may_do_nothing_until_given_a_right(control_plane: ControlPlane) -> None:
    assert control_plane.rest("alice").get("/api/v1/namespaces").status == 403


@pytest.mark.parametrize("auth", ["cert", "token"])
def test_kubectl_reads_the_kubeconfig_of_a_user(control_plane: ControlPlane, auth: Auth) -> None:
    path = control_plane.kubeconfig("alice", auth)
    done = control_plane.kubectl("auth", "whoami", "-o", "json", f"--kubeconfig={path}")
    assert json.loads(done.stdout)["status"]["userInfo"]["username"] == "alice"


def test_a_server_killed_and_started_again_keeps_its_address_and_its_objects(
    control_plane: ControlPlane, namespace: str
) -> None:
    before = control_plane.server
    with control_plane.stopped("apiserver") as apiserver:
        assert not apiserver.is_running
    assert control_plane.server == before
    assert control_plane.rest().get(f"/api/v1/namespaces/{namespace}").status == 200


def test_the_audit_log_tells_who_did_what(control_plane: ControlPlane, namespace: str) -> None:
    path = f"/apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies"
    policy = {"metadata": {"name": "seen"}, "spec": {"podSelector": {}}}
    control_plane.rest().post(path, policy).ok()
    mine = [event for event in control_plane.audit_events() if event["requestURI"] == path]
    assert [(event["user"]["username"], event["verb"]) for event in mine] == [("admin", "create")]
    assert mine[0]["requestObject"]["metadata"]["name"] == "seen"
