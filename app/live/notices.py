"""Put alerts into words: one sentence each, or one for many of a kind.

Law: pure; what stands in the sentences came from a cluster already cleaned, and is no markup.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.domain.durations import format_duration, format_left
from app.domain.text import clean
from app.domain.view import GrantRow
from app.live.alerts import Alert, AlertKind, is_on_time

_NAMED = 3
"""How many grants one sentence names."""
_LONGEST = 60
"""Characters of a name; a selector may be as long as an enemy likes, and would cover the screen."""
_ALONE = 2
"""How many of a kind get a sentence each."""
URGENT = (AlertKind.OVERDUE, AlertKind.DRIFTED)
_QUIET = (AlertKind.REMOVED, AlertKind.LINK_BACK)

Told = tuple[str, Alert]
"""An alert with the name of its cluster."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What is shown, and how loudly."""

    text: str
    kind: AlertKind

    @property
    def is_urgent(self) -> bool:
        """Tell whether somebody has to do something."""
        return self.kind in URGENT

    @property
    def rings(self) -> bool:
        """Tell whether it is worth a bell."""
        return self.kind not in _QUIET


def notices(alerts: Iterable[Told], clusters: int = 1) -> list[Notice]:
    """Return the sentences, the most urgent first.

    Args:
        alerts: what is to be told.
        clusters: how many are shown; of more than one, each sentence says which it means.
    """
    grouped: dict[tuple[AlertKind, timedelta], list[Told]] = {}
    for told in alerts:
        grouped.setdefault((told[1].kind, told[1].threshold), []).append(told)
    order = list(AlertKind)
    found = []
    for kind, threshold in sorted(grouped, key=lambda group: (order.index(group[0]), group[1])):
        group = grouped[kind, threshold]
        found += [Notice(text, kind) for text in _sentences(group, clusters > 1)]
    return found


def _sentences(group: Sequence[Told], names_cluster: bool) -> list[str]:
    _, first = group[0]
    if first.row is None or len(group) <= _ALONE:
        return [_alone(cluster, alert, names_cluster) for cluster, alert in group]
    named = [_name(cluster, alert.row, names_cluster) for cluster, alert in group[:_NAMED] if alert.row]
    more = f" and {len(group) - _NAMED} more" if len(group) > _NAMED else ""
    return [f"{len(group)} grants {_together(group)}: {', '.join(named)}{more}"]


def _name(cluster: str, row: GrantRow, names_cluster: bool) -> str:
    where = ",".join(row.namespaces)
    return f"{f'{cluster} ' if names_cluster else ''}{clean(where, _LONGEST)} {clean(row.target, _LONGEST)}"


def _alone(cluster: str, alert: Alert, names_cluster: bool) -> str:
    if alert.row is None:
        if alert.kind is AlertKind.LINK_LOST:
            return f"{cluster} does not answer any more: what is shown may be out of date"
        return f"{cluster} answers again, after {format_duration(alert.span)}"
    return f"{_name(cluster, alert.row, names_cluster)} {_happened(alert, alert.row)}"


def _happened(alert: Alert, row: GrantRow) -> str:
    match alert.kind:
        case AlertKind.SOON:
            return f"ends in {format_duration(alert.span)}"
        case AlertKind.OVERDUE:
            return f"is still open, {_late(alert, row)}"
        case AlertKind.DRIFTED:
            return f"is not as granted: {_drift(row)}"
        case AlertKind.REMOVED:
            return (
                f"was revoked or removed, with {format_left(alert.span)} left" if row.deadline else "is gone"
            )
        case _:
            return _ended(alert)


def _ended(alert: Alert) -> str:
    if is_on_time(alert):
        return f"ended on time, {max(alert.span.total_seconds(), 0):.1f} s after its deadline"
    return f"ended, {format_duration(alert.span)} late" if alert.was_told else "has ended meanwhile"


def _late(alert: Alert, row: GrantRow) -> str:
    if row.deadline is None:
        return "and its deadline cannot be read"
    if alert.span < timedelta():
        return "in part: one of its policies should be gone"
    return f"{format_duration(alert.span)} after its deadline"


def _drift(row: GrantRow) -> str:
    more = f" (and {len(row.drift) - 1} more)" if len(row.drift) > 1 else ""
    return f"{row.drift[0]}{more}"


def _together(group: Sequence[Told]) -> str:
    alerts = [alert for _, alert in group]
    match alerts[0].kind:
        case AlertKind.SOON:
            return f"end within {format_duration(alerts[0].threshold)}"
        case AlertKind.OVERDUE:
            return "are still open after their deadlines"
        case AlertKind.DRIFTED:
            return "are not as granted"
        case AlertKind.REMOVED:
            return "were revoked or removed"
        case _:
            return "ended on time" if all(map(is_on_time, alerts)) else "have ended"
