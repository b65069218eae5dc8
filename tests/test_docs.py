"""Documents cannot lie: what they list is what the code has."""

import re
from pathlib import Path

import pytest

from app.commands.catalog import SCREENS
from tests.reference import KEYS, README, TABLES, with_tables

ROOT = README.parent
DOCUMENTS = [README, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("document", TABLES, ids=lambda path: path.name)
def test_the_tables_are_the_codes_own(document: Path) -> None:
    text = document.read_text()
    for name in TABLES[document]:
        # with its table: between empty markers there was none for long
        assert re.search(rf"<!-- {name} -->\n[|#] ?", text)
    assert text == with_tables(document), "run: python -m tests.reference"


def test_every_key_of_every_screen_is_documented() -> None:
    text = KEYS.read_text()
    for name, keys in SCREENS.items():
        section = text.partition(f"## {name.capitalize()}\n")[2].partition("\n## ")[0]
        assert section.count("\n| `") == len(keys)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_that_a_document_names_exists(document: Path) -> None:
    text = document.read_text()
    linked = [target for target in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", text) if target]
    missing = [target for target in linked if not (document.parent / target).exists()]
    named = re.findall(r"`((?:app|tests|bench|docs|styles)/[\w./-]+)`", text)
    missing += [path for path in named if not (ROOT / path).exists()]
    assert missing == []


def test_the_readme_stays_readable_at_one_sitting() -> None:
    assert len(README.read_text().splitlines()) <= 220
