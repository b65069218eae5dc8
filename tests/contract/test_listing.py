"""Lists: pages, versions, and what makes the server refuse one."""

import pytest

from tests.contract.clusters import Cluster
from tests.contract.objects import NETWORKING, namespaces, policies, policy
from tests.rest import Json, Query, Reply, Rest

NAMES = [f"policy-{number}" for number in range(7)]


@pytest.fixture
def seven(api: Rest, namespace: str) -> str:
    """A namespace with seven policies, made in another order than that of their names."""
    for name in reversed(NAMES):
        api.post(policies(namespace), policy(name, {"parity": str(int(name[-1]) % 2)})).ok()
    return namespace


def names(body: Json) -> list[str]:
    """Names of a list's items, in order."""
    return [item["metadata"]["name"] for item in body["items"]]


def follow(api: Rest, path: str, token: str, **query: Query) -> Reply:
    """The page that a continue token leads to."""
    return api.get(path, **{"continue": token}, **query)


def test_a_list_is_ordered_by_name(api: Rest, seven: str) -> None:
    assert names(api.get(policies(seven)).ok()) == NAMES


def test_a_list_of_all_namespaces_is_ordered_by_namespace_and_name(api: Rest, seven: str) -> None:
    items = api.get(f"{NETWORKING}/networkpolicies").ok()["items"]
    found = [(item["metadata"]["namespace"], item["metadata"]["name"]) for item in items]
    assert found == sorted(found)
    assert {(seven, name) for name in NAMES} <= set(found)


def test_pages_hold_everything_once_at_one_version(api: Rest, seven: str) -> None:
    pages = [api.get(policies(seven), limit=3).ok()]
    api.post(policies(seven), policy("policy-55")).ok()  # later than the first page: in none
    while token := pages[-1]["metadata"].get("continue"):
        pages.append(follow(api, policies(seven), token, limit=3).ok())
    assert [names(page) for page in pages] == [NAMES[:3], NAMES[3:6], NAMES[6:]]
    assert [page["metadata"].get("remainingItemCount") for page in pages] == [4, 1, None]
    assert len({page["metadata"]["resourceVersion"] for page in pages}) == 1


def test_pages_of_a_selection_do_not_say_how_much_remains(api: Rest, seven: str) -> None:
    page = api.get(policies(seven), limit=2, labelSelector="parity=0").ok()
    assert names(page) == ["policy-0", "policy-2"]
    assert "remainingItemCount" not in page["metadata"]
    token = page["metadata"]["continue"]
    rest = follow(api, policies(seven), token, limit=2, labelSelector="parity=0").ok()
    assert names(rest) == ["policy-4", "policy-6"]


@pytest.mark.parametrize("limit", [0, 7, 500])
def test_a_limit_that_holds_everything_gives_one_page(api: Rest, seven: str, limit: int) -> None:
    found = api.get(policies(seven), limit=limit).ok()
    assert names(found) == NAMES
    assert not {"continue", "remainingItemCount"} & found["metadata"].keys()


def test_the_limit_may_change_between_pages(api: Rest, seven: str) -> None:
    token = api.get(policies(seven), limit=1).ok()["metadata"]["continue"]
    rest = follow(api, policies(seven), token, limit=100).ok()
    assert names(rest) == NAMES[1:]


def test_pages_over_all_namespaces(api: Rest, seven: str) -> None:
    path = f"{NETWORKING}/networkpolicies"
    found: list[Json] = []
    page = api.get(path, limit=2).ok()
    found += page["items"]
    while token := page["metadata"].get("continue"):
        page = follow(api, path, token, limit=2).ok()
        found += page["items"]
    mine = [item["metadata"]["name"] for item in found if item["metadata"]["namespace"] == seven]
    assert mine == NAMES


def test_a_garbled_continue_token_is_400(api: Rest, seven: str) -> None:
    reply = follow(api, policies(seven), "garbage", limit=3)
    assert (reply.status, reply.reason) == (400, "BadRequest")


def test_a_continue_token_with_a_version_is_400(api: Rest, seven: str) -> None:
    token = api.get(policies(seven), limit=3).ok()["metadata"]["continue"]
    reply = follow(api, policies(seven), token, limit=3, resourceVersion="1")
    assert (reply.status, reply.reason) == (400, "BadRequest")


