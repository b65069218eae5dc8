"""The three patch forms."""

import copy

import pytest

from app.demo.patch import PatchError, json_patch, merge, strategic
from tests.rest import Json

TARGET: Json = {
    "metadata": {"labels": {"a": "1", "b": "2"}, "finalizers": ["x/y"]},
    "spec": {"containers": [{"name": "c", "image": "1"}, {"name": "d", "image": "1"}], "list": [1, 2]},
}


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ({"a": "c"}, {"a": "c"}),
        ({"a": None}, {}),
        ({"a": [1]}, {"a": [1]}),
        ({"b": {"c": None}}, {"a": {"b": {"c": 1, "d": 2}}, "b": {}}),
        ({"a": {"b": {"c": 3}}}, {"a": {"b": {"c": 3, "d": 2}}}),
    ],
)
def test_merge(patch: Json, expected: Json) -> None:
    assert merge({"a": {"b": {"c": 1, "d": 2}}}, patch) == expected


def test_merge_removes_what_is_null_and_only_that() -> None:
    assert merge({"a": {"b": {"c": 1, "d": 2}}}, {"a": {"b": {"c": None}}}) == {"a": {"b": {"d": 2}}}


def test_strategic_merges_lists_by_their_key() -> None:
    found = strategic(TARGET, {"spec": {"containers": [{"name": "d", "image": "2"}, {"name": "e"}]}})
    assert found["spec"]["containers"] == [
        {"name": "c", "image": "1"},
        {"name": "d", "image": "2"},
        {"name": "e"},
    ]


def test_strategic_replaces_lists_without_a_key() -> None:
    assert strategic(TARGET, {"spec": {"list": [3]}})["spec"]["list"] == [3]


@pytest.mark.parametrize(
    ("patch", "names"),
    [
        ([{"name": "c", "$patch": "delete"}], ["d"]),
        ([{"$patch": "replace"}, {"name": "z"}], ["z"]),
    ],
)
def test_strategic_directives_in_a_list(patch: list[Json], names: list[str]) -> None:
    found = strategic(TARGET, {"spec": {"containers": patch}})
    assert [item["name"] for item in found["spec"]["containers"]] == names


def test_strategic_directives_on_objects_and_sets() -> None:
    found = strategic(TARGET, {"metadata": {"labels": {"$patch": "replace", "z": "9"}}})
    assert found["metadata"]["labels"] == {"z": "9"}
    assert strategic(TARGET, {"metadata": {"finalizers": ["p/q", "x/y"]}})["metadata"]["finalizers"] == [
        "x/y",
        "p/q",
    ]
    cut = strategic(TARGET, {"metadata": {"$deleteFromPrimitiveList/finalizers": ["x/y"]}})
    assert cut["metadata"]["finalizers"] == []


@pytest.mark.parametrize(
    ("operation", "path", "expected"),
    [
        ({"op": "add", "path": "/metadata/labels/c", "value": "3"}, ("metadata", "labels", "c"), "3"),
        ({"op": "replace", "path": "/metadata/labels/a", "value": "9"}, ("metadata", "labels", "a"), "9"),
        ({"op": "replace", "path": "/metadata/labels/new", "value": "9"}, ("metadata", "labels", "new"), "9"),
        ({"op": "add", "path": "/spec/list/-", "value": 3}, ("spec", "list"), [1, 2, 3]),
        ({"op": "add", "path": "/spec/list/0", "value": 0}, ("spec", "list"), [0, 1, 2]),
        ({"op": "replace", "path": "/spec/list/1", "value": 5}, ("spec", "list"), [1, 5]),
        ({"op": "remove", "path": "/spec/list/0"}, ("spec", "list"), [2]),
        (
            {"op": "copy", "from": "/metadata/labels/a", "path": "/metadata/labels/x"},
            ("metadata", "labels", "x"),
            "1",
        ),
        (
            {"op": "move", "from": "/metadata/labels", "path": "/metadata/annotations"},
            ("metadata", "annotations"),
            {"a": "1", "b": "2"},
        ),
        (
            {"op": "add", "path": "/metadata/labels/netgrant.dev~1x~0", "value": "1"},
            ("metadata", "labels", "netgrant.dev/x~"),
            "1",
        ),
    ],
)
def test_json_patch(operation: Json, path: tuple[str, ...], expected: object) -> None:
    found = json_patch(TARGET, [operation])
    for name in path:
        found = found[name]
    assert found == expected


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": "/metadata/labels/none"},
        {"op": "remove", "path": "/spec/list/2"},
        {"op": "test", "path": "/metadata/labels/a", "value": "2"},
        {"op": "test", "path": "/none", "value": None},
        {"op": "add", "path": "/none/x", "value": 1},
        {"op": "add", "path": "/spec/list/4", "value": 1},
        {"op": "add", "path": "no-slash", "value": 1},
        {"op": "add", "path": "/a"},
        {"op": "copy", "path": "/a"},
        {"op": "dance", "path": "/a"},
        {"path": "/a"},
        "not an operation",
    ],
)
def test_a_json_patch_that_cannot_be_applied(operation: Json) -> None:
    with pytest.raises(PatchError):
        json_patch(TARGET, [operation])


def test_no_form_touches_its_target() -> None:
    before = copy.deepcopy(TARGET)
    merge(TARGET, {"metadata": {"labels": {"a": None}}})["metadata"]["labels"]["q"] = "r"
    strategic(TARGET, {"spec": {"containers": [{"name": "c", "image": "9"}]}})
    json_patch(TARGET, [{"op": "remove", "path": "/spec/list/0"}])
    assert before == TARGET
