"""From the form to the use case and its end: extend, revoke, adopt, for one grant or many.

Law: each grant is changed through the session of its own cluster; what the form answered is only a wish, and
the use case looks again. Marks come off what was done and stay on what was not.
"""

from collections.abc import Awaitable, Callable, Iterable
from fnmatch import fnmatchcase
from typing import TypeVar

from app.commands.ending import Ended
from app.commands.extend import Extended, Extension, extend
from app.commands.revoke import revoke_as_seen
from app.commands.session import Session
from app.domain.grant import Grant
from app.errors import UnreachableError
from app.live.cluster import LiveCluster
from app.ui import outcomes
from app.ui.pages import Page
from app.ui.runner import Finished
from app.ui.screens.extend import Extend, Wish
from app.ui.screens.revoke import Agreed, Revoke
from app.ui.telling import both_clocks, grants, name_of
from app.ui.view import RowKey, Shown

T = TypeVar("T")


def connected(cluster: LiveCluster) -> Session:
    """Return what verbs act through.

    Raises:
        UnreachableError: there is no connection at this moment.
    """
    if cluster.session is None:
        raise UnreachableError(f"{cluster.name} is not connected", fix="wait for it, or press ctrl+r")
    return cluster.session


def ask_extend(page: Page, chosen: tuple[Shown, ...]) -> None:
    """Ask for new deadlines and move them."""

    def answered(wish: Wish | None) -> None:
        if wish is not None:
            _extend(page, {shown.key: shown for shown in chosen}, wish)

    page.net.push_screen(Extend(chosen, page.net.backend.preferences.limits), answered)


def _extend(page: Page, chosen: dict[RowKey, Shown], wish: Wish) -> None:
    def work(shown: Shown) -> Callable[[], Awaitable[Extended]]:
        asked = Extension(shown.row.id, wish.reason, wish.life.ttl, wish.life.until)

        async def move() -> Extended:
            return await extend(connected(shown.cluster), asked)

        return move

    def done(ends: dict[RowKey, Finished[Extended]]) -> None:
        app, moved = page.net, [(chosen[key], end.value) for key, end in ends.items() if end.value]
        if len(moved) == 1:
            (shown, value), now = moved[0], page.net.backend.clock.now()
            until = both_clocks(value.deadline, shown.cluster.server_now(now))
            app.say(f"{name_of(shown.row)} ends at {until}")
        elif moved:
            app.say(f"moved the deadlines of {grants(len(moved))}")
        for shown, value in moved:
            outcomes.warn(app, name_of(shown.row), value.warnings)
        _close(page, chosen, ends, f"{len(moved)} of {len(ends)} moved")

    works = {key: work(chosen[key]) for key in wish.keys}
    page.net.runner.start_each(f"extending {_named(chosen[key] for key in works)}", works, done)


def ask_revoke(page: Page, chosen: tuple[Shown, ...]) -> None:
    """Ask whether to end grants, and end them."""

    def answered(agreed: Agreed | None) -> None:
        if agreed is not None:
            _revoke(page, {shown.key: shown for shown in chosen}, agreed)

    patterns = page.net.backend.preferences.production
    names = dict.fromkeys(shown.cluster.name for shown in chosen)
    page.net.push_screen(Revoke(chosen, tuple(name for name in names if matches(name, patterns))), answered)


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Tell whether a context's name fits one of the patterns (``prod-*``)."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def revoke_all(page: Page, chosen: tuple[Shown, ...], reason: str, then: Callable[[bool], None]) -> None:
    """End grants for a reason that needs no form; in production that asks for it as ever.

    Args:
        page: where marks may stand.
        chosen: the grants.
        reason: why.
        then: is told whether all of them were seen gone; not called where the form is closed.
    """
    by_key = {shown.key: shown for shown in chosen}

    def answered(agreed: Agreed | None) -> None:
        if agreed is not None:
            _revoke(page, by_key, agreed, then)

    patterns = page.net.backend.preferences.production
    names = dict.fromkeys(shown.cluster.name for shown in chosen)
    guarded = tuple(name for name in names if matches(name, patterns))
    if guarded:
        page.net.push_screen(Revoke(chosen, guarded), answered)
        return
    seen = {key: shown.cluster.rows.grant(shown.row.id) for key, shown in by_key.items()}
    answered(Agreed(reason, {key: grant for key, grant in seen.items() if grant is not None}))


def _revoke(
    page: Page,
    chosen: dict[RowKey, Shown],
    agreed: Agreed,
    then: Callable[[bool], None] | None = None,
) -> None:
    def work(shown: Shown, seen: Grant) -> Callable[[], Awaitable[Ended]]:
        async def end() -> Ended:
            return await revoke_as_seen(connected(shown.cluster), seen, agreed.reason)

        return end

    def done(ends: dict[RowKey, Finished[Ended]]) -> None:
        ended = [(chosen[key], end.value) for key, end in ends.items() if end.value]
        told = [f"revoked {name_of(shown.row)}: seen gone" for shown, value in ended if value.gone]
        if told:
            what = told[0] if len(told) == 1 else f"revoked {grants(len(told))}: seen gone"
            page.net.say(f"{what}; connections made before may live on")
        for shown, value in ended:
            outcomes.warn(page.net, name_of(shown.row), value.warnings)
        if blocked := [f"✗ {text}" for _, value in ended for text in value.blocked]:
            outcomes.insist(page.net, "Not revoked: access is still open", blocked)
        _close(page, chosen, ends, f"{len(told)} of {len(ends)} revoked")
        if then is not None:
            then(len(told) == len(ends))

    works = {key: work(chosen[key], seen) for key, seen in agreed.seen.items()}
    page.net.alerting.expect(works)
    page.net.runner.start_each(f"revoking {_named(chosen[key] for key in works)}", works, done)


def _close(page: Page, chosen: dict[RowKey, Shown], ends: dict[RowKey, Finished[T]], title: str) -> None:
    """Tell what failed, and take the marks off the rest."""
    failures = [(name_of(chosen[key].row), end.error) for key, end in ends.items() if end.error]
    outcomes.tell_failures(page.net, title, failures)
    page.note_done([key for key, end in ends.items() if end.error is None])


def _named(chosen: Iterable[Shown]) -> str:
    found = tuple(chosen)
    return name_of(found[0].row) if len(found) == 1 else grants(len(found))
