import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given

from app.domain.records import Json
from app.errors import RegistryError
from app.registry.codec import canonical, decode_object, decode_parts, decoding, stamp, unstamp
from tests.registry import samples


def test_times_are_utc_text_of_one_width() -> None:
    kathmandu = timezone(timedelta(hours=5, minutes=45))

    assert stamp(datetime(2026, 11, 24, 23, 45, tzinfo=kathmandu)) == "2026-11-24T18:00:00.000000Z"
    assert stamp(datetime(7, 1, 2, 3, 4, 5, 6, tzinfo=UTC)) == "0007-01-02T03:04:05.000006Z"


@given(samples.times, samples.times)
def test_times_come_back_and_sort_as_their_text(one: datetime, other: datetime) -> None:
    assert unstamp(stamp(one)) == one
    assert unstamp(stamp(one)).tzinfo is UTC
    assert (stamp(one) < stamp(other)) == (one < other)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(RegistryError, match="no time zone"):
        stamp(datetime(2026, 11, 24))  # noqa: DTZ001 (the point of the test)


def test_a_stored_time_without_a_zone_is_no_time() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        unstamp("2026-11-24T10:00:00")


def test_canonical_json_has_sorted_keys_no_blanks_and_plain_utf8() -> None:
    assert canonical({"b": [1, 2.5, None, True], "a": "zoë"}) == '{"a":"zoë","b":[1,2.5,null,true]}'


@given(samples.objects)
def test_canonical_json_reads_back_and_does_not_depend_on_the_order_of_keys(value: Json) -> None:
    shuffled = dict(reversed(value.items()))

    assert canonical(shuffled) == canonical(value)
    assert decode_object(canonical(value)) == value == json.loads(canonical(value))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, b"bytes", object()])
def test_what_json_has_no_word_for_is_refused(value: object) -> None:
    with pytest.raises(RegistryError, match="cannot be written as JSON"):
        canonical({"detail": value})


@pytest.mark.parametrize("parts", ["7", '["x"]', '[{"name": "x"}]', "[null]"])
def test_parts_without_a_place_are_no_row_of_ours(parts: str) -> None:
    with pytest.raises(RegistryError, match="does not read as netgrant writes it"), decoding("grant 01X"):
        decode_parts(f'{{"parts": {parts}}}')


def test_a_row_that_does_not_decode_is_named() -> None:
    with (
        pytest.raises(RegistryError, match="audit row 7 in the registry does not read"),
        decoding("audit row 7"),
    ):
        decode_object("[1]")
