"""Durations and deadlines as people write them: ``30m``, ``1h30m``, ``until 18:00``.

Law: pure; ``now`` and the zone are arguments. Results are timedeltas, or aware datetimes in UTC.
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo

from app.errors import InputError

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_PIECE = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])")
_WHOLE = re.compile(rf"(?:{_PIECE.pattern}\s*)+")
_CLOCK = re.compile(r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?\s*(?P<utc>Z|UTC)?", re.I)
_LONGEST = timedelta(days=3650)
EXAMPLES = "30m, 1h30m, 90s, 'until 18:00', 'until 2026-11-24T18:00Z'"


def parse_duration(text: str) -> timedelta:
    """Read ``30m``, ``1h30m``, ``1.5h``, ``2d``; units s, m, h, d, w.

    Raises:
        InputError: no unit, unknown unit, zero, negative, or more than ten years.
    """
    word = text.strip().lower()
    if not _WHOLE.fullmatch(word):
        guess = f"did you mean {word}m? " if word.isdigit() and int(word) else ""
        raise InputError(f"{text!r} is not a duration", fix=f"{guess}write for example {EXAMPLES}")
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in _PIECE.findall(word))
    if not 1 <= seconds <= _LONGEST.total_seconds():
        raise InputError(
            f"{text!r} is out of range: from 1s to 10 years", fix=f"write for example {EXAMPLES}"
        )
    return timedelta(seconds=round(seconds))


def _local_to_utc(moment: datetime, zone: tzinfo | None) -> datetime:
    # A naive moment means the zone's wall clock; None is this machine's zone, daylight saving and all.
    return (moment.replace(tzinfo=zone) if zone else moment).astimezone(UTC)


def _next_clock_time(found: re.Match[str], now: datetime, zone: tzinfo | None) -> datetime:
    zone = UTC if found["utc"] else zone
    today = now.astimezone(zone)
    wanted = today.replace(
        hour=int(found["hour"]),
        minute=int(found["minute"]),
        second=int(found["second"] or 0),
        microsecond=0,
        tzinfo=None,
    )
    moment = _local_to_utc(wanted, zone)
    # 00:30 asked at 23:50 means tomorrow; the cap on grants catches an hour that was simply mistaken.
    return moment if moment > now else _local_to_utc(wanted + timedelta(days=1), zone)


def parse_until(text: str, now: datetime, zone: tzinfo | None = None) -> datetime:
    """Read ``18:00`` (its next coming, in ``zone``), ``18:00Z`` or an ISO 8601 moment; return it in UTC.

    Args:
        text: what was written, with or without a leading ``until``.
        now: aware current time.
        zone: whose wall clock a moment without offset means; None is this machine's.

    Raises:
        InputError: not a time, or in the past.
    """
    word = re.sub(r"^until\s+", "", text.strip(), flags=re.I)
    fix = f"write for example {EXAMPLES}"
    try:
        if found := _CLOCK.fullmatch(word):
            return _next_clock_time(found, now, zone)
        moment = datetime.fromisoformat(word)
        if not re.search(r"[T ]\d", word):
            raise InputError(f"{text!r} is a day without a time", fix=fix)
    except (ValueError, OverflowError) as error:
        raise InputError(f"{text!r} is not a time", fix=fix) from error
    moment = moment.astimezone(UTC) if moment.tzinfo else _local_to_utc(moment, zone)
    if moment <= now:
        raise InputError(f"{text!r} is in the past: now is {format_moment(now)}", fix=fix)
    return moment


def parse_deadline(text: str, now: datetime, zone: tzinfo | None = None) -> datetime:
    """Read either form: a duration from ``now``, or a moment with or without ``until``.

    Raises:
        InputError: neither can be read.
    """
    if re.match(r"\s*until\b", text, re.I) or ":" in text:
        return parse_until(text, now, zone)
    return now + parse_duration(text)


def format_duration(span: timedelta) -> str:
    """Write a duration so that ``parse_duration`` reads it back: ``1h30m``, ``20s``, ``2d3h``."""
    seconds = max(0, round(span.total_seconds()))
    pieces = []
    for unit in ("d", "h", "m", "s"):
        count, seconds = divmod(seconds, _SECONDS[unit])
        if count:
            pieces.append(f"{count}{unit}")
    return "".join(pieces) or "0s"


def format_left(span: timedelta) -> str:
    """Write a countdown: ``27:14``, ``1:05:09``, and ``+00:12`` for twelve seconds overdue."""
    seconds = int(span.total_seconds() // 1)
    late = seconds < 0
    hours, rest = divmod(-int(span.total_seconds()) if late else seconds, 3600)
    clock = f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60:02}:{rest % 60:02}"
    return f"+{clock}" if late else clock


def format_moment(moment: datetime) -> str:
    """Write a moment as RFC 3339 in UTC, to the second: ``2026-11-24T18:00:00Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_moment(text: str) -> datetime | None:
    """Read an RFC 3339 moment from an annotation; None where it cannot be read or has no offset."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None
