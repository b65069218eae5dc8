"""A table in a terminal takes one line a row, and what is cut says so."""

import pytest

from app.cli.tables import cells_wide, fitted
from tests.cli.line import Line, grant
from tests.cli.terminal import terminal
from tests.e2e.command import Netgrant


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [
        ("short\n", 10, "short\n"),
        ("exactly ten", 11, "exactly ten"),
        ("a longer line\nshort\n", 8, "a longe…\nshort\n"),
        ("日本語の表\n", 7, "日本語…\n"),
        ("", 5, ""),
    ],
)
def test_lines_are_cut_with_a_sign(text: str, columns: int, shown: str) -> None:
    assert fitted(text, columns) == shown
    assert all(cells_wide(line) <= columns for line in fitted(text, columns).splitlines())


def test_a_row_takes_one_line_of_a_terminal(line: Line, namespace: str) -> None:
    grant(line, namespace, reason="a reason that is certainly longer than what is left of the line")

    with terminal(Netgrant(line.kubeconfig, line.registry), "list", "-n", namespace) as shown:
        code = shown.end()

    assert code == 0
    header, row = shown.screen.splitlines()
    assert header.startswith("STATE") and row.endswith("…")
    whole = line("list", "-n", namespace).ok().out
    assert "…" not in whole.splitlines()[0]
