"""The shape that keeps the code readable: short modules, short functions, every module tested."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "app").rglob("*.py"))
LONGEST_MODULE = 300
LONGEST_FUNCTION = 40


def _functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_and_functions_stay_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_MODULE
    assert {name: lines for name, lines in _functions(path) if lines > LONGEST_FUNCTION} == {}


def test_the_app_class_stays_a_list_of_sheets_and_screens() -> None:
    assert len((ROOT / "app/ui/app.py").read_text().splitlines()) <= 150


def test_there_is_one_entry_point() -> None:
    found = [path.name for path in MODULES if '__name__ == "__main__"' in path.read_text()]
    assert found == ["__main__.py"]
