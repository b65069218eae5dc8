"""Durations and deadlines as people write them: ``30m``, ``1h30m``, ``until 18:00``.

Law: pure; ``now`` and the zone are arguments. Results are timedeltas, or aware datetimes in UTC.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from app.domain.text import quote
from app.errors import InputError

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_PIECE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([smhdw])")
_WHOLE = re.compile(rf"(?:{_PIECE.pattern}\s*)+")
_BARE = re.compile(r"0*[1-9][0-9]{0,5}")
_CLOCK = re.compile(
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?\s*(?P<utc>Z|UTC)?", re.I
)
_DAY = re.compile(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}|[0-9]{4}-?W[0-9]{2}(-?[1-7])?", re.I)
_LONGEST = timedelta(days=3650)
EXAMPLES = "30m, 1h30m, 90s, 'until 18:00', 'until 2026-11-24T18:00Z'"
FAR = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""The last moment that can be told: what lies beyond it counts as this."""


def parse_duration(text: str) -> timedelta:
    """Read ``30m``, ``1h30m``, ``1.5h``, ``2d``; units s, m, h, d, w.

    Raises:
        InputError: no unit, unknown unit, zero, negative, or more than ten years.
    """
    word = text.strip().lower()
    if not _WHOLE.fullmatch(word):
        guess = f"did you mean {word}m? " if _BARE.fullmatch(word) else ""
        raise InputError(f"{quote(text)} is not a duration", fix=f"{guess}write for example {EXAMPLES}")
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in _PIECE.findall(word))
    if not 1 <= seconds <= _LONGEST.total_seconds():
        raise InputError(
            f"{quote(text)} is out of range: from 1s to 10 years", fix=f"write for example {EXAMPLES}"
        )
    return timedelta(seconds=round(seconds))


def _local_to_utc(moment: datetime, zone: tzinfo | None) -> datetime:
    # A naive moment means the zone's wall clock; None is this machine's zone, daylight saving and all.
    return (moment.replace(tzinfo=zone) if zone else moment).astimezone(UTC)


def _from_iso(text: str) -> datetime:
    if not text.isprintable():  # the standard library passes over a NUL at the end
        raise ValueError
    return datetime.fromisoformat(text)


def _comings(wall: datetime, zone: tzinfo | None) -> tuple[datetime, datetime]:
    """Return when the clock shows ``wall``: twice where it is put back; else both moments are the same."""
    first = _local_to_utc(wall.replace(fold=0), zone)
    return first, max(first, _local_to_utc(wall.replace(fold=1), zone))


def _next_clock_time(found: re.Match[str], now: datetime, zone: tzinfo | None) -> datetime:
    zone = UTC if found["utc"] else zone
    wanted = now.astimezone(zone).replace(
        hour=int(found["hour"]),
        minute=int(found["minute"]),
        second=int(found["second"] or 0),
        microsecond=0,
        tzinfo=None,
    )
    # 00:30 asked at 23:50 means tomorrow; the cap on grants catches an hour that was simply mistaken.
    comings = (*_comings(wanted, zone), *_comings(wanted + timedelta(days=1), zone))
    return next(moment for moment in comings if moment > now)


def parse_until(
    text: str, now: datetime, zone: tzinfo | None = None, *, error: timedelta = timedelta()
) -> datetime:
    """Read ``18:00`` (its next coming, in ``zone``), ``18:00Z`` or an ISO 8601 moment; return it in UTC.

    Args:
        text: what was written, with or without a leading ``until``.
        now: aware current time.
        zone: whose wall clock a moment without offset means; None is this machine's.
        error: how wrong ``now`` may be; a moment within it is left to a better clock to judge.

    Raises:
        InputError: not a time, or in the past.
    """
    word = re.sub(r"^until\s+", "", text.strip(), flags=re.I).upper()
    fix = f"write for example {EXAMPLES}"
    if _DAY.fullmatch(word):
        raise InputError(f"{quote(text)} is a day without a time", fix=fix)
    try:
        if found := _CLOCK.fullmatch(word):
            return _next_clock_time(found, now, zone)
        moment = _from_iso(word)
        moment = moment.astimezone(UTC) if moment.tzinfo else _local_to_utc(moment, zone)
    except (ValueError, OverflowError) as bad:
        raise InputError(f"{quote(text)} is not a time", fix=fix) from bad
    if moment <= now - error:
        raise InputError(f"{quote(text)} is in the past: now is {format_moment(now)}", fix=fix)
    return moment


@dataclass(frozen=True, slots=True)
class Life:
    """How long something lasts, in one of two ways."""

    ttl: timedelta | None = None
    until: datetime | None = None

    def end(self, start: datetime) -> datetime:
        """Return when what begins at ``start`` ends; at most ``FAR``."""
        if self.until is not None:
            return self.until
        return after(start, round((self.ttl or timedelta()).total_seconds()))


def read_life(
    text: str, now: datetime, zone: tzinfo | None = None, *, error: timedelta = timedelta()
) -> Life:
    """Read either form: a duration, with or without ``+``, or a moment with or without ``until``.

    Raises:
        InputError: neither can be read; arguments as for ``parse_until``.
    """
    if re.match(r"\s*until\b", text, re.I) or ":" in text:
        return Life(until=parse_until(text, now, zone, error=error))
    return Life(ttl=parse_duration(text.strip().removeprefix("+")))


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
    try:
        found = moment.astimezone(UTC)
    except OverflowError:  # by its offset it lies before the year 1 or after 9999
        found = moment.replace(tzinfo=UTC)
    return found.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def parse_moment(text: str) -> datetime | None:
    """Read an RFC 3339 moment from an annotation; None where it cannot be read or has no offset."""
    try:
        moment = _from_iso(text.strip())
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def after(moment: datetime, seconds: int) -> datetime:
    """Return ``moment`` plus ``seconds`` (negative counts as 0), at most ``FAR``."""
    try:
        return min(moment + timedelta(seconds=max(seconds, 0)), FAR)
    except OverflowError:
        return FAR
