"""Where the style sheets are: inside the wheel, or beside the package in a checkout."""

from pathlib import Path


def sheet(name: str) -> Path:
    """Return the path of a style sheet in ``styles/``."""
    package = Path(__file__).parent.parent
    inside = package / "styles" / name
    return inside if inside.exists() else package.parent / "styles" / name
