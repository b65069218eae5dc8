"""The way out: wait for what is under way, ask about what only this terminal would end, and leave.

Law: nobody leaves by a key without having been asked where that leaves access open or a write unfinished.
A signal does not ask.
"""

from typing import TYPE_CHECKING

from app.domain.view import rests_on_terminal, urgency
from app.ui.pages import Page
from app.ui.screens.leaving import Answer, Leaving, Waiting
from app.ui.view import Shown

if TYPE_CHECKING:
    from app.ui.app import NetgrantApp

REASON = "whoever watched it left, and nothing in the cluster would have ended it"


def leave(app: "NetgrantApp") -> None:
    """Leave, at once where that harms nothing."""
    if isinstance(app.screen, Leaving | Waiting):
        return
    if app.runner.under_way:
        app.push_screen(Waiting(), lambda is_over: _ask(app, has_waited=True) if is_over else None)
    else:
        _ask(app)


def resting(app: "NetgrantApp") -> tuple[Shown, ...]:
    """Return the grants that stand until this terminal, or another netgrant, ends them; urgent ones first."""
    if app.backend.preferences.read_only:
        return ()
    kept = (cluster for cluster in app.feed.clusters if cluster.session is not None)
    found = (Shown(cluster, row) for cluster in kept for row in cluster.rows if rests_on_terminal(row))
    return tuple(sorted(found, key=lambda shown: urgency(shown.row)))


def _ask(app: "NetgrantApp", *, has_waited: bool = False) -> None:
    chosen = resting(app)
    if not chosen:
        _go(app, has_waited)
        return

    def answered(answer: Answer | None) -> None:
        if answer is Answer.LEAVE:
            _go(app, has_waited)
        elif answer is Answer.REVOKE:
            _revoke(app, chosen)

    app.push_screen(Leaving(chosen), answered)


def _go(app: "NetgrantApp", has_waited: bool) -> None:
    if has_waited:
        app.runner.let_go()
    app.exit(0)


def _revoke(app: "NetgrantApp", chosen: tuple[Shown, ...]) -> None:
    """End them as the form that revokes would, and leave once all are seen gone."""
    from app.ui.changes import revoke_all

    def done(is_gone: bool) -> None:
        if is_gone:
            app.exit(0)
        else:
            app.say("You are still here: not all of it was seen gone", "warning")

    page = next(screen for screen in reversed(app.screen_stack) if isinstance(screen, Page))
    revoke_all(page, chosen, REASON, done)
