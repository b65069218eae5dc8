import pytest

from app.kube.request import Action, action_of, is_write
from app.kube.wire import Call

POLICIES = "/apis/networking.k8s.io/v1/namespaces/a/networkpolicies"


@pytest.mark.parametrize(
    ("call", "action"),
    [
        (Call("GET", "/api/v1/pods"), Action("list", "", "pods")),
        (Call("GET", "/api/v1/pods", {"watch": "1"}), Action("watch", "", "pods")),
        (Call("GET", "/api/v1/namespaces"), Action("list", "", "namespaces")),
        (Call("GET", "/api/v1/namespaces/a"), Action("get", "", "namespaces", "", "a")),
        (Call("GET", "/api/v1/namespaces/a/pods"), Action("list", "", "pods", "a")),
        (Call("GET", "/api/v1/namespaces/a/pods/p"), Action("get", "", "pods", "a", "p")),
        (Call("POST", POLICIES), Action("create", "networking.k8s.io", "networkpolicies", "a")),
        (Call("PATCH", f"{POLICIES}/x"), Action("patch", "networking.k8s.io", "networkpolicies", "a", "x")),
        (Call("DELETE", f"{POLICIES}/x"), Action("delete", "networking.k8s.io", "networkpolicies", "a", "x")),
        (Call("GET", f"{POLICIES}/x%2Fy"), Action("get", "networking.k8s.io", "networkpolicies", "a", "x/y")),
        (Call("GET", "/version"), Action("get", resource="/version")),
        (Call("GET", "/"), Action("get", resource="/")),
    ],
)
def test_what_a_call_is_about(call: Call, action: Action) -> None:
    assert action_of(call) == action


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (Action("list", "", "pods"), "list pods"),
        (Action("delete", "", "pods", "a", "p\x1b"), r'delete pods "p\x1b" in namespace a'),
    ],
)
def test_in_words(action: Action, words: str) -> None:
    assert str(action) == words


@pytest.mark.parametrize(
    ("call", "writes"),
    [
        (Call("GET", POLICIES), False),
        (Call("POST", POLICIES), True),
        (Call("PUT", POLICIES), True),
        (Call("PATCH", POLICIES), True),
        (Call("DELETE", POLICIES), True),
        (Call("POST", POLICIES, {"dryRun": "All"}), False),
        (Call("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews"), False),
    ],
)
def test_what_may_change_the_cluster(call: Call, writes: bool) -> None:
    assert is_write(call) is writes
