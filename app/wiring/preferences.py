"""What settings and command line say about the screens."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.policyspec import Direction
from app.domain.proposal import Proposal, Template
from app.errors import ConfigError
from app.settings import Settings
from app.ui.backend import Preferences
from app.ui.emptiness import FIRST_RUN
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
    """Return what the screens are told.

    Raises:
        ConfigError: a template has a direction that there is not.
    """
    is_read_only = wish.read_only or settings.read_only
    is_first = not is_read_only and not settings.registry.exists()
    return Preferences(
        contexts=settings.contexts or (None,),
        read_only=is_read_only,
        limits=limits(settings),
        warn_before=settings.warn_before,
        production=settings.production,
        templates=tuple(_template(name, texts) for name, texts in settings.templates.items()),
        theme=settings.theme,
        hint=wish.hint or (FIRST_RUN if is_first else ""),
    )


def _template(name: str, texts: Mapping[str, str]) -> Template:
    """Return a template; its texts are checked where they are used, as what is typed into the form is."""
    try:
        direction = Direction(texts.get("direction") or Direction.INGRESS)
        return Template(name, Proposal(**{**texts, "direction": direction}))  # type: ignore[arg-type]
    except ValueError:
        raise ConfigError(
            f"the template {name!r} has the direction {texts['direction']!r}, which there is not",
            fix=f"there are: {', '.join(Direction)}",
        ) from None
