"""The status subresource: it moves what observers report, and nothing else."""

from tests.contract.objects import job, jobs, pod, pods, policies, policy
from tests.rest import Json, Rest

RUNNING: Json = {"status": {"phase": "Running", "podIP": "192.0.2.1", "podIPs": [{"ip": "192.0.2.1"}]}}


def test_a_pod_is_born_pending(api: Rest, namespace: str) -> None:
    stored = api.post(pods(namespace), pod("p")).ok()
    assert stored["status"]["phase"] == "Pending"
    assert stored["status"]["qosClass"] == "BestEffort"


def test_a_status_sent_at_creation_is_not_taken(api: Rest, namespace: str) -> None:
    stored = api.post(pods(namespace), {**pod("p"), **RUNNING}).ok()
    assert stored["status"]["phase"] == "Pending"
    assert "podIP" not in stored["status"]


def test_a_status_is_patched_under_its_own_path(api: Rest, namespace: str) -> None:
    api.post(pods(namespace), pod("p", nodeName="n")).ok()
    reply = api.patch(f"{pods(namespace, 'p')}/status", RUNNING)
    assert RUNNING["status"].items() <= reply.ok()["status"].items()
    found = api.get(pods(namespace, "p")).ok()
    assert RUNNING["status"].items() <= found["status"].items()
    assert found["metadata"]["generation"] == 1


def test_a_status_patched_under_the_objects_path_is_ignored(api: Rest, namespace: str) -> None:
    before = api.post(pods(namespace), pod("p", nodeName="n")).ok()
    after = api.patch(pods(namespace, "p"), RUNNING).ok()
    assert after["status"] == before["status"]


def test_a_spec_patched_under_the_statuss_path_is_ignored(api: Rest, namespace: str) -> None:
    api.post(jobs(namespace), job("j", suspend=True)).ok()
    change: Json = {"spec": {"activeDeadlineSeconds": 1}}
    after = api.patch(f"{jobs(namespace, 'j')}/status", change).ok()
    assert after["spec"]["activeDeadlineSeconds"] == 60


def test_a_status_can_be_read_and_replaced(api: Rest, namespace: str) -> None:
    api.post(pods(namespace), pod("p", nodeName="n")).ok()
    found = api.get(f"{pods(namespace, 'p')}/status").ok()
    assert found["kind"] == "Pod"
    found["status"]["phase"] = "Running"
    assert api.put(f"{pods(namespace, 'p')}/status", found).ok()["status"]["phase"] == "Running"


def test_a_policy_has_no_status(api: Rest, namespace: str) -> None:
    api.post(policies(namespace), policy("one")).ok()
    reply = api.get(f"{policies(namespace, 'one')}/status")
    assert (reply.status, reply.reason) == (404, "NotFound")


def test_conditions_are_patched_by_their_type(api: Rest, namespace: str) -> None:
    api.post(pods(namespace), pod("p", nodeName="n")).ok()
    path = f"{pods(namespace, 'p')}/status"
    for ready in ("False", "True"):
        change = {"status": {"conditions": [{"type": "Ready", "status": ready}]}}
        api.patch(path, change, "strategic").ok()
    change = {"status": {"conditions": [{"type": "Initialized", "status": "True"}]}}
    conditions = api.patch(path, change, "strategic").ok()["status"]["conditions"]
    found = {condition["type"]: condition["status"] for condition in conditions}
    assert (found["Ready"], found["Initialized"]) == ("True", "True")
