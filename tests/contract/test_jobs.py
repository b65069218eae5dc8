"""What makes a Job valid, what the server adds to it, and what of it may change."""

import pytest

from tests.contract.objects import container, job, jobs
from tests.rest import Json, Rest

TEMPLATE = "spec.template.spec"
CONTAINER = f"{TEMPLATE}.containers[0]"
MAX_INT32 = 2**31 - 1
MAX_INT64 = 2**63 - 1


def template(**fields: object) -> Json:
    """A Job spec whose pod template differs in these fields."""
    spec = {"restartPolicy": "Never", "containers": [container()], **fields}
    return {"template": {"spec": spec}}


def contained(**fields: object) -> Json:
    """A Job spec whose only container differs in these fields."""
    return template(containers=[{**container(), **fields}])


def requests(requested: Json, limits: Json | None = None) -> Json:
    """A Job spec whose only container asks for resources."""
    return contained(resources={"requests": requested, **({"limits": limits} if limits else {})})


def labelled(labels: Json) -> Json:
    """A Job spec whose template has labels."""
    made = template()
    made["template"]["metadata"] = {"labels": labels}
    return made


REFUSED: dict[str, tuple[Json, set[str]]] = {
    "deadline negative": ({"activeDeadlineSeconds": -1}, {"spec.activeDeadlineSeconds"}),
    "ttl negative": ({"ttlSecondsAfterFinished": -1}, {"spec.ttlSecondsAfterFinished"}),
    "backoff negative": ({"backoffLimit": -1}, {"spec.backoffLimit"}),
    "parallelism negative": ({"parallelism": -1}, {"spec.parallelism"}),
    "completions negative": ({"completions": -1}, {"spec.completions"}),
    "two at once": (
        {"parallelism": -1, "activeDeadlineSeconds": -1},
        {"spec.parallelism", "spec.activeDeadlineSeconds"},
    ),
    "mode unknown": ({"completionMode": "Odd"}, {"spec.completionMode"}),
    "indexed without completions": ({"completionMode": "Indexed"}, {"spec.completions"}),
    "replacement unknown": ({"podReplacementPolicy": "Odd"}, {"spec.podReplacementPolicy"}),
    "manual selector without one": (
        {"manualSelector": True},
        {"spec.selector", "spec.template.metadata.labels"},
    ),
    "selector of one's own": (
        {"selector": {"matchLabels": {"a": "b"}}},
        {"spec.selector", "spec.template.metadata.labels"},
    ),
    "template null": ({"template": None}, {f"{TEMPLATE}.containers", f"{TEMPLATE}.restartPolicy"}),
    "template empty": ({"template": {}}, {f"{TEMPLATE}.containers", f"{TEMPLATE}.restartPolicy"}),
    "containers empty": (template(containers=[]), {f"{TEMPLATE}.containers"}),
    "containers null": (template(containers=None), {f"{TEMPLATE}.containers"}),
    "restart always": (template(restartPolicy="Always"), {f"{TEMPLATE}.restartPolicy"}),
    "restart empty": (template(restartPolicy=""), {f"{TEMPLATE}.restartPolicy"}),
    "restart null": (template(restartPolicy=None), {f"{TEMPLATE}.restartPolicy"}),
    "restart unknown": (template(restartPolicy="Sometimes"), {f"{TEMPLATE}.restartPolicy"}),
    "container without name": (contained(name=""), {f"{CONTAINER}.name"}),
    "container name": (contained(name="A_b"), {f"{CONTAINER}.name"}),
    "container name long": (contained(name="a" * 64), {f"{CONTAINER}.name"}),
    "container without image": (contained(image=""), {f"{CONTAINER}.image"}),
    "pull policy unknown": (contained(imagePullPolicy="Odd"), {f"{CONTAINER}.imagePullPolicy"}),
    "container twice": (
        template(containers=[container(), container()]),
        {f"{TEMPLATE}.containers[1].name"},
    ),
    "request negative": (requests({"cpu": "-1"}), {f"{CONTAINER}.resources.requests[cpu]"}),
    "request over limit": (
        requests({"cpu": "2"}, {"cpu": "1"}),
        {f"{CONTAINER}.resources.requests"},
    ),
    "pod deadline zero": (template(activeDeadlineSeconds=0), {f"{TEMPLATE}.activeDeadlineSeconds"}),
    "template label": (labelled({"a b": "x"}), {"metadata.labels", "spec.template.labels"}),
}

