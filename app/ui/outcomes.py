"""What came of writes, as sentences: toasts for what went well, a dialog for what must not be missed.

Law: nothing that went wrong is left out, and nothing that is uncertain is called done.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from app.errors import NetgrantError, UncertainError
from app.ui.pages import Dialog
from app.ui.sentences import told

if TYPE_CHECKING:
    from app.ui.app import NetgrantApp

_LONG_SECONDS = 60.0


def tell_failures(app: "NetgrantApp", title: str, failures: Iterable[tuple[str, NetgrantError]]) -> None:
    """Tell what failed, each with what it happened to; a single plain refusal is a toast."""
    found = tuple(failures)
    if len(found) == 1 and not isinstance(found[0][1], UncertainError):
        app.complain(found[0][1])
    elif found:
        insist(app, title, [f"✗ {name}: {_in_full(error)}" for name, error in found])


def insist(app: "NetgrantApp", title: str, sentences: list[str]) -> None:
    """Tell what must not be missed; while somebody fills in a form it is no dialog that takes the keys."""
    if isinstance(app.screen, Dialog):
        for sentence in sentences:
            app.say(sentence, "error", seconds=_LONG_SECONDS)
        return
    from app.ui.screens.told import Told

    app.push_screen(Told(title, sentences))


def warn(app: "NetgrantApp", name: str, warnings: Iterable[str]) -> None:
    """Tell each warning in full."""
    for warning in warnings:
        app.say(f"{name}: {warning}", "warning", seconds=_LONG_SECONDS)


def _in_full(error: NetgrantError) -> str:
    if isinstance(error, UncertainError):
        return f"{told(error)}. It may or may not have happened: look at the table"
    return told(error)
