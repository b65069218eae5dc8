"""What is typed into the search line of the history: terms with a name, and words that may stand anywhere.

Law: pure; ``now`` is an argument. A term that cannot be read is an error that names it: a search that passes
over a term would answer another question.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from app.domain.durations import parse_duration, parse_moment, parse_until
from app.domain.records import Happening, HistoryQuery
from app.domain.text import clean, quote
from app.errors import InputError

EXAMPLE = "by:alice ns:prod ticket:INC-4 event:granted since:7d until:18:00 text"
_WORD = re.compile(r'(?P<name>[A-Za-z]+):(?P<value>"[^"]*"|\S*)|(?P<text>"[^"]*"|\S+)')
_LONGEST = 200


def parse_search(text: str, now: datetime, zone: tzinfo | None = None, limit: int = 1000) -> HistoryQuery:
    """Read the line.

    Args:
        text: ``by:NAME ns:NAMESPACE ticket:TEXT id:PART event:KIND,… cluster:URL since:TIME until:TIME`` in
            any order, and free words; blanks stand within double quotes. TIME is a duration back from now, a
            moment, or a time of day, which means its last coming.
        now: the moment that a duration is counted from.
        zone: whose wall clock a moment without offset means; None is this machine's.
        limit: how many rows are wanted.

    Raises:
        InputError: a term is unknown, empty, stands twice, or has a value that cannot be read.
    """
    query = HistoryQuery(limit=limit)
    seen: set[str] = set()
    for name, value in _terms(text):
        if not name:
            query = replace(query, text=(*query.text, value))
            continue
        if name in seen:
            raise InputError(f"{name}: stands twice", fix="leave one out")
        seen.add(name)
        query = _with(query, name, value, _Clock(now, zone))
    if query.since and query.until and query.since >= query.until:
        raise InputError("since: is not before until:, so nothing could be found", fix="turn them round")
    return query


def _terms(text: str) -> Iterator[tuple[str, str]]:
    if text.count('"') % 2:
        raise InputError("a double quote is not closed", fix=f"for example {EXAMPLE}")
    for found in _WORD.finditer(text):
        name = (found["name"] or "").lower()
        value = (found["text"] or found["value"] or "").strip('"')
        if not found["text"] and name not in _READERS:
            if f"{name}:{value}".startswith(("http:", "https:")):
                name, value = "", found.group()
            else:
                raise InputError(
                    f"{quote(name + ':')} is not a term",
                    fix=f"terms are {', '.join(f'{n}:' for n in _READERS)}",
                )
        if name and not value:
            raise InputError(f"{name}: what?", fix=f"for example {EXAMPLE}")
        if len(value) > _LONGEST:
            raise InputError(f"{quote(value)} is too long to look for", fix="look for a piece of it")
        if value:
            yield name, value


class _Clock:
    """What a time that is written means."""

    def __init__(self, now: datetime, zone: tzinfo | None) -> None:
        self.now = now
        self._zone = zone

    def moment(self, name: str, text: str) -> datetime:
        """Read a duration back, a moment, or a time of day in the past.

        Raises:
            InputError: none of these.
        """
        if (moment := parse_moment(text.upper())) is not None:
            return moment
        try:
            return self.now - parse_duration(text)
        except InputError:
            pass
        except OverflowError as error:
            raise InputError(f"{name}:{quote(text)} is too long ago") from error
        try:
            return self._coming(text)
        except InputError as error:
            raise InputError(
                f"{name}:{quote(text)} is not a time",
                fix="write 7d, 12h, 18:00, 18:00Z, 2026-11-24 or 2026-11-24T10:00Z",
            ) from error

    def _coming(self, text: str) -> datetime:
        """Return the last coming of a time of day, or what a day or moment without an offset means."""
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            text = f"{text}T00:00"
        # ``parse_until`` looks forward: from far enough back, a moment is not in its past.
        if "T" in text.upper():
            return parse_until(
                text, datetime.min.replace(tzinfo=self.now.tzinfo) + timedelta(days=2), self._zone
            )
        found = parse_until(text, self.now - timedelta(days=1), self._zone)
        return found if found <= self.now else found - timedelta(days=1)


def _happenings(value: str) -> tuple[Happening, ...]:
    try:
        return tuple(Happening(word.strip().lower()) for word in value.split(",") if word.strip())
    except ValueError as error:
        raise InputError(
            f"event:{quote(value)} is not a kind of event", fix=f"kinds are {', '.join(Happening)}"
        ) from error


_Reader = Callable[[HistoryQuery, str, _Clock], HistoryQuery]
_READERS: dict[str, _Reader] = {
    "by": lambda query, value, clock: replace(query, by=value),
    "ns": lambda query, value, clock: replace(query, namespace=value),
    "ticket": lambda query, value, clock: replace(query, ticket=value),
    "id": lambda query, value, clock: replace(query, grant_id=value),
    "event": lambda query, value, clock: replace(query, happenings=_happenings(value)),
    "cluster": lambda query, value, clock: replace(query, cluster=value),
    "since": lambda query, value, clock: replace(query, since=clock.moment("since", value)),
    "until": lambda query, value, clock: replace(query, until=clock.moment("until", value)),
}


def _with(query: HistoryQuery, name: str, value: str, clock: _Clock) -> HistoryQuery:
    return _READERS[name](query, value, clock)


def told(query: HistoryQuery) -> str:
    """Return what is looked for in words, each time as a moment; empty where nothing narrows the search."""
    terms = (
        ("by", query.by),
        ("ns", query.namespace),
        ("ticket", query.ticket),
        ("id", query.grant_id),
        ("event", ",".join(query.happenings)),
        ("since", "" if query.since is None else f"{query.since:%Y-%m-%d %H:%M:%SZ}"),
        ("until", "" if query.until is None else f"{query.until:%Y-%m-%d %H:%M:%SZ}"),
    )
    found = [f"{name}:{clean(value)}" for name, value in terms if value]
    return "  ".join([*found, *(f'"{clean(text)}"' for text in query.text)])
