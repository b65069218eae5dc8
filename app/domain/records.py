"""What the registry keeps: grants as they were asked for, intents, and the events of their lives.

Law: values only. All times are aware, in UTC, by the server's clock.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

Json = dict[str, Any]


class Op(StrEnum):
    """What an intent is about to do to the cluster."""

    CREATE = "create"
    ADOPT = "adopt"
    EXTEND = "extend"
    REVOKE = "revoke"


class Outcome(StrEnum):
    """How an intent ended."""

    DONE = "done"
    FAILED = "failed"
    """The cluster refused, or the half that was made was removed again: nothing of it is left."""
    ABSENT = "absent"
    """Found open at a later start, and the cluster had nothing of it: it did not happen."""
    UNCERTAIN = "uncertain"
    """Sent, never answered, and not to be found out; the grant's timer ends it in any case."""


class Happening(StrEnum):
    """The kinds of audit row."""

    ASKED = "asked"
    GRANTED = "granted"
    ADOPTED = "adopted"
    EXTENDED = "extended"
    SHORTENED = "shortened"
    REVOKING = "revoking"
    REVOKED = "revoked"
    ENDED = "ended"
    FAILED = "failed"
    RECOVERED = "recovered"
    GAP = "gap"
    """A removal went ahead while the registry could not be written; told afterwards."""
    REPAIRED = "repaired"
    """The registry found its own append-only triggers missing and put them back."""


class Phase(StrEnum):
    """Where a recorded grant stands; the table of moves is domain/lifecycle.py's."""

    INTENDED = "intended"
    ACTIVE = "active"
    ENDING = "ending"
    ENDED = "ended"
    FAILED = "failed"


class EndCause(StrEnum):
    """Why a grant ended."""

    EXPIRED = "expired"
    REVOKED = "revoked"
    REMOVED = "removed"
    """Gone before its deadline, and not by this registry's hand."""


@dataclass(frozen=True, slots=True)
class GrantRecord:
    """One grant as the registry knows it."""

    id: str
    cluster: str
    """The API server's URL."""
    context: str
    namespaces: tuple[str, ...]
    direction: str
    target: str
    peers: str
    ports: str
    requested_by: str
    """The name the cluster gave, from SelfSubjectReview."""
    reason: str
    created_at: datetime
    deadline: datetime
    phase: Phase
    ticket: str = ""
    incident: str = ""
    ended_at: datetime | None = None
    end_cause: EndCause | None = None
    spec: Json = field(default_factory=dict)
    """What was granted: {"parts": [{"namespace", "name", "uid", "spec"}]}; the UID once it is known."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A write that is about to be made, durable before the first call."""

    id: str
    grant_id: str
    op: Op
    cluster: str
    namespaces: tuple[str, ...]
    actor: str
    at: datetime
    deadline: datetime
    detail: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One audit row to append."""

    at: datetime
    cluster: str
    grant_id: str
    happening: Happening
    actor: str
    detail: Json = field(default_factory=dict)
    """Flat JSON: reason, deadline, audit_id, … never a secret."""


@dataclass(frozen=True, slots=True)
class ChainedEntry:
    """An audit row as it stands in the chain; ``hash`` covers the row and ``previous``."""

    seq: int
    entry: Entry
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The newest link of the audit chain: 0 and 64 zeros when it is empty."""

    seq: int = 0
    hash: str = "0" * 64


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """Which audit rows are asked for; None or empty means any. Newest last."""

    grant_id: str = ""
    """Full id or its unique suffix/prefix."""
    since: datetime | None = None
    cluster: str = ""
    limit: int = 1000
    until: datetime | None = None
    """Rows before this moment."""
    happenings: tuple[Happening, ...] = ()
    """Any of these."""
    by: str = ""
    """A piece of the name of who acted, or of who asked for the grant."""
    namespace: str = ""
    """A namespace of the grant; ``*`` stands for any characters."""
    ticket: str = ""
    """A piece of the grant's ticket or incident."""
    text: tuple[str, ...] = ()
    """Each must stand in the row, or in what is known of its grant."""


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """An audit row beside the grant that it is about, as it was last known; None where it is not known."""

    item: ChainedEntry
    record: GrantRecord | None


@dataclass(frozen=True, slots=True)
class RegistryHealth:
    """What ``doctor`` says about the registry file."""

    path: str
    schema_version: int
    grants: int
    entries: int
    open_intents: int
    problems: tuple[str, ...] = ()
