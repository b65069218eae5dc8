"""Paths and queries of resources."""

from app.kube.resources import JOBS, NETWORK_POLICIES, PODS, Target


def test_paths_of_collections_and_objects() -> None:
    assert PODS.path() == "/api/v1/pods"
    assert JOBS.path("shop") == "/apis/batch/v1/namespaces/shop/jobs"
    policy = NETWORK_POLICIES.path("shop", "allow-db")
    assert policy == "/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies/allow-db"


def test_a_name_cannot_leave_its_place_in_the_path() -> None:
    assert PODS.path("../kube-system", "a/b?c") == "/api/v1/namespaces/..%2Fkube-system/pods/a%2Fb%3Fc"


def test_a_target_leaves_out_empty_parameters_and_says_what_it_is() -> None:
    call = Target(PODS, namespace="shop").call({"limit": "500", "continue": ""}, timeout_seconds=5)
    assert (call.method, call.path, dict(call.query)) == (
        "GET",
        "/api/v1/namespaces/shop/pods",
        {"limit": "500"},
    )
    assert str(Target(PODS, namespace="shop")) == "pods in shop"
    assert str(Target(PODS)) == "pods"
