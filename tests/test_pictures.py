"""The README's pictures show the screens as they are, and load nothing."""

import re

import pytest

from tests.pictures import FOLDER, SCENES, THEMES, draw
from tests.reference import README

FILES = {f"{name}-{word}.svg" for name in SCENES for word in THEMES}


@pytest.mark.parametrize("name", SCENES)
async def test_they_are_the_screens_own(name: str) -> None:
    for file, svg in (await draw(name)).items():
        assert (FOLDER / file).read_text(encoding="utf-8") == svg, "run: python -m tests.pictures"


def test_the_readme_shows_each_in_the_light_and_in_the_dark() -> None:
    named = re.findall(r'(?:src|srcset)="docs/pictures/([^"]+)"', README.read_text())
    assert set(named) == FILES == {path.name for path in FOLDER.iterdir()}


@pytest.mark.parametrize("file", sorted(FILES))
def test_they_load_nothing(file: str) -> None:
    svg = (FOLDER / file).read_text(encoding="utf-8")
    assert "@import" not in svg and "@font-face" not in svg
    assert re.findall(r"(?:href|src)\s*=", svg) == []
    assert {found for found in re.findall(r"url\(([^)]*)\)", svg) if not found.startswith("#")} == set()
