"""Durations and deadlines as people write them."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.durations import (
    FAR,
    after,
    format_duration,
    format_left,
    format_moment,
    parse_duration,
    parse_moment,
    parse_until,
    read_life,
)
from tests.domain.refusals import accepts, refusal

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
KATHMANDU = ZoneInfo("Asia/Kathmandu")
APIA = ZoneInfo("Pacific/Apia")
ZONES = st.sampled_from([UTC, BERLIN, NEW_YORK, KATHMANDU, APIA, ZoneInfo("Australia/Lord_Howe")])
MOMENTS = st.integers(946_684_800, 4_102_444_800).map(lambda second: datetime.fromtimestamp(second, UTC))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30m", 1800),
        ("1h30m", 5400),
        ("90s", 90),
        ("1.5h", 5400),
        ("2d", 172800),
        ("1w", 604800),
        (" 1 h  30 m ", 5400),
        ("30M", 1800),
        ("0h1s", 1),
        ("1.4s", 1),
        ("3650d", 3650 * 86400),
        ("007m", 420),
    ],
)
def test_durations_that_people_write(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "m",
            "30",
            "0",
            "00",
            "30x",
            "-30m",
            "+30m",
            "1e3m",
            "30m!",
            "1h-30m",
            "m30",
            "1..5h",
            ".5h",
        ),
        *("0s", "0.4s", "3651d", "99999999999w", f"{'9' * 400}m", "9" * 5000, f"1.{'9' * 5000}x"),
        *("²", "²m", "٣٠m", "３０m", "30ｍ", "½h", "Ⅻh", "nan m", "infh", "30m\n15", "30\x00m", "\ud83030m"),
        *("1_000s", "1,5h", "30 minutes", "PT30M", "01:30", "30m\u202e"),
    ],
)
def test_other_durations_are_refused_in_a_line(text: str) -> None:
    refusal(lambda: parse_duration(text))


def test_a_bare_number_is_asked_back_as_minutes() -> None:
    assert "did you mean 30m?" in refusal(lambda: parse_duration("30")).fix
    assert "did you mean" not in refusal(lambda: parse_duration("0")).fix
    assert "did you mean" not in refusal(lambda: parse_duration("9" * 5000)).fix


@given(st.integers(1, 3650 * 86400))
def test_a_written_duration_is_read_back(seconds: int) -> None:
    span = timedelta(seconds=seconds)
    assert parse_duration(format_duration(span)) == span


@given(st.text())
def test_any_text_is_a_duration_or_refused(text: str) -> None:
    if accepts(lambda: parse_duration(text)):
        assert timedelta(seconds=1) <= parse_duration(text) <= timedelta(days=3650)


def test_a_span_that_is_no_duration_is_written_as_zero() -> None:
    assert format_duration(timedelta(0)) == format_duration(timedelta(days=-1)) == "0s"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("18:00", datetime(2026, 11, 24, 17, 0, tzinfo=UTC)),
        ("until 18:00", datetime(2026, 11, 24, 17, 0, tzinfo=UTC)),
        ("UNTIL  18:00:30", datetime(2026, 11, 24, 17, 0, 30, tzinfo=UTC)),
        ("18:00Z", datetime(2026, 11, 24, 18, 0, tzinfo=UTC)),
        ("18:00 utc", datetime(2026, 11, 24, 18, 0, tzinfo=UTC)),
        ("9:05", datetime(2026, 11, 25, 8, 5, tzinfo=UTC)),
        ("13:00", datetime(2026, 11, 25, 12, 0, tzinfo=UTC)),
        ("00:00", datetime(2026, 11, 24, 23, 0, tzinfo=UTC)),
        ("2026-11-24T18:00", datetime(2026, 11, 24, 17, 0, tzinfo=UTC)),
        ("2026-11-24 18:00", datetime(2026, 11, 24, 17, 0, tzinfo=UTC)),
        ("2026-11-24T18:00Z", datetime(2026, 11, 24, 18, 0, tzinfo=UTC)),
        ("2026-11-24t18:00:00z", datetime(2026, 11, 24, 18, 0, tzinfo=UTC)),
        ("2026-11-24T18:00+05:45", datetime(2026, 11, 24, 12, 15, tzinfo=UTC)),
        ("2026-W48-2T18:00Z", datetime(2026, 11, 24, 18, 0, tzinfo=UTC)),
        ("9999-12-31T23:59:59Z", FAR),
    ],
)
def test_ends_that_people_write(text: str, expected: datetime) -> None:
    found = parse_until(text, NOW, BERLIN)
    assert found == expected
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        *("", "until", "until ", "soon", "24:00", "18:60", "18:00:60", "18", "6pm", "18.00", "18:0", ":00"),
        *(
            "2026-11-24",
            "20261124",
            "2026-W48",
            "2026-13-01T10:00",
            "2026-02-30T10:00",
            "2026-11-24T",
            "T18:00Z",
        ),
        *("٢٣:00", "１８:００", "18：00", "18:00\n19:00", "18:00 PST", "18:00+01:00"),
        *("0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "0001-01-01T00:00", "10000-01-01T00:00Z"),
        *("2020-01-01T00:00Z", "2026-11-24T12:00Z", "2026-11-24T25:00Z", "9" * 5000, "2026-11-24T18:00Zulu"),
        "2026-11-24T18:00Z\x00",
        "until 30m",
    ],
)
@pytest.mark.parametrize("zone", [None, UTC, BERLIN])
def test_other_ends_are_refused_in_a_line(text: str, zone: ZoneInfo | None) -> None:
    refusal(lambda: parse_until(text, NOW, zone))


def test_a_day_is_told_apart_from_nonsense_and_from_the_past() -> None:
    assert "day without a time" in refusal(lambda: parse_until("2026-11-25", NOW)).message
    assert (
        "is in the past: now is 2026-11-24T12:00:00Z"
        in refusal(lambda: parse_until("2026-11-24T11:59Z", NOW)).message
    )


def test_a_moment_within_the_clocks_error_is_left_to_a_better_clock() -> None:
    moment = NOW - timedelta(hours=1)
    assert parse_until(moment.isoformat(), NOW, error=timedelta(hours=2)) == moment
    refusal(lambda: parse_until(moment.isoformat(), NOW, error=timedelta(hours=1)))


@given(st.text() | st.from_regex(r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?Z?|[0-9]{4}-[0-9]{2}-[0-9]{2}T?.*"))
def test_any_text_is_a_later_moment_or_refused(text: str) -> None:
    if accepts(lambda: parse_until(text, NOW, BERLIN)):
        assert parse_until(text, NOW, BERLIN) > NOW


@given(MOMENTS, st.integers(0, 23), st.integers(0, 59), ZONES)
def test_a_clock_time_is_its_next_coming(now: datetime, hour: int, minute: int, zone: ZoneInfo) -> None:
    found = parse_until(f"{hour}:{minute:02}", now, zone)
    shown = found.astimezone(zone)
    assert now < found <= now + timedelta(hours=49)  # Apia left out a whole day
    if (shown.hour, shown.minute) != (hour, minute):
        # Nobody's clock shows it: skipped on that day, so it is as far after the gap as it was asked.
        earlier = found - timedelta(hours=25)
        assert earlier.astimezone(zone).utcoffset() != shown.utcoffset()
        return
    # No earlier minute after now shows the same time of day.
    step = found - timedelta(minutes=1)
    while step > now:
        back = step.astimezone(zone)
        assert (back.hour, back.minute) != (hour, minute)
        step -= timedelta(minutes=30) if back.minute == minute else timedelta(minutes=1)


@pytest.mark.parametrize(
    ("zone", "now", "text", "expected"),
    [
        # Put forward on 8 March 2026: 02:30 is not on the clock, and comes as long after as it was asked.
        (NEW_YORK, "2026-03-08T06:45Z", "02:30", "2026-03-08T07:30Z"),
        (NEW_YORK, "2026-03-08T06:45Z", "03:15", "2026-03-08T07:15Z"),
        (NEW_YORK, "2026-03-07T20:00Z", "02:30", "2026-03-08T07:30Z"),
        # Put back on 1 November 2026: 01:30 comes twice, at 05:30Z and at 06:30Z.
        (NEW_YORK, "2026-11-01T05:15Z", "01:30", "2026-11-01T05:30Z"),
        (NEW_YORK, "2026-11-01T05:45Z", "01:30", "2026-11-01T06:30Z"),
        (NEW_YORK, "2026-11-01T06:15Z", "01:30", "2026-11-01T06:30Z"),
        (NEW_YORK, "2026-11-01T06:45Z", "01:30", "2026-11-02T06:30Z"),
        (NEW_YORK, "2026-11-01T06:45Z", "00:30", "2026-11-02T05:30Z"),
        (BERLIN, "2026-10-25T00:15Z", "02:30", "2026-10-25T00:30Z"),
        (BERLIN, "2026-10-25T00:45Z", "02:30", "2026-10-25T01:30Z"),
        (BERLIN, "2026-03-28T23:00Z", "18:00", "2026-03-29T16:00Z"),
        # Midnight wraps, in the zone's day and not in UTC's.
        (KATHMANDU, "2026-11-24T18:10Z", "00:00", "2026-11-24T18:15Z"),
        (KATHMANDU, "2026-11-24T18:15Z", "00:00", "2026-11-25T18:15Z"),
        (UTC, "2026-12-31T23:59:59Z", "00:00", "2027-01-01T00:00Z"),
        (UTC, "2028-02-28T23:50Z", "00:30", "2028-02-29T00:30Z"),
        # Samoa had no 30 December 2011.
        (APIA, "2011-12-30T09:59Z", "23:58", "2011-12-31T09:58Z"),
    ],
)
def test_clock_changes_and_midnight(zone: ZoneInfo, now: str, text: str, expected: str) -> None:
    assert parse_until(text, datetime.fromisoformat(now), zone) == datetime.fromisoformat(expected)


def test_the_end_of_time_is_no_crash() -> None:
    refusal(lambda: parse_until("00:30", FAR, UTC))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30m", NOW + timedelta(minutes=30)),
        ("18:00Z", NOW + timedelta(hours=6)),
        (" until 2026-11-24T12:30Z", NOW + timedelta(minutes=30)),
        (" +15m ", NOW + timedelta(minutes=15)),
    ],
)
def test_a_deadline_takes_either_form(text: str, expected: datetime) -> None:
    assert read_life(text, NOW, UTC).end(NOW) == expected


@pytest.mark.parametrize("text", ["", "until", "until 30m", "untilx 30m", "30", "2026-11-25", ":"])
def test_other_deadlines_are_refused_in_a_line(text: str) -> None:
    refusal(lambda: read_life(text, NOW, UTC).end(NOW))


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (1634, "27:14"),
        (3909, "1:05:09"),
        (59.9, "00:59"),
        (0, "00:00"),
        (-0.5, "+00:00"),
        (-12, "+00:12"),
        (-3600, "+1:00:00"),
        (90000, "25:00:00"),
    ],
)
def test_a_countdown(seconds: float, expected: str) -> None:
    assert format_left(timedelta(seconds=seconds)) == expected


@given(st.datetimes(timezones=ZONES))
def test_a_written_moment_is_read_back(moment: datetime) -> None:
    text = format_moment(moment)
    assert len(text) == 20
    found = parse_moment(text)
    assert found is not None
    if datetime(2, 1, 1, tzinfo=UTC) < moment < datetime(9999, 1, 1, tzinfo=UTC):
        assert found == moment.astimezone(UTC).replace(microsecond=0)


def test_a_moment_outside_of_the_calendar_is_still_written() -> None:
    east = timezone(timedelta(hours=14))
    assert format_moment(datetime(1, 1, 1, tzinfo=east)) == "0001-01-01T00:00:00Z"


@given(st.text())
def test_no_annotation_breaks_the_reading_of_a_moment(text: str) -> None:
    found = parse_moment(text)
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        *("", "tomorrow", "2026-11-24", "2026-11-24T18:00", "18:00Z", "0001-01-01T00:00:00+14:00"),
        *("9999-12-31T23:59:59-14:00", "2026-11-24T18:00:00Z[UTC]", "1764007200", "2026-11-24T18:00:00Z\x00"),
    ],
)
def test_a_moment_that_cannot_be_read_is_none(text: str) -> None:
    assert parse_moment(text) is None


def test_seconds_beyond_the_calendar_end_with_it() -> None:
    assert after(NOW, 60) == NOW + timedelta(minutes=1)
    assert after(NOW, 2**63 - 1) == after(NOW, 10**30) == after(FAR, 1) == FAR
    assert after(NOW, -(2**63)) == after(NOW, -1) == NOW
