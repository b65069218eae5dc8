"""The search line of the history: what it means, and what it says of a term that means nothing."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.history_query import parse_search, told
from app.domain.records import Happening, HistoryQuery
from app.domain.text import clean
from app.errors import InputError

NOW = datetime(2026, 11, 24, 10, 20, 54, tzinfo=UTC)
ZONE = timezone(timedelta(hours=1))


def parsed(text: str) -> HistoryQuery:
    return parse_search(text, NOW, ZONE)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", {}),
        ("by:alice ns:production", {"by": "alice", "namespace": "production"}),
        ("BY:alice", {"by": "alice"}),
        ('by:"Alice Smith" lag', {"by": "Alice Smith", "text": ("lag",)}),
        ('"replication lag" db', {"text": ("replication lag", "db")}),
        ("ticket:INC-482 id:600001", {"ticket": "INC-482", "grant_id": "600001"}),
        ("event:granted,Revoked", {"happenings": (Happening.GRANTED, Happening.REVOKED)}),
        ("since:7d", {"since": NOW - timedelta(days=7)}),
        ("since:2026-11-24T10:00Z", {"since": datetime(2026, 11, 24, 10, tzinfo=UTC)}),
        ("until:2026-11-24T10:00z", {"until": datetime(2026, 11, 24, 10, tzinfo=UTC)}),
        ("since:2026-11-20", {"since": datetime(2026, 11, 19, 23, tzinfo=UTC)}),
        ("since:2026-11-20T08:00", {"since": datetime(2026, 11, 20, 7, tzinfo=UTC)}),
        ("until:11:00", {"until": datetime(2026, 11, 24, 10, tzinfo=UTC)}),
        ("until:18:00", {"until": datetime(2026, 11, 23, 17, tzinfo=UTC)}),
        ("until:18:00Z", {"until": datetime(2026, 11, 23, 18, tzinfo=UTC)}),
        ("cluster:https://192.0.2.10:6443", {"cluster": "https://192.0.2.10:6443"}),
        ("https://192.0.2.10:6443", {"text": ("https://192.0.2.10:6443",)}),
        ("198.51.100.0/24", {"text": ("198.51.100.0/24",)}),
        ("5432/TCP", {"text": ("5432/TCP",)}),
    ],
)
def test_terms(text: str, meant: dict[str, object]) -> None:
    assert parsed(text) == HistoryQuery(**meant)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("who:alice", "'who:' is not a term"),
        ("by:", "by: what?"),
        ('by:""', "by: what?"),
        ("by:a by:b", "by: stands twice"),
        ("event:opened", "not a kind of event"),
        ("since:yesterday", "since:'yesterday' is not a time"),
        ("since:99:99", "not a time"),
        ("since:1d until:2d", "nothing could be found"),
        ('"half', "quote is not closed"),
        ("x" * 300, "too long"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parsed(text)


@given(st.text(max_size=60))
def test_any_line_is_read_or_refused(text: str) -> None:
    try:
        query = parsed(text)
    except InputError as error:
        assert error.message
    else:
        assert clean(told(query)) == told(query)


def test_a_search_is_told_with_its_moments() -> None:
    assert told(parsed("since:1h by:alice lag")) == 'by:alice  since:2026-11-24 09:20:54Z  "lag"'
    assert told(parsed("")) == ""
