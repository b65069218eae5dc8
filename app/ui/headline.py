"""What the header says: whose clusters these are, how far they may be believed, and how things stand.

Law: pure. Pieces have a rank: where room is scarce those of the highest rank go first, and that something of
weight is gone is shown by a sign. What is wrong is named; what is well is one word.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from app.domain.grant import State
from app.domain.link import Link, LinkState
from app.domain.text import clean
from app.live.cluster import Kind, LiveCluster, Stage
from app.ui.arrangement import Arranged
from app.ui.cells import BAD, GOOD, QUIET, TITLE, TOKENS, WARN, Cell, width_of
from app.ui.columns import MORE
from app.ui.view import View, is_remembered

SHOWN_OFFSET = timedelta(seconds=2)
"""A clock that is off by less is not worth a word."""
_DECORATION = 7
"""Pieces of this rank or above may go without a sign."""
_SIGNS = {LinkState.LIVE: "●", LinkState.LOADING: "◌", LinkState.STALE: "○", LinkState.DENIED: "✕"}
_LINK_TOKENS = {LinkState.LIVE: GOOD, LinkState.LOADING: QUIET, LinkState.STALE: WARN, LinkState.DENIED: BAD}
_NAMED = 2
"""Up to so many namespaces are named."""


@dataclass(frozen=True, slots=True)
class Said:
    """One piece of the header."""

    text: str
    token: str = ""
    rank: int = 0
    short: str = ""
    """What stands in its place where room is scarce; empty where nothing shorter will do."""
    short_rank: int = 0
    """When that happens: before anything of a lower rank is left out."""


@dataclass(frozen=True, slots=True)
class Headline:
    """All that the header could say."""

    left: tuple[Said, ...] = ()
    right: tuple[Said, ...] = ()
    warnings: tuple[str, ...] = ()


def clock_time(moment: datetime, now: datetime) -> str:
    """Write a moment: ``10:20:54Z``; the day too where it is another than today."""
    moment = moment.astimezone(UTC)
    is_today = moment.date() == now.astimezone(UTC).date()
    return f"{moment:%H:%M:%SZ}" if is_today else f"{moment:%Y-%m-%d %H:%MZ}"


def headline(
    view: View, arranged: Arranged, *, marks: tuple[int, int] = (0, 0), read_only: bool = False
) -> Headline:
    """Return what there is to say.

    Args:
        view: the clusters.
        arranged: their grants.
        marks: how many grants are marked and listed, and how many are marked and not listed.
        read_only: whether nothing may be written.
    """
    one = view.clusters[0] if len(view.clusters) == 1 else None
    left = list(_about_one(one, view.now) if one else _about_some(view))
    if read_only:
        left.insert(1, Said("READ-ONLY", WARN, 1))
    warnings = tuple(
        clean(text if one else f"{cluster.name}: {text}")
        for cluster in view.clusters
        for text in cluster.status.warnings
    )
    return Headline(
        (Said("netgrant", TITLE, 9), *left), (*_marks(*marks), *_counts(view, arranged)), warnings
    )


def _about_one(cluster: LiveCluster, now: datetime) -> Iterable[Said]:
    status = cluster.status
    yield Said(clean(cluster.name), TITLE)
    if status.version:
        yield Said(status.version, QUIET, 8)
    if status.username:
        user = clean(status.username)
        yield Said(user, "", 5, user.partition("@")[0].removeprefix("system:serviceaccount:"), 6)
    if status.namespaces is not None:
        yield Said(_places(status.namespaces), WARN, 3)
    yield from _remembered(cluster, now)
    yield from links_said(cluster, now)
    if abs(status.offset) >= SHOWN_OFFSET:
        yield Said(f"Δclock {status.offset.total_seconds():+.0f}s", WARN, 4)


def _places(namespaces: Sequence[str]) -> str:
    few = len(namespaces) <= _NAMED
    return f"in {', '.join(namespaces) or 'no namespace'}" if few else f"in {len(namespaces)} namespaces"


def _remembered(cluster: LiveCluster, now: datetime) -> Iterable[Said]:
    if cluster.memory and is_remembered(cluster):
        yield Said(f"as of {clock_time(cluster.memory.as_of, now)}", WARN, 0)


def _about_some(view: View) -> Iterable[Said]:
    """Say of several clusters which are well, in one piece, and of each other what is wrong."""
    states = [(cluster, tuple(links_said(cluster, view.now))) for cluster in view.clusters]
    well = [clean(cluster.name) for cluster, said in states if [piece.token for piece in said] == [GOOD]]
    if well:
        names = ", ".join(well) if len(well) <= _NAMED else f"{len(well)} clusters"
        yield Said(f"{names} ● live", GOOD, 2, f"{len(well)} ● live", 4)
    for cluster, said in states:
        if [piece.token for piece in said] != [GOOD]:
            worst = next(piece for piece in said if piece.token != GOOD)
            old = "".join(f" {piece.text}" for piece in _remembered(cluster, view.now))
            yield Said(f"{clean(cluster.name)}{old} {worst.text}", worst.token, 1)


def links_said(cluster: LiveCluster, now: datetime) -> Iterable[Said]:
    """Say how the links to a cluster are: one word where all are alike, else those that are not live."""
    status = cluster.status
    if status.stage is Stage.FAILED:
        yield Said("✕ not connected", BAD)
        return
    if not status.links:
        yield Said("◌ connecting", QUIET)
        return
    by_state: dict[LinkState, list[tuple[Kind, Link]]] = {}
    for kind in Kind:
        if (link := status.links.get(kind)) is not None:
            by_state.setdefault(link.state, []).append((kind, link))
    for state in LinkState:
        if not (found := by_state.get(state)):
            continue
        if state is LinkState.LIVE and len(by_state) > 1 and found[0][0] is not Kind.POLICIES:
            continue  # that this or that is live is no comfort while the grants themselves are not
        named = "" if state is LinkState.LIVE or len(by_state) == 1 else _named(found)
        short = named.rstrip() if named else str(state)
        text, sign = f"{named}{_word(state, found, now)}", _SIGNS[state]
        rank = 2 if state is LinkState.LIVE and len(by_state) > 1 else 0
        yield Said(f"{sign} {text}", _LINK_TOKENS[state], rank, f"{sign} {short}", 1)


def _named(found: list[tuple[Kind, Link]]) -> str:
    return ", ".join(kind for kind, _ in found) + " "


def _word(state: LinkState, found: list[tuple[Kind, Link]], now: datetime) -> str:
    since = min(link.since for _, link in found)
    return f"stale since {clock_time(since, now)}" if state is LinkState.STALE else str(state)


def _marks(listed: int, hidden: int) -> Iterable[Said]:
    if listed or hidden:
        more = f" (+{hidden} hidden)" if hidden else ""
        yield Said(f"✓ {listed} marked{more}", TITLE, 1)


def _counts(view: View, arranged: Arranged) -> Iterable[Said]:
    is_known = any(cluster.is_synced or is_remembered(cluster) for cluster in view.clusters)
    if not is_known:
        return
    states = arranged.states
    yield Said(f"{arranged.total - states[State.PENDING]} open", TITLE)
    told = (State.OVERDUE, 0), (State.EXPIRING, 3), (State.DRIFTED, 2), (State.PENDING, 4), (State.ENDING, 6)
    for state, rank in told:
        if states[state]:
            yield Said(f"{states[state]} {state}", TOKENS[state], rank)


def composed(told: Headline, width: int) -> list[tuple[str, str]]:
    """Return the header's line as texts with tokens, exactly so wide."""
    left, right, has_lost = _kept(told, width)
    if has_lost:
        left.append(Said(MORE, QUIET))
    ends = _joined(right, (" · ", QUIET))
    room = width - _length(right, " · ") - 1
    pieces = [(" ", ""), *_joined(left, ("  ", ""))]
    fitted = _fitted(pieces, room if room > 0 else width)
    return [*fitted, *ends, (" ", "")] if room > 0 else fitted


