"""The pods of a grant as lines: who is at either end, and what is wrong with whom.

Law: pure; texts come cleaned. Trouble is told by sign, word and token.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from rich.cells import cell_len, set_cell_size

from app.domain.link import LinkState
from app.domain.objects import Pod
from app.live.cluster import Kind, LiveCluster
from app.live.concerned import EndNow, age_of, ready_of, restarts_of, trouble_of
from app.ui.widgets.lines import Line, plain, quiet

MOST = 200
"""Pods that are listed of each end."""
_SIGNS = {
    "": (" ", ""),
    "terminating": ("–", "-quiet"),
    "not ready": ("!", "-warn"),
    "crash loop": ("✗", "-bad"),
}


def pod_lines(
    ends: Sequence[EndNow], cluster: LiveCluster, namespaces: Sequence[str], now: datetime
) -> list[Line]:
    """Return the lines.

    Args:
        ends: who is meant.
        cluster: where; how far its pods are known is said.
        namespaces: of the grant; pods of other namespaces are named with theirs.
        now: the server's time.
    """
    found = list(_state_of_link(cluster))
    if not ends:
        return found or [quiet("Its policies are not known yet.")]
    for end in ends:
        found += _end_lines(end, namespaces, now)
    return found


def _state_of_link(cluster: LiveCluster) -> list[Line]:
    link = cluster.status.links.get(Kind.PODS)
    if link is None or link.state is LinkState.LOADING:
        return [quiet("… loading pods")]
    if link.state is LinkState.DENIED:
        return [
            (("! pods may not be read here", "-warn"), (f": {link.error}" if link.error else "", "-quiet"))
        ]
    if link.state is LinkState.STALE:
        return [((f"! pods as of {link.since:%H:%M:%S} UTC: the link is lost", "-warn"),)]
    return []


def _end_lines(end: EndNow, namespaces: Sequence[str], now: datetime) -> list[Line]:
    told = ", ".join(end.told)
    ill = sum(bool(trouble_of(pod)) for pod in end.pods)
    count = "" if not end.pods else "1 pod" if len(end.pods) == 1 else f"{len(end.pods)} pods"
    head: list[tuple[str, str]] = [
        (f"{str(end.role).title()} ", "-title"),
        (told, ""),
        (f"  {count}", "-quiet"),
    ]
    if ill:
        head.append((f"  ! {ill} not ready", "-warn"))
    rows = [_cells(pod, namespaces, now) for pod in islice(end.pods, MOST)]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    lines = [tuple(head)]
    lines += [_pod_line(pod, row, widths) for pod, row in zip(end.pods, rows, strict=False)]
    if len(end.pods) > MOST:
        lines.append(quiet(f"  … and {len(end.pods) - MOST} more"))
    if end.passed_over:
        lines.append(quiet(f"  {end.passed_over} more fit, but have ended or are on their node's network"))
    if not end.pods and end.is_by_labels:
        lines.append(plain("  no pod is meant now"))
    return lines


def _cells(pod: Pod, namespaces: Sequence[str], now: datetime) -> tuple[str, ...]:
    meta = pod.metadata
    name = meta.name if meta.namespace in namespaces[:1] else f"{meta.namespace}/{meta.name}"
    trouble = trouble_of(pod)
    phase = {"": pod.status.phase, "crash loop": "crash loop", "terminating": "Terminating"}.get(
        trouble, pod.status.phase or "?"
    )
    return (
        name,
        phase,
        ready_of(pod),
        f"r{restarts_of(pod)}",
        pod.spec.node_name or "no node",
        age_of(pod, now),
    )


def _pod_line(pod: Pod, cells: tuple[str, ...], widths: list[int]) -> Line:
    sign, token = _SIGNS[trouble_of(pod)]
    name, phase, ready, restarts, node, age = (
        set_cell_size(text, width) for text, width in zip(cells, widths, strict=True)
    )
    return (
        (f"{sign} ", token),
        (f"{name}  ", ""),
        (f"{phase} {ready} {restarts}", token),
        (f"  {node}  {age}", "-quiet"),
    )
