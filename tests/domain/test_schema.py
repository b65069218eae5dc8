"""Decoding JSON against a shape: what is kept, what is dropped, what cannot be read."""

from typing import Any

import pytest

from app.domain.schema import Always, ListOf, MapOf, Pointer, Scalar, Struct, decode

INNER = Struct("Inner", {"name": Always(Scalar.STRING), "count": Scalar.INT32})
SHAPE = Struct(
    "Outer",
    {
        "text": Scalar.STRING,
        "small": Pointer(Scalar.INT32),
        "flag": Scalar.BOOL,
        "either": Pointer(Scalar.INT_OR_STRING),
        "when": Scalar.TIME,
        "exactly": Pointer(Scalar.MICRO_TIME),
        "memory": Scalar.QUANTITY,
        "labels": MapOf(Scalar.STRING),
        "inners": ListOf(INNER),
        "inner": INNER,
        "maybe": Pointer(INNER),
        "anything": Scalar.ANY,
    },
)
EMPTY = {"inner": {"name": ""}}


def kept(document: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    found = decode(document, SHAPE)
    assert found.error is None
    return found.value


@pytest.mark.parametrize(
    "document",
    [{}, {"text": ""}, {"text": None}, {"flag": False}, {"labels": {}}, {"inners": []}, {"inner": None}],
)
def test_what_is_empty_is_dropped_as_omitempty_drops_it(document: dict[str, Any]) -> None:
    assert kept(document) == EMPTY


@pytest.mark.parametrize("document", [{"small": 0}, {"either": 0}, {"either": ""}])
def test_behind_a_pointer_zero_means_something(document: dict[str, Any]) -> None:
    assert kept(document) == {**EMPTY, **document}


def test_an_empty_struct_behind_a_pointer_is_kept_with_its_own_fields() -> None:
    assert kept({"maybe": {}}) == {**EMPTY, "maybe": {"name": ""}}


def test_null_items_become_zeros() -> None:
    assert kept({"labels": {"a": None}, "inners": [None]}) == {
        **EMPTY,
        "labels": {"a": ""},
        "inners": [{"name": ""}],
    }


def test_unknown_fields_are_dropped_and_named_with_their_indexes() -> None:
    found = decode({"odd": 1, "inners": [{}, {"odd": 2}], "maybe": {"odd": 3}}, SHAPE)
    assert found.unknown == ("odd", "inners[1].odd", "maybe.odd")
    assert "odd" not in found.value


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"text": 1}, "cannot unmarshal number into Go struct field Outer.text of type string"),
        ({"small": "1"}, "cannot unmarshal string into Go struct field Outer.small of type int32"),
        ({"small": 1.0}, "cannot unmarshal number 1.0 into Go struct field Outer.small of type int32"),
        ({"small": True}, "cannot unmarshal bool into Go struct field Outer.small of type int32"),
        ({"small": 2**31}, "cannot unmarshal number 2147483648 into Go struct field Outer.small"),
        ({"either": True}, "cannot unmarshal bool into Go struct field Outer.either of type int32"),
        (
            {"labels": []},
            "cannot unmarshal array into Go struct field Outer.labels of type map[string]string",
        ),
        ({"inners": {}}, "cannot unmarshal object into Go struct field Outer.inners of type []v1.Inner"),
        ({"inners": [{"count": "x"}]}, "into Go struct field Inner.inners.count of type int32"),
        ({"when": "yesterday"}, 'parsing time "yesterday"'),
        ({"when": "2026-01-01T00:00:00"}, 'parsing time "2026-01-01T00:00:00"'),
        ({"exactly": "2026-01-01T00:00:00Z"}, 'as "2006-01-02T15:04:05.000000Z07:00"'),
        ({"memory": "many"}, "quantities must match the regular expression"),
    ],
)
def test_a_value_of_the_wrong_type(document: dict[str, Any], message: str) -> None:
    error = decode(document, SHAPE).error
    assert error is not None
    assert message in str(error)


def test_the_first_error_is_the_one_that_is_told() -> None:
    error = decode({"text": 1, "flag": "x"}, SHAPE).error
    assert error is not None
    assert error.path == "text"


def test_times_are_written_back_in_utc() -> None:
    found = kept({"when": "2026-01-01T01:00:00.9+01:00", "exactly": "2026-01-01T00:00:00.123456Z"})
    assert found["when"] == "2026-01-01T00:00:00Z"
    assert found["exactly"] == "2026-01-01T00:00:00.123456Z"


def test_the_document_itself_is_left_alone() -> None:
    document = {"inners": [{"odd": 1}], "text": ""}
    decode(document, SHAPE)
    assert document == {"inners": [{"odd": 1}], "text": ""}
