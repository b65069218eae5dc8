"""The colours: Textual's own themes, by name."""

from typing import TYPE_CHECKING

from app.errors import InputError

if TYPE_CHECKING:
    from app.ui.app import NetgrantApp


def theme_names(app: "NetgrantApp") -> tuple[str, ...]:
    """Return the names of all themes."""
    return tuple(sorted(app.available_themes))


def choose_theme(app: "NetgrantApp", name: str) -> None:
    """Use a theme (empty: as it is); a name that is none is told in a sentence, and changes nothing."""
    if not name:
        return
    names = theme_names(app)
    if name in names:
        app.theme = name
        return
    from difflib import get_close_matches

    near = get_close_matches(name, names, 1)
    fix = f"did you mean {near[0]}?" if near else f"there are: {', '.join(names)}"
    app.complain(InputError(f"there is no theme {name!r}", field="theme", fix=fix))
