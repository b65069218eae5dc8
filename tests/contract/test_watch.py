"""Watches: where they start, what they tell, how they end."""

import pytest

from tests.contract.clusters import Cluster
from tests.contract.objects import NETWORKING, namespaces, pod, pods, policies, policy
from tests.rest import Json, Query, RefusedError, Rest, Watch

INITIAL_EVENTS_END = "k8s.io/initial-events-end"
WATCH_LIST: dict[str, Query] = {
    "sendInitialEvents": True,
    "resourceVersionMatch": "NotOlderThan",
    "allowWatchBookmarks": True,
}


def version(api: Rest, namespace: str) -> str:
    """The version that a list of the namespace's policies is at."""
    return str(api.get(policies(namespace)).ok()["metadata"]["resourceVersion"])


def told(events: list[Json]) -> list[tuple[str, str]]:
    """Type and object name of each event."""
    return [(event["type"], event["object"]["metadata"]["name"]) for event in events]


def until_end(stream: Watch) -> list[Json]:
    """All events until the server ends the stream."""
    return list(stream)


def test_it_tells_what_happened_since_the_list(api: Rest, namespace: str) -> None:
    api.post(policies(namespace), policy("before")).ok()
    start = version(api, namespace)
    with api.watch(policies(namespace), resourceVersion=start) as stream:
        created = api.post(policies(namespace), policy("one")).ok()
        changed = api.patch(policies(namespace, "one"), {"metadata": {"labels": {"a": "b"}}}).ok()
        api.delete(policies(namespace, "one")).ok()
        events = stream.take(3)
    assert told(events) == [("ADDED", "one"), ("MODIFIED", "one"), ("DELETED", "one")]
    assert [event["object"]["kind"] for event in events] == ["NetworkPolicy"] * 3
    assert events[0]["object"] == created
    assert events[1]["object"] == changed
    last = events[2]["object"]["metadata"]
    assert last["labels"] == {"a": "b"}
    assert int(last["resourceVersion"]) > int(changed["metadata"]["resourceVersion"])


def test_it_resumes_after_the_last_version_seen(api: Rest, namespace: str) -> None:
    start = version(api, namespace)
    for name in ("a", "b", "c"):
        api.post(policies(namespace), policy(name)).ok()
    with api.watch(policies(namespace), resourceVersion=start) as stream:
        first = stream.take(1)[0]
    resume = first["object"]["metadata"]["resourceVersion"]
    with api.watch(policies(namespace), resourceVersion=resume) as stream:
        assert told(stream.take(2)) == [("ADDED", "b"), ("ADDED", "c")]


@pytest.mark.parametrize("query", [{}, {"resourceVersion": "0"}], ids=["none", "zero"])
def test_without_a_version_it_begins_with_what_is_there(
    api: Rest, namespace: str, query: dict[str, Query]
) -> None:
    for name in ("a", "b"):
        api.post(policies(namespace), policy(name)).ok()
    with api.watch(policies(namespace), **query) as stream:
        assert sorted(told(stream.take(2))) == [("ADDED", "a"), ("ADDED", "b")]
        api.delete(policies(namespace, "a")).ok()
        assert told(stream.take(1)) == [("DELETED", "a")]


def test_a_watch_list_ends_its_first_part_with_a_bookmark(api: Rest, namespace: str) -> None:
    for name in ("a", "b"):
        api.post(policies(namespace), policy(name)).ok()
    at_least = version(api, namespace)
    with api.watch(policies(namespace), **WATCH_LIST) as stream:
        first, second, bookmark = stream.take(3)
        assert sorted(told([first, second])) == [("ADDED", "a"), ("ADDED", "b")]
        assert bookmark["type"] == "BOOKMARK"
        metadata = bookmark["object"]["metadata"]
        assert metadata["annotations"] == {INITIAL_EVENTS_END: "true"}
        assert int(metadata["resourceVersion"]) >= int(at_least)
        assert bookmark["object"]["kind"] == "NetworkPolicy"
        api.post(policies(namespace), policy("c")).ok()
        assert told(stream.take(1)) == [("ADDED", "c")]


def test_a_watch_list_of_nothing_is_a_bookmark_alone(api: Rest, namespace: str) -> None:
    with api.watch(policies(namespace), **WATCH_LIST) as stream:
        bookmark = stream.take(1)[0]
    assert bookmark["type"] == "BOOKMARK"
    assert bookmark["object"]["metadata"]["annotations"] == {INITIAL_EVENTS_END: "true"}