def _kept(told: Headline, width: int) -> tuple[list[Said], list[Said], bool]:
    """Return the pieces that have room, some shortened, and whether one of weight had none."""
    left, right, has_lost = list(told.left), list(told.right), False
    while _length(left, "  ") + _length(right, " · ") + (7 if has_lost else 4) > width:
        steps = [(piece.rank, "", piece) for piece in (*left, *right)]
        steps += [(piece.short_rank, piece.short, piece) for piece in left if piece.short]
        rank, short, piece = max(steps, key=lambda step: step[0], default=(0, "", None))
        if piece is None or rank == 0:
            break
        side = left if piece in left else right
        side[side.index(piece) : side.index(piece) + 1] = (
            [replace(piece, text=short, short="")] if short else []
        )
        has_lost |= not short and rank < _DECORATION
    return left, right, has_lost


def _length(pieces: Sequence[Said], between: str) -> int:
    return sum(width_of(piece.text) for piece in pieces) + len(between) * max(0, len(pieces) - 1)


def _joined(pieces: Sequence[Said], between: tuple[str, str]) -> list[tuple[str, str]]:
    return [item for piece in pieces for item in (between, (piece.text, piece.token))][1:]


def _fitted(pieces: Iterable[tuple[str, str]], width: int) -> list[tuple[str, str]]:
    """Return the pieces in exactly so many columns: blanks behind them, or the last one cut."""
    fitted, room = [], width
    for text, token in pieces:
        used = min(width_of(text), room)
        if used > 0:
            fitted.append((Cell(text).fit(used), token))
        room -= used
    return [*fitted, (" " * room, "")] if room > 0 else fitted
