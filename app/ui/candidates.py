"""The clusters that can be shown, each with how far we are with it, as lines of text.

Law: pure. A context that is followed as the current one is the same cluster as that context by its name.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.link import LinkState
from app.domain.text import clean
from app.live.cluster import Kind, LiveCluster, Stage
from app.ui.backend import ContextChoice
from app.ui.cells import BAD, GOOD, QUIET, TITLE, WARN, fit, pad, width_of
from app.ui.sentences import told
from app.ui.widgets.lines import Line, Span

_LINKS: dict[LinkState, Span] = {
    LinkState.LIVE: ("● live", GOOD),
    LinkState.STALE: ("○ stale", WARN),
    LinkState.DENIED: ("✕ denied", BAD),
    LinkState.LOADING: ("◌ loading", QUIET),
}
_STATE = 14
_LEAST = 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """One cluster that can be shown."""

    wanted: str | None
    """What the feed knows it by; None is the current context."""
    name: str
    choice: ContextChoice | None = None
    """What the kubeconfig says of it; None where it says nothing, as of the embedded cluster."""
    cluster: LiveCluster | None = None
    """As it is followed; None where it is not."""


def candidates(choices: Iterable[ContextChoice], clusters: Sequence[LiveCluster]) -> list[Candidate]:
    """Return the kubeconfig's contexts, then what is followed besides."""
    rest = list(clusters)
    found = []
    for choice in choices:
        cluster = next((item for item in rest if _is(choice, item)), None)
        if cluster is not None:
            rest.remove(cluster)
        found.append(Candidate(cluster.wanted if cluster else choice.name, choice.name, choice, cluster))
    return [*found, *(Candidate(item.wanted, item.name, None, item) for item in rest)]


def _is(choice: ContextChoice, cluster: LiveCluster) -> bool:
    return choice.name == cluster.wanted if cluster.wanted is not None else choice.is_current


def state(candidate: Candidate) -> Span:
    """Return how far we are with it."""
    cluster = candidate.cluster
    if cluster is None:
        return "", ""
    if cluster.status.stage is Stage.FAILED:
        return "✕ failed", BAD
    link = cluster.status.links.get(Kind.POLICIES)
    return ("◌ connecting", QUIET) if link is None else _LINKS[link.state]


def about(candidate: Candidate) -> str:
    """Return a sentence about it: what fails, else where it is and who we are there."""
    cluster, choice = candidate.cluster, candidate.choice
    if cluster is not None and cluster.status.error is not None:
        return told(cluster.status.error)
    link = cluster.status.links.get(Kind.POLICIES) if cluster else None
    if link is not None and link.error:
        return clean(link.error)
    if choice is None:
        return f"{cluster.status.server or candidate.name}" if cluster else candidate.name
    where = f", namespace {clean(choice.namespace)}" if choice.namespace else ""
    return f"{clean(choice.server)} as {clean(choice.user) or 'nobody'}{where}"


def head(found: Sequence[Candidate], width: int) -> Line:
    """Return the titles of the columns, with room for the cursor's sign before them."""
    name = _name_width(found, width)
    return ((f"     {pad('CONTEXT', name)}  {'LINK'.ljust(_STATE)}  SERVER", TITLE),)


def candidate_lines(found: Sequence[Candidate], width: int) -> list[Line]:
    """Return a line for each, in columns."""
    name = _name_width(found, width)
    return [_line(candidate, name) for candidate in found]


def _name_width(found: Sequence[Candidate], width: int) -> int:
    longest = max((width_of(_name(item)) for item in found), default=_LEAST)
    return max(_LEAST, min(longest, width // 2 - _STATE))


def _name(candidate: Candidate) -> str:
    is_current = candidate.choice is not None and candidate.choice.is_current
    return f"{clean(candidate.name)} (current)" if is_current else clean(candidate.name)


def _line(candidate: Candidate, name: int) -> Line:
    word, token = state(candidate)
    cluster, choice = candidate.cluster, candidate.choice
    server = clean(choice.server) if choice else (cluster.status.server if cluster else "")
    return (
        (" ✓ " if cluster else "   ", GOOD),
        (f"{fit(_name(candidate), name)}  ", ""),
        (f"{fit(word, _STATE)}  ", token),
        (server, QUIET),
    )