def test_a_watch_can_resume_from_a_bookmark(api: Rest, namespace: str) -> None:
    api.post(policies(namespace), policy("a")).ok()
    with api.watch(policies(namespace), **WATCH_LIST) as stream:
        bookmark = stream.take(2)[1]
    api.post(policies(namespace), policy("b")).ok()
    resume = bookmark["object"]["metadata"]["resourceVersion"]
    with api.watch(policies(namespace), resourceVersion=resume) as stream:
        assert told(stream.take(1)) == [("ADDED", "b")]


def test_initial_events_may_be_declined(api: Rest, namespace: str) -> None:
    api.post(policies(namespace), policy("a")).ok()
    query: dict[str, Query] = {
        "sendInitialEvents": False,
        "resourceVersionMatch": "NotOlderThan",
        "timeoutSeconds": 1,
    }
    with api.watch(policies(namespace), **query) as stream:
        assert until_end(stream) == []


@pytest.mark.parametrize(
    "query",
    [
        {"sendInitialEvents": True},
        {"sendInitialEvents": True, "resourceVersionMatch": "Exact"},
        {"resourceVersionMatch": "NotOlderThan"},
    ],
    ids=str,
)
def test_watch_options_that_contradict_each_other_are_422(
    api: Rest, namespace: str, query: dict[str, Query]
) -> None:
    reply = api.get(policies(namespace), watch=True, timeoutSeconds=1, **query)
    assert (reply.status, reply.reason) == (422, "Invalid")
    assert set(reply.causes) == {"resourceVersionMatch"}


def test_a_version_that_is_forgotten_is_an_error_event_under_http_200(
    api: Rest, cluster: Cluster, namespace: str
) -> None:
    start = version(api, namespace)
    api.post(policies(namespace), policy("one")).ok()
    cluster.forget_history()
    with api.watch(policies(namespace), resourceVersion=start) as stream:
        event = stream.take(1)[0]
        assert stream.next() is None
    assert event["type"] == "ERROR"
    status = event["object"]
    assert (status["kind"], status["status"]) == ("Status", "Failure")
    assert (status["code"], status["reason"]) == (410, "Expired")


def test_the_present_can_still_be_watched_when_history_is_forgotten(
    api: Rest, cluster: Cluster, namespace: str
) -> None:
    api.post(policies(namespace), policy("one")).ok()
    cluster.forget_history()
    start = version(api, namespace)
    with api.watch(policies(namespace), resourceVersion=start) as stream:
        api.delete(policies(namespace, "one")).ok()
        assert told(stream.take(1)) == [("DELETED", "one")]


def test_a_label_selector_turns_leaving_and_entering_into_deleted_and_added(
    api: Rest, namespace: str
) -> None:
    start = version(api, namespace)
    with api.watch(policies(namespace), resourceVersion=start, labelSelector="tier=web") as stream:
        api.post(policies(namespace), policy("other", {"tier": "db"})).ok()
        api.post(policies(namespace), policy("one", {"tier": "web"})).ok()
        left = api.patch(policies(namespace, "one"), {"metadata": {"labels": {"tier": "db"}}}).ok()
        api.patch(policies(namespace, "one"), {"metadata": {"labels": {"note": "unseen"}}}).ok()
        api.patch(policies(namespace, "one"), {"metadata": {"labels": {"tier": "web"}}}).ok()
        events = stream.take(3)
    assert told(events) == [("ADDED", "one"), ("DELETED", "one"), ("ADDED", "one")]
    gone = events[1]["object"]["metadata"]
    assert gone["labels"] == {"tier": "web"}  # as it was when it last matched,
    assert gone["resourceVersion"] == left["metadata"]["resourceVersion"]  # at the version that left


def test_a_field_selector_watches_one_name(api: Rest, namespace: str) -> None:
    start = version(api, namespace)
    query: dict[str, Query] = {"resourceVersion": start, "fieldSelector": "metadata.name=two"}
    with api.watch(policies(namespace), **query) as stream:
        for name in ("one", "two"):
            api.post(policies(namespace), policy(name)).ok()
        assert told(stream.take(1)) == [("ADDED", "two")]


