"""What a client learns before its first request."""

import pytest

from tests.contract.clusters import Cluster
from tests.rest import Json, Rest


def test_the_version_names_the_release(api: Rest) -> None:
    found = api.get("/version").ok()
    assert found["major"] == "1"
    assert found["gitVersion"].startswith(f"v1.{found['minor']}.")
    assert found["platform"]


def test_the_core_api_names_its_version(api: Rest) -> None:
    found = api.get("/api").ok()
    assert (found["kind"], found["versions"]) == ("APIVersions", ["v1"])


@pytest.mark.parametrize(
    ("group", "version"),
    [
        ("batch", "v1"),
        ("networking.k8s.io", "v1"),
        ("authentication.k8s.io", "v1"),
        ("authorization.k8s.io", "v1"),
        ("coordination.k8s.io", "v1"),
        ("discovery.k8s.io", "v1"),
    ],
)
def test_the_groups_are_listed_with_their_preferred_version(api: Rest, group: str, version: str) -> None:
    found = api.get("/apis").ok()
    assert found["kind"] == "APIGroupList"
    entry = {"groupVersion": f"{group}/{version}", "version": version}
    listed = next(one for one in found["groups"] if one["name"] == group)
    assert entry in listed["versions"]
    assert listed["preferredVersion"] == entry
    alone = api.get(f"/apis/{group}").ok()
    assert (alone["kind"], alone["name"], alone["preferredVersion"]) == ("APIGroup", group, entry)


def resource(api: Rest, root: str, name: str) -> Json:
    """A resource's entry in its group's list."""
    found = api.get(root).ok()
    assert found["kind"] == "APIResourceList"
    assert found["groupVersion"] == root.removeprefix("/apis/").removeprefix("/api/")
    entry: Json = next(one for one in found["resources"] if one["name"] == name)
    return entry


EVERY_VERB = {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}


@pytest.mark.parametrize(
    ("root", "name", "kind", "short"),
    [
        ("/api/v1", "pods", "Pod", ["po"]),
        ("/api/v1", "services", "Service", ["svc"]),
        ("/api/v1", "events", "Event", ["ev"]),
        ("/apis/networking.k8s.io/v1", "networkpolicies", "NetworkPolicy", ["netpol"]),
        ("/apis/batch/v1", "jobs", "Job", None),
        ("/apis/coordination.k8s.io/v1", "leases", "Lease", None),
        ("/apis/discovery.k8s.io/v1", "endpointslices", "EndpointSlice", None),
    ],
)
def test_a_resource_is_described(api: Rest, root: str, name: str, kind: str, short: list[str] | None) -> None:
    entry = resource(api, root, name)
    assert (entry["kind"], entry["namespaced"]) == (kind, True)
    assert set(entry["verbs"]) == EVERY_VERB
    assert entry.get("shortNames") == short


def test_namespaces_are_cluster_scoped_and_cannot_be_deleted_by_the_lot(api: Rest) -> None:
    entry = resource(api, "/api/v1", "namespaces")
    assert (entry["kind"], entry["namespaced"], entry["shortNames"]) == ("Namespace", False, ["ns"])
    assert set(entry["verbs"]) == EVERY_VERB - {"deletecollection"}


@pytest.mark.parametrize(
    ("root", "name", "kind"),
    [
        ("/apis/authentication.k8s.io/v1", "selfsubjectreviews", "SelfSubjectReview"),
        ("/apis/authorization.k8s.io/v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview"),
        ("/apis/authorization.k8s.io/v1", "selfsubjectrulesreviews", "SelfSubjectRulesReview"),
    ],
)
def test_a_review_can_only_be_created(api: Rest, root: str, name: str, kind: str) -> None:
    entry = resource(api, root, name)
    assert (entry["kind"], entry["namespaced"], entry["verbs"]) == (kind, False, ["create"])


@pytest.mark.parametrize("path", ["/version", "/api", "/apis", "/api/v1", "/apis/batch/v1"])
def test_discovery_is_open_to_every_user(cluster: Cluster, path: str) -> None:
    assert cluster.http("bob").get(path).status == 200


@pytest.mark.parametrize("path", ["/healthz", "/livez", "/readyz"])
def test_health_is_open_to_everyone(cluster: Cluster, path: str) -> None:
    reply = cluster.http_with_token(None).get(path)
    assert (reply.status, reply.body) == (200, {"raw": "ok"})


def test_a_group_that_is_not_served_is_404(api: Rest) -> None:
    assert api.get("/apis/absent.example").status == 404
