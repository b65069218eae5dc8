"""Documents cannot lie: what they list is what the code has."""

import re
from pathlib import Path

import pytest

from tests.reference import README, TABLES, with_tables

ROOT = README.parent
DOCUMENTS = [README, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_readmes_tables_are_the_codes_own() -> None:
    text = README.read_text()
    for name in TABLES:
        assert f"<!-- {name} -->\n| " in text  # with its table: between empty markers there was none for long
    assert text == with_tables(text), "run: python -m tests.reference"


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