def test_a_field_that_moves_makes_an_object_leave(api: Rest, namespace: str) -> None:
    start = api.get(pods(namespace)).ok()["metadata"]["resourceVersion"]
    query: dict[str, Query] = {"resourceVersion": start, "fieldSelector": "status.phase!=Succeeded"}
    with api.watch(pods(namespace), **query) as stream:
        api.post(pods(namespace), pod("p", nodeName="n")).ok()
        api.patch(f"{pods(namespace, 'p')}/status", {"status": {"phase": "Succeeded"}}).ok()
        assert told(stream.take(2)) == [("ADDED", "p"), ("DELETED", "p")]


def test_a_watch_of_one_namespace_does_not_see_another(api: Rest, namespace: str) -> None:
    start = version(api, namespace)
    elsewhere = f"elsewhere-{namespace}"
    with api.watch(policies(namespace), resourceVersion=start) as stream:
        api.post(policies("default"), policy(elsewhere)).ok()
        api.delete(policies("default", elsewhere)).ok()
        api.post(policies(namespace), policy("here")).ok()
        assert told(stream.take(1)) == [("ADDED", "here")]


def test_a_watch_of_all_namespaces_names_them(api: Rest, namespace: str) -> None:
    start = version(api, namespace)
    with api.watch(f"{NETWORKING}/networkpolicies", resourceVersion=start) as stream:
        api.post(policies(namespace), policy("here")).ok()
        event = next(event for event in stream if event["object"]["metadata"]["namespace"] == namespace)
    assert told([event]) == [("ADDED", "here")]


def test_a_cluster_scoped_kind_can_be_watched(api: Rest, namespace: str) -> None:
    start = api.get(namespaces()).ok()["metadata"]["resourceVersion"]
    query: dict[str, Query] = {"resourceVersion": start, "fieldSelector": f"metadata.name={namespace}"}
    with api.watch(namespaces(), **query) as stream:
        api.patch(namespaces(namespace), {"metadata": {"labels": {"seen": "yes"}}}).ok()
        event = stream.take(1)[0]
    assert told([event]) == [("MODIFIED", namespace)]
    assert event["object"]["metadata"]["labels"]["seen"] == "yes"


def test_a_dry_run_is_not_told(api: Rest, namespace: str) -> None:
    start = version(api, namespace)
    with api.watch(policies(namespace), resourceVersion=start) as stream:
        api.post(policies(namespace), policy("dry"), dryRun="All").ok()
        api.post(policies(namespace), policy("wet")).ok()
        assert told(stream.take(1)) == [("ADDED", "wet")]


def test_the_timeout_ends_the_stream_cleanly(api: Rest, namespace: str) -> None:
    api.post(policies(namespace), policy("one")).ok()
    with api.watch(policies(namespace), timeoutSeconds=1) as stream:
        assert told(until_end(stream)) == [("ADDED", "one")]


def test_a_version_from_the_future_is_waited_for_in_silence(api: Rest, namespace: str) -> None:
    future = str(int(version(api, namespace)) + 1_000_000)
    with api.watch(policies(namespace), resourceVersion=future, timeoutSeconds=1) as stream:
        api.post(policies(namespace), policy("unseen")).ok()
        assert until_end(stream) == []


def test_a_watch_without_the_right_is_403_before_any_event(cluster: Cluster, namespace: str) -> None:
    with (
        pytest.raises(RefusedError, match="HTTP 403"),
        cluster.http("bob").watch(policies(namespace)),
    ):
        pass


def test_a_watch_of_a_kind_that_is_not_served_is_404(api: Rest, namespace: str) -> None:
    path = f"{NETWORKING}/namespaces/{namespace}/absences"
    with pytest.raises(RefusedError, match="HTTP 404"), api.watch(path):
        pass


def test_events_come_in_the_order_of_their_versions(api: Rest, namespace: str) -> None:
    start = version(api, namespace)
    with api.watch(policies(namespace), resourceVersion=start) as stream:
        for number in range(20):
            api.post(policies(namespace), policy(f"p{number}")).ok()
        for number in range(20):
            api.delete(policies(namespace, f"p{number}")).ok()
        events = stream.take(40)
    versions = [int(event["object"]["metadata"]["resourceVersion"]) for event in events]
    assert versions == sorted(set(versions))
    assert [event["type"] for event in events] == ["ADDED"] * 20 + ["DELETED"] * 20
