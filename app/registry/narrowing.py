"""The terms of a question to the audit rows, as SQL.

Law: pure; values go in as parameters. The cheap terms stand first, for SQLite asks them in this order, and a
search begins at the newest row and stops at the limit.
"""

import json
from collections.abc import Iterator

from app.domain.records import HistoryQuery
from app.registry.codec import stamp
from app.registry.redaction import redact

GRANT = "json_extract(entry, '$.grant_id')"
_CLUSTER, _AT, _HAPPENING, _ACTOR = (
    f"json_extract(entry, '$.{name}')" for name in ("cluster", "at", "happening", "actor")
)
_OF_GRANT = f"EXISTS (SELECT 1 FROM grants WHERE grants.id = {GRANT} AND {{}})"
_LIKE = "LIKE ? ESCAPE '\\'"
_TOLD = ("context", "namespaces", "target", "peers", "ports", "requested_by", "reason", "ticket", "incident")
"""What is known of a grant that a free text may stand in."""
_NAMESPACE = "EXISTS (SELECT 1 FROM json_each(grants.namespaces) WHERE json_each.value GLOB ?)"

_Term = tuple[str, tuple[str, ...]]


def narrowed(query: HistoryQuery, full_id: str) -> tuple[str, list[str]]:
    """Return the condition and its values.

    Args:
        query: what is asked for.
        full_id: the grant's full id, empty for any.
    """
    terms = [*_plain(query, full_id), *_joined(query), *(_free(text) for text in query.text)]
    return " AND ".join(term for term, _ in terms) or "1", [value for _, own in terms for value in own]


def _plain(query: HistoryQuery, full_id: str) -> Iterator[_Term]:
    if full_id:
        yield f"{GRANT} = ?", (full_id,)
    if query.cluster:
        yield f"{_CLUSTER} = ?", (redact(query.cluster),)
    if query.since is not None:
        yield f"{_AT} >= ?", (stamp(query.since),)
    if query.until is not None:
        yield f"{_AT} < ?", (stamp(query.until),)
    if query.happenings:
        marks = ", ".join("?" for _ in query.happenings)
        yield f"{_HAPPENING} IN ({marks})", tuple(map(str, query.happenings))


def _joined(query: HistoryQuery) -> Iterator[_Term]:
    if query.by:
        name = _piece(query.by)
        yield f"({_ACTOR} {_LIKE} OR {_OF_GRANT.format(f'requested_by {_LIKE}')})", (name, name)
    if query.namespace:
        yield _OF_GRANT.format(_NAMESPACE), (_glob(query.namespace),)
    if query.ticket:
        ticket = _piece(query.ticket)
        yield _OF_GRANT.format(f"(ticket {_LIKE} OR incident {_LIKE})"), (ticket, ticket)


def _free(text: str) -> _Term:
    """Return the term for a text anywhere: a row whose JSON does not even hold it needs no closer look."""
    piece = _piece(text)
    raw = _piece(json.dumps(text, ensure_ascii=False)[1:-1])
    within = f"(entry {_LIKE} AND EXISTS (SELECT 1 FROM json_tree(entry) WHERE atom {_LIKE}))"
    known = _OF_GRANT.format(f"({' OR '.join(f'{name} {_LIKE}' for name in _TOLD)})")
    return f"({within} OR {known})", (raw, piece, *(piece for _ in _TOLD))


def _piece(text: str) -> str:
    """Return the LIKE pattern for "holds this text"."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _glob(text: str) -> str:
    """Return the GLOB pattern in which only ``*`` is special."""
    return "".join(f"[{char}]" if char in "?[" else char for char in text)
