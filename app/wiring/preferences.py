"""What settings and command line say about the screens."""

from dataclasses import dataclass

from app.settings import Settings
from app.ui.backend import Preferences
from app.wiring.sessions import limits


@dataclass(frozen=True, slots=True)
class Wish:
    """What only the command line says."""

    namespace: str | None = None
    """The one namespace to follow; None is all."""
    read_only: bool = False
    hint: str = ""
    """Some lines shown at the start."""


def preferences(settings: Settings, wish: Wish) -> Preferences:
    """Return what the screens are told."""
    return Preferences(
        contexts=settings.contexts or (None,),
        read_only=wish.read_only,
        limits=limits(settings),
        hint=wish.hint,
    )
