"""Open the dashboard on the terminal."""

from app.settings import Settings
from app.wiring.recollection import Moment, Recollection
from app.wiring.sessions import limits, wall_clock

_PATIENCE_SECONDS = 0.25
"""How long to wait for the registry before there is anything on the screen."""


def run_dashboard(
    settings: Settings, *, namespace: str | None = None, read_only: bool = False, hint: str = ""
) -> int:
    """Show the dashboard until it is left; return the exit code.

    Args:
        settings: the settings.
        namespace: the one namespace to follow; None is all.
        read_only: leave out whatever changes a cluster.
        hint: some lines shown at the start.
    """
    from app.ui import signals

    signals.interrupt()
    moment = Moment(wall_clock().now(), limits(settings).expiring)
    recollection = Recollection(settings, settings.contexts or (None,), moment)
    from app.ui import curtain

    with curtain.drawn(recollection.view(_PATIENCE_SECONDS)):
        from app.ui import ending
        from app.ui.app import NetgrantApp
        from app.wiring.preferences import Wish
        from app.wiring.screens import Screens

        app = NetgrantApp(Screens(settings, Wish(namespace, read_only, hint), recollection))
        return ending.run(app)
