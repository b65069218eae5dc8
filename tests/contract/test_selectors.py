"""Label and field selectors: what they match, and what they refuse."""

import pytest

from tests.contract.objects import CORE, job, jobs, namespaces, pod, pods, policies, policy
from tests.rest import Json, Rest

LABELS: dict[str, Json] = {
    "db": {"app": "db", "tier": "back", "env": "prod"},
    "cache": {"app": "cache", "tier": "back", "env": "dev"},
    "web": {"app": "web", "tier": "front"},
    "empty": {"app": ""},
    "bare": {},
}


@pytest.fixture
def labelled(api: Rest, namespace: str) -> str:
    """A namespace with the policies of LABELS."""
    for name, labels in LABELS.items():
        api.post(policies(namespace), policy(name, labels)).ok()
    return namespace


def names(body: Json) -> set[str]:
    """Names of a list's items."""
    return {item["metadata"]["name"] for item in body["items"]}


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("", "db cache web empty bare"),
        ("app=db", "db"),
        ("app==db", "db"),
        ("app = db", "db"),
        ("app=", "empty"),
        ("app!=db", "cache web empty bare"),
        ("app", "db cache web empty"),
        ("!app", "bare"),
        ("! app", "bare"),
        ("env", "db cache"),
        ("!env", "web empty bare"),
        ("tier in (back)", "db cache"),
        ("app in (db,web)", "db web"),
        ("app in (db, web )", "db web"),
        ("app in (,db)", "db empty"),
        ("env notin (prod)", "cache web empty bare"),
        ("env notin (prod, dev)", "web empty bare"),
        ("tier=back,env=prod", "db"),
        ("tier=back,env!=prod", "cache"),
        ("tier in (back,front),!env", "web"),
        ("tier=back,tier=front", ""),
        ("absent", ""),
        ("absent=x", ""),
    ],
)
def test_label_selectors(api: Rest, labelled: str, selector: str, expected: str) -> None:
    assert names(api.get(policies(labelled), labelSelector=selector).ok()) == set(expected.split())


@pytest.mark.parametrize(
    "selector",
    [
        "app in db",
        "app in (db",
        "app notin",
        "=db",
        "!",
        "app=db,,tier=back",
        "-app=db",
        "app=-db",
        f"app={'x' * 64}",
        "a/b/c=d",
        "app!db",
        "app>many",
        "!app=db",
    ],
)
def test_a_label_selector_that_cannot_be_read_is_400(api: Rest, namespace: str, selector: str) -> None:
    reply = api.get(policies(namespace), labelSelector=selector)
    assert (reply.status, reply.reason) == (400, "BadRequest")


def test_numbers_can_be_compared(api: Rest, namespace: str) -> None:
    for value in ("1", "5", "x"):
        api.post(policies(namespace), policy(f"p{value}", {"n": value})).ok()
    assert names(api.get(policies(namespace), labelSelector="n>3").ok()) == {"p5"}
    assert names(api.get(policies(namespace), labelSelector="n<3").ok()) == {"p1"}


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("metadata.name=db", "db"),
        ("metadata.name==db", "db"),
        ("metadata.name!=db", "cache web empty bare"),
        ("metadata.name=absent", ""),
        ("metadata.namespace=elsewhere", ""),
        ("metadata.namespace!=elsewhere,metadata.name!=db,metadata.name!=web", "cache empty bare"),
    ],
)
def test_field_selectors(api: Rest, labelled: str, selector: str, expected: str) -> None:
    assert names(api.get(policies(labelled), fieldSelector=selector).ok()) == set(expected.split())


def test_a_field_selector_and_a_label_selector_both_hold(api: Rest, labelled: str) -> None:
    query = {"fieldSelector": "metadata.name!=db", "labelSelector": "tier=back"}
    assert names(api.get(policies(labelled), **query).ok()) == {"cache"}


def test_a_namespace_can_be_selected_across_all_of_them(api: Rest, labelled: str) -> None:
    query = {"fieldSelector": f"metadata.namespace={labelled}"}
    found = api.get("/apis/networking.k8s.io/v1/networkpolicies", **query).ok()
    assert names(found) == set(LABELS)


@pytest.mark.parametrize(
    "selector", ["spec.podSelector=x", "metadata.labels.app=db", "metadata.uid=x", "nonsense"]
)
def test_a_field_that_cannot_be_selected_is_400(api: Rest, namespace: str, selector: str) -> None:
    reply = api.get(policies(namespace), fieldSelector=selector)
    assert (reply.status, reply.reason) == (400, "BadRequest")


def test_pods_are_selected_by_phase_and_node(api: Rest, namespace: str) -> None:
    api.post(pods(namespace), pod("placed", nodeName="node-1")).ok()
    api.post(pods(namespace), pod("waiting")).ok()
    api.patch(f"{pods(namespace, 'placed')}/status", {"status": {"phase": "Running"}}).ok()

    def select(selector: str) -> set[str]:
        return names(api.get(pods(namespace), fieldSelector=selector).ok())

    assert select("spec.nodeName=node-1") == {"placed"}
    assert select("spec.nodeName=") == {"waiting"}
    assert select("status.phase=Running") == {"placed"}
    assert select("status.phase!=Running") == {"waiting"}


def test_jobs_are_selected_by_success(api: Rest, namespace: str) -> None:
    api.post(jobs(namespace), job("j")).ok()
    assert names(api.get(jobs(namespace), fieldSelector="status.successful=0").ok()) == {"j"}
    assert names(api.get(jobs(namespace), fieldSelector="status.successful=1").ok()) == set()


def test_events_are_selected_by_what_they_are_about(api: Rest, namespace: str) -> None:
    for name in ("web", "db"):
        involved = {"kind": "Pod", "name": name, "namespace": namespace, "uid": f"uid-{name}"}
        event = {"metadata": {"name": f"e-{name}"}, "involvedObject": involved, "type": "Warning"}
        api.post(f"{CORE}/namespaces/{namespace}/events", {**event, "reason": f"R{name}"}).ok()

    def select(selector: str) -> set[str]:
        path = f"{CORE}/namespaces/{namespace}/events"
        return names(api.get(path, fieldSelector=selector).ok())

    assert select("involvedObject.name=web") == {"e-web"}
    assert select("involvedObject.kind=Pod,involvedObject.uid=uid-db") == {"e-db"}
    assert select("reason=Rdb") == {"e-db"}
    assert select("type=Normal") == set()


def test_namespaces_are_selected_by_name_phase_and_label(api: Rest, namespace: str) -> None:
    def select(**query: str) -> set[str]:
        return names(api.get(namespaces(), **query).ok())

    assert select(fieldSelector=f"metadata.name={namespace}") == {namespace}
    assert select(fieldSelector=f"metadata.name={namespace},status.phase=Terminating") == set()
    assert select(labelSelector=f"kubernetes.io/metadata.name={namespace}") == {namespace}
