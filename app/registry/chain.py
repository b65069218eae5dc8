"""The audit chain: each row's hash covers the row before it, so that no row can change unnoticed.

Law: pure. A link's hash is the hexadecimal SHA-256 of this text in UTF-8, with no newline at its end:

    netgrant-audit-v1 LF seq LF previous LF entry

``seq`` counts from 1, ``previous`` is the hash of the row before (64 zeros before the first) and
``entry`` is the row's canonical JSON exactly as stored; ``printf … | sha256sum`` does the same. What this
proves: later edits, deletions, insertions and reordering are found. What it cannot: someone who can write
the file may drop the newest rows or compute the whole chain anew. Both are found only against a head that
was kept elsewhere, so it is tamper-evident given one such head, never tamper-proof.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from app.domain.records import ChainHead

Link = tuple[int, str, str, str]
"""One stored row: seq, previous, hash, entry (canonical JSON)."""

MAX_FAULTS = 100
"""So many faults are told one by one; the rest are counted."""


class FaultKind(StrEnum):
    """What is wrong with a chain."""

    EDITED = "edited"
    """The row no longer has the hash that was computed over it."""
    UNLINKED = "unlinked"
    """The row does not follow from the one before it, which was rewritten, removed or slipped in."""
    MISSING = "missing"
    """Numbers are skipped: rows were deleted."""
    MISPLACED = "misplaced"
    """The number does not go up: a row was repeated or moved."""
    TRUNCATED = "truncated"
    """The chain ends before a head that was kept: its newest rows were deleted."""
    REWRITTEN = "rewritten"
    """The row under a kept head's number is another: the chain was computed anew."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong, at row ``seq``."""

    kind: FaultKind
    seq: int
    words: str
    """One line for a person."""


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a walk along the chain found."""

    rows: int
    head: ChainHead
    """The last row as stored, whatever its faults."""
    faults: tuple[Fault, ...] = ()
    """The first MAX_FAULTS, in the order of the walk."""
    fault_count: int = 0

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing was found."""
        return self.fault_count == 0


def link_hash(seq: int, previous: str, entry: str) -> str:
    """Return the hash of a row, 64 hexadecimal digits; UnicodeEncodeError on a lone surrogate."""
    return sha256(f"netgrant-audit-v1\n{seq}\n{previous}\n{entry}".encode()).hexdigest()


def verify(rows: Iterable[Link], kept: Iterable[ChainHead] = ()) -> ChainReport:
    """Walk the rows, in the order of their numbers, and compare them with heads that were kept elsewhere."""
    anchors = {head.seq: head.hash for head in kept if head.seq > 0}
    faults = _Faults()
    last = ChainHead()
    count = 0
    for seq, previous, stored, entry in rows:
        count += 1
        if seq != last.seq + 1:
            faults.add(_misnumbered(last.seq, seq))
        elif previous != last.hash:
            faults.add(_at(FaultKind.UNLINKED, seq, "does not follow from the row before it"))
        if link_hash(seq, previous, entry) != stored:
            faults.add(_at(FaultKind.EDITED, seq, "was changed after it was written"))
        anchor = anchors.pop(seq, stored)
        if anchor != stored:
            faults.add(_at(FaultKind.REWRITTEN, seq, f"is not the row of the kept head {anchor[:12]}…"))
        last = ChainHead(seq, stored)
    for seq in sorted(anchors):
        faults.add(_absent(seq, last.seq))
    return ChainReport(rows=count, head=last, faults=tuple(faults.first), fault_count=faults.count)


class _Faults:
    """The first faults, and the count of all: a rewritten file may have millions."""

    def __init__(self) -> None:
        self.first: list[Fault] = []
        self.count = 0

    def add(self, fault: Fault) -> None:
        self.count += 1
        if len(self.first) < MAX_FAULTS:
            self.first.append(fault)


def _at(kind: FaultKind, seq: int, words: str) -> Fault:
    return Fault(kind, seq, f"row {seq} {words}")


def _misnumbered(last: int, seq: int) -> Fault:
    if seq <= last:
        return _at(FaultKind.MISPLACED, seq, f"stands after row {last}")
    lost = f"row {seq - 1} is" if seq == last + 2 else f"rows {last + 1} to {seq - 1} are"
    return Fault(FaultKind.MISSING, seq, f"{lost} missing")


def _absent(seq: int, last: int) -> Fault:
    if seq > last:
        return Fault(FaultKind.TRUNCATED, seq, f"the chain ends at row {last}, a kept head names row {seq}")
    return Fault(FaultKind.MISSING, seq, f"row {seq}, which a kept head names, is missing")