UNREADABLE: dict[str, Json] = {
    "deadline string": {"activeDeadlineSeconds": "60"},
    "deadline fraction": {"activeDeadlineSeconds": 1.5},
    "deadline over 64 bits": {"activeDeadlineSeconds": MAX_INT64 + 1},
    "ttl string": {"ttlSecondsAfterFinished": "0"},
    "ttl over 32 bits": {"ttlSecondsAfterFinished": MAX_INT32 + 1},
    "parallelism string": {"parallelism": "0"},
    "suspend string": {"suspend": "true"},
    "containers object": template(containers={}),
    "quantity": requests({"cpu": "many"}),
}

ACCEPTED: dict[str, Json] = {
    "deadline zero": {"activeDeadlineSeconds": 0},
    "deadline one": {"activeDeadlineSeconds": 1},
    "deadline over 32 bits": {"activeDeadlineSeconds": MAX_INT32 + 1},
    "deadline of 64 bits": {"activeDeadlineSeconds": MAX_INT64},
    "ttl zero": {"ttlSecondsAfterFinished": 0},
    "ttl of 32 bits": {"ttlSecondsAfterFinished": MAX_INT32},
    "backoff of 32 bits": {"backoffLimit": MAX_INT32},
    "completions zero": {"completions": 0},
    "completions": {"completions": 3},
    "suspended": {"suspend": True},
    "indexed": {"completionMode": "Indexed", "completions": 2},
}

TEMPLATES: dict[str, Json] = {
    "restart on failure": template(restartPolicy="OnFailure"),
    "requests": requests({"cpu": "1m", "memory": "1Mi"}, {"cpu": "1m", "memory": "1Mi"}),
    "no token": template(automountServiceAccountToken=False),
    "restricted": contained(
        securityContext={
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
            "runAsNonRoot": True,
            "runAsUser": 65534,
            "seccompProfile": {"type": "RuntimeDefault"},
        }
    ),
}

NULLS = ["activeDeadlineSeconds", "ttlSecondsAfterFinished", "backoffLimit", "parallelism", "suspend"]


def try_out(api: Rest, spec: Json) -> tuple[int, set[str], Json]:
    """Status, causes and stored spec of a dry run."""
    reply = api.post(jobs("default"), job("case", **spec), dryRun="All")
    return reply.status, set(reply.causes), reply.body.get("spec", {})


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_the_fields_that_are_wrong(api: Rest, name: str) -> None:
    spec, fields = REFUSED[name]
    assert try_out(api, spec)[:2] == (422, fields)


@pytest.mark.parametrize("name", UNREADABLE)
def test_refused_as_it_cannot_be_read(api: Rest, name: str) -> None:
    assert try_out(api, UNREADABLE[name])[:2] == (400, set())


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted_and_stored(api: Rest, name: str) -> None:
    status, _, stored = try_out(api, ACCEPTED[name])
    assert status == 201
    assert ACCEPTED[name].items() <= stored.items()


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_accepted_and_stored(api: Rest, name: str) -> None:
    status, _, stored = try_out(api, TEMPLATES[name])
    assert status == 201
    sent = TEMPLATES[name]["template"]["spec"]
    kept = stored["template"]["spec"]
    for key in sent.keys() - {"containers"}:
        assert kept[key] == sent[key]
    for key, value in sent["containers"][0].items():
        assert kept["containers"][0][key] == value


@pytest.mark.parametrize("field", NULLS)
def test_null_is_as_if_left_out(api: Rest, field: str) -> None:
    defaults = {"backoffLimit": 6, "parallelism": 1, "suspend": False}
    status, _, stored = try_out(api, {field: None})
    assert (status, stored.get(field)) == (201, defaults.get(field))


@pytest.mark.parametrize(
    ("name", "status"),
    [("a" * 63, 201), ("a" * 64, 422), ("Upper", 422), ("-lead", 422), ("dot.ted", 201)],
)
def test_a_name_must_fit_in_a_label_of_its_pods(api: Rest, name: str, status: int) -> None:
    assert api.post(jobs("default"), job(name), dryRun="All").status == status


