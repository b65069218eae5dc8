"""The official Python client, which shares no code with ours, sees on both clusters what we wrote."""

from collections.abc import Iterator
from typing import Any

import pytest
from kubernetes import client, config, watch

from tests.contract.clusters import Cluster
from tests.contract.eventually import eventually
from tests.contract.objects import job, owned, policy
from tests.rest import Rest

Api = Any  # the client ships no type information


@pytest.fixture
def connection(cluster: Cluster) -> Iterator[Api]:
    """A connection of the administrator, made from a kubeconfig file."""
    connected = config.new_client_from_config(config_file=str(cluster.kubeconfig("admin")))
    yield connected
    connected.close()


def test_a_policy_goes_through_its_life(connection: Api, namespace: str) -> None:
    networking = client.NetworkingV1Api(connection)
    rule = {"ports": [{"port": 5432}], "from": [{"ipBlock": {"cidr": "198.51.100.0/24"}}]}
    made = networking.create_namespaced_network_policy(
        namespace, policy("one", {"app": "db"}, ingress=[rule])
    )
    assert made.spec.ingress[0]._from[0].ip_block.cidr == "198.51.100.0/24"
    assert made.metadata.creation_timestamp.tzinfo is not None
    listed = networking.list_namespaced_network_policy(namespace, label_selector="app=db", limit=1)
    assert [item.metadata.uid for item in listed.items] == [made.metadata.uid]
    change = {"metadata": {"annotations": {"note": "seen"}}}
    changed = networking.patch_namespaced_network_policy("one", namespace, change)
    assert changed.metadata.annotations == {"note": "seen"}
    options = client.V1DeleteOptions(preconditions=client.V1Preconditions(uid=made.metadata.uid))
    networking.delete_namespaced_network_policy("one", namespace, body=options)
    with pytest.raises(client.ApiException) as caught:
        networking.read_namespaced_network_policy("one", namespace)
    assert (caught.value.status, caught.value.reason) == (404, "Not Found")


def test_a_grant_ends_under_its_eyes(connection: Api, api: Rest, namespace: str) -> None:
    batch, networking = client.BatchV1Api(connection), client.NetworkingV1Api(connection)
    made = batch.create_namespaced_job(namespace, job("timer", activeDeadlineSeconds=2))
    owner = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "timer", "uid": made.metadata.uid}}
    networking.create_namespaced_network_policy(namespace, owned(policy("hole"), owner))
    start = networking.list_namespaced_network_policy(namespace).metadata.resource_version
    stream = watch.Watch().stream(
        networking.list_namespaced_network_policy,
        namespace,
        resource_version=start,
        timeout_seconds=20,
    )
    ended = next(event for event in stream if event["type"] == "DELETED")
    assert ended["object"].metadata.name == "hole"
    eventually(lambda: not batch.list_namespaced_job(namespace).items, what="the Job's end")


def test_it_learns_who_it_is_and_what_it_may_do(connection: Api, namespace: str) -> None:
    review = client.AuthenticationV1Api(connection).create_self_subject_review(client.V1SelfSubjectReview())
    assert review.status.user_info.username == "admin"
    asked = client.V1ResourceAttributes(namespace=namespace, group="batch", resource="jobs", verb="create")
    spec = client.V1SelfSubjectAccessReviewSpec(resource_attributes=asked)
    answer = client.AuthorizationV1Api(connection).create_self_subject_access_review(
        client.V1SelfSubjectAccessReview(spec=spec)
    )
    assert answer.status.allowed
    assert client.VersionApi(connection).get_code().major == "1"
