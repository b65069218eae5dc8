"""Turn what the stores hold into grant rows, and tell what changed between two looks.

Law: pure; the countdown is no change, a state that time brought about is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.grant import join
from app.domain.manifest import GRANT_LABEL
from app.domain.objects import Job, NetworkPolicy
from app.domain.view import GrantRow, row_of


class Change(StrEnum):
    """What happened to a row."""

    STANDS = "stands"
    CHANGED = "changed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row that appeared, changed, or ended (then as it was last)."""

    change: Change
    row: GrantRow
    before: GrantRow | None = field(default=None, compare=False)
    """As it was, where it stood already."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What to project: the objects, and how they are to be read."""

    policies: tuple[NetworkPolicy, ...]
    jobs: tuple[Job, ...]
    jobs_readable: bool
    context: str
    expiring: timedelta
    trouble: str = ""
    """Why this may be out of date or incomplete; empty while all is well."""


def project(scene: Scene, now: datetime) -> dict[str, GrantRow]:
    """Return the rows by grant id, by server time ``now``.

    Jobs of grants none of whose policies is held are left out: a label selector may have passed them over.
    """
    shown = {(policy.metadata.labels or {}).get(GRANT_LABEL) for policy in scene.policies}
    jobs = [job for job in scene.jobs if (job.metadata.labels or {}).get(GRANT_LABEL) in shown]
    grants = join(scene.policies, jobs, scene.jobs_readable)
    return {grant.id: row_of(grant, now, scene.context, scene.expiring) for grant in grants}


def is_same(one: GrantRow, other: GrantRow) -> bool:
    """Tell whether nothing but the countdown differs."""
    return replace(one, left=None) == replace(other, left=None)


def changes(before: Mapping[str, GrantRow], after: Mapping[str, GrantRow]) -> Iterable[RowChange]:
    """Yield what differs: ends first, then what appeared or changed, each in id order."""
    for grant_id in sorted(before.keys() - after.keys()):
        yield RowChange(Change.ENDED, before[grant_id], before[grant_id])
    for grant_id, row in sorted(after.items()):
        known = before.get(grant_id)
        if known is None:
            yield RowChange(Change.STANDS, row)
        elif not is_same(known, row):
            yield RowChange(Change.CHANGED, row, known)