def test_a_misspelt_deadline_is_no_deadline_but_a_warning(api: Rest) -> None:
    made = job("case", activeDeadlineSecond=5)
    del made["spec"]["activeDeadlineSeconds"]
    reply = api.post(jobs("default"), made, dryRun="All")
    assert reply.status == 201
    assert "activeDeadlineSeconds" not in reply.body["spec"]
    assert "spec.activeDeadlineSecond" in reply.headers["Warning"]


def test_the_server_ties_the_template_to_the_job_by_its_uid(api: Rest, namespace: str) -> None:
    stored = api.post(jobs(namespace), job("j")).ok()
    uid = stored["metadata"]["uid"]
    labels = {
        "batch.kubernetes.io/controller-uid": uid,
        "batch.kubernetes.io/job-name": "j",
        "controller-uid": uid,
        "job-name": "j",
    }
    assert stored["metadata"]["labels"] == labels
    assert stored["spec"]["template"]["metadata"]["labels"] == labels
    assert stored["spec"]["selector"] == {"matchLabels": {"batch.kubernetes.io/controller-uid": uid}}
    assert stored["status"] == {}


def test_defaults_are_written_out(api: Rest, namespace: str) -> None:
    made = {"metadata": {"name": "j"}, "spec": template()}
    spec = api.post(jobs(namespace), made, dryRun="All").ok()["spec"]
    assert {key: spec[key] for key in spec.keys() - {"selector", "template"}} == {
        "parallelism": 1,
        "completions": 1,
        "backoffLimit": 6,
        "manualSelector": False,
        "completionMode": "NonIndexed",
        "suspend": False,
        "podReplacementPolicy": "TerminatingOrFailed",
    }
    pod = spec["template"]["spec"]
    assert {key: pod[key] for key in pod.keys() - {"containers"}} == {
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": 30,
        "dnsPolicy": "ClusterFirst",
        "securityContext": {},
        "schedulerName": "default-scheduler",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"activeDeadlineSeconds": 300},
        {"activeDeadlineSeconds": 0},
        {"activeDeadlineSeconds": None},
        {"ttlSecondsAfterFinished": 5},
        {"backoffLimit": 3},
        {"parallelism": 1},
        {"suspend": True},
    ],
    ids=str,
)
def test_what_may_change(api: Rest, namespace: str, change: Json) -> None:
    api.post(jobs(namespace), job("j")).ok()
    reply = api.patch(jobs(namespace, "j"), {"spec": change}, dryRun="All")
    assert reply.status == 200
    field, value = next(iter(change.items()))
    assert reply.body["spec"].get(field) == value


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"completions": 3}, "spec.completions"),
        ({"template": {"spec": {"restartPolicy": "OnFailure"}}}, "spec.template"),
        ({"template": {"metadata": {"labels": {"a": "b"}}}}, "spec.template"),
        ({"selector": {"matchLabels": {"a": "b"}}}, "spec.selector"),
        ({"completionMode": "Indexed"}, "spec.completionMode"),
        ({"activeDeadlineSeconds": -1}, "spec.activeDeadlineSeconds"),
        ({"parallelism": -1}, "spec.parallelism"),
    ],
    ids=str,
)
def test_what_may_not_change(api: Rest, namespace: str, change: Json, field: str) -> None:
    api.post(jobs(namespace), job("j")).ok()
    reply = api.patch(jobs(namespace, "j"), {"spec": change}, dryRun="All")
    assert reply.status == 422
    assert field in reply.causes


def test_its_status_cannot_be_written_beside_its_spec(api: Rest, namespace: str) -> None:
    made = {**job("j", suspend=True), "status": {"startTime": "2000-01-01T00:00:00Z"}}
    stored = api.post(jobs(namespace), made).ok()
    assert stored["status"] == {}
    change = {"status": {"startTime": "2000-01-01T00:00:00Z"}}
    api.patch(jobs(namespace, "j"), change).ok()
    assert "startTime" not in api.get(jobs(namespace, "j")).ok()["status"]
