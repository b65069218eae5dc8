"""From the form to the use case and its end: extend, revoke, adopt, for one grant or many.

Law: each grant is changed through the session of its own cluster; what the form answered is only a wish, and
the use case looks again. Marks come off what was done and stay on what was not.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from app.commands.extend import Extended, Extension, extend
from app.commands.session import Session
from app.errors import UnreachableError
from app.live.cluster import LiveCluster
from app.ui import outcomes
from app.ui.pages import Page
from app.ui.runner import Finished
from app.ui.screens.extend import Extend, Wish
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


def _close(page: Page, chosen: dict[RowKey, Shown], ends: dict[RowKey, Finished[T]], title: str) -> None:
    """Tell what failed, and take the marks off the rest."""
    failures = [(name_of(chosen[key].row), end.error) for key, end in ends.items() if end.error]
    outcomes.tell_failures(page.net, title, failures)
    page.note_done([key for key, end in ends.items() if end.error is None])


def _named(chosen: Iterable[Shown]) -> str:
    found = tuple(chosen)
    return name_of(found[0].row) if len(found) == 1 else grants(len(found))