def test_a_continue_token_outlived_by_its_version_is_410(api: Rest, cluster: Cluster, seven: str) -> None:
    token = api.get(policies(seven), limit=3).ok()["metadata"]["continue"]
    api.post(policies(seven), policy("later")).ok()
    cluster.forget_history()
    reply = follow(api, policies(seven), token, limit=3)
    assert (reply.status, reply.reason) == (410, "Expired")
    fresh = reply.body["metadata"]["continue"]  # goes on where it stood, at the present version
    page = follow(api, policies(seven), fresh, limit=3).ok()
    assert names(page) == [*NAMES[3:6]]


def test_any_version_and_a_minimum_version_are_served(api: Rest, seven: str) -> None:
    version = api.get(policies(seven)).ok()["metadata"]["resourceVersion"]
    assert api.get(policies(seven), resourceVersion="0").status == 200
    newer = api.get(policies(seven), resourceVersion=version, resourceVersionMatch="NotOlderThan").ok()
    assert names(newer) == NAMES
    assert int(newer["metadata"]["resourceVersion"]) >= int(version)


def test_an_exact_version_shows_the_past(api: Rest, seven: str) -> None:
    version = api.get(policies(seven)).ok()["metadata"]["resourceVersion"]
    api.delete(policies(seven, NAMES[0])).ok()
    past = api.get(policies(seven), resourceVersion=version, resourceVersionMatch="Exact").ok()
    assert names(past) == NAMES
    assert past["metadata"]["resourceVersion"] == version
    assert names(api.get(policies(seven)).ok()) == NAMES[1:]


def test_a_version_from_the_future_is_504_with_advice_to_come_back(api: Rest, seven: str) -> None:
    version = int(api.get(policies(seven)).ok()["metadata"]["resourceVersion"]) + 1_000_000
    reply = api.get(policies(seven), resourceVersion=str(version))
    assert (reply.status, reply.reason) == (504, "Timeout")
    assert reply.body["details"]["causes"][0]["reason"] == "ResourceVersionTooLarge"
    assert reply.body["details"]["retryAfterSeconds"] == 1
    assert reply.headers["Retry-After"] == "1"


@pytest.mark.parametrize(
    ("query", "status", "causes"),
    [
        ({"resourceVersion": "abc"}, 400, []),
        ({"resourceVersion": "-1"}, 400, []),
        ({"limit": "many"}, 400, []),
        ({"timeoutSeconds": "soon"}, 400, []),
        ({"labelSelector": "a in b"}, 400, []),
        ({"fieldSelector": "metadata.name>x"}, 400, []),
        ({"resourceVersionMatch": "Exact"}, 422, ["resourceVersionMatch"]),
        ({"resourceVersionMatch": "Nearly", "resourceVersion": "1"}, 422, ["resourceVersionMatch"]),
        ({"resourceVersionMatch": "Exact", "resourceVersion": "0"}, 422, ["resourceVersionMatch"]),
        ({"sendInitialEvents": "true"}, 422, ["sendInitialEvents"]),
    ],
    ids=str,
)
def test_a_query_that_makes_no_sense_is_refused(
    api: Rest, namespace: str, query: dict[str, str], status: int, causes: list[str]
) -> None:
    reply = api.get(policies(namespace), **query)
    assert (reply.status, reply.causes) == (status, causes)


def test_a_namespace_that_does_not_exist_lists_empty(api: Rest) -> None:
    assert api.get(policies("no-such-namespace")).ok()["items"] == []
    assert api.get(namespaces("no-such-namespace")).status == 404


def test_the_version_of_a_list_never_goes_back(api: Rest, namespace: str) -> None:
    seen = []
    for name in ("a", "b", "c"):
        api.post(policies(namespace), policy(name)).ok()
        seen.append(int(api.get(policies(namespace)).ok()["metadata"]["resourceVersion"]))
        api.delete(policies(namespace, name)).ok()
        seen.append(int(api.get(policies(namespace)).ok()["metadata"]["resourceVersion"]))
    assert seen == sorted(set(seen))


def test_one_object_can_be_read_at_a_minimum_version(api: Rest, namespace: str) -> None:
    stored = api.post(policies(namespace), policy("one")).ok()
    version = stored["metadata"]["resourceVersion"]
    found = api.get(policies(namespace, "one"), resourceVersion=version).ok()
    assert found["metadata"]["uid"] == stored["metadata"]["uid"]
