"""What is shown goes to a file that nobody else reads and no spreadsheet runs."""

import csv
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from app.errors import ConfigError
from app.ui.saving import file_name, grants_csv, save
from app.ui.view import Shown
from tests.ui import objects
from tests.ui.test_cursor import A, B


def test_the_file_is_named_after_the_time_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    path = save(grants_csv([B, A], objects.NOW), file_name("grants", objects.NOW, "csv"), tmp_path)
    assert path == tmp_path / "netgrant-grants-20261124T102054Z.csv"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert [row["id"] for row in rows] == [B.row.id, A.row.id]
    assert rows[1]["secondsLeft"] == "1634"
    assert rows[1]["reason"] == "debug replication lag"


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    found = grants_csv([Shown(A.cluster, replace(A.row, reason=text, ticket=text))], objects.NOW)
    row = next(csv.DictReader(found.splitlines()))
    assert row["reason"][0] in ("'", " ")
    assert row["ticket"][0] in ("'", " ")


def test_what_a_file_remembers_is_cleaned() -> None:
    found = grants_csv([Shown(A.cluster, replace(A.row, reason="\x1b[2J"))], objects.NOW)
    assert "\x1b" not in found


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    name = file_name("grants", objects.NOW, "csv")
    (tmp_path / name).write_text("mine")
    assert save("x", name, tmp_path).name == "netgrant-grants-20261124T102054Z-2.csv"
    assert (tmp_path / name).read_text() == "mine"


def test_a_link_that_was_laid_there_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").symlink_to(tmp_path / "victim")
    assert save("x", "a.csv", tmp_path) == tmp_path / "a-2.csv"
    assert not os.path.exists(tmp_path / "victim")


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"a\.csv could not be written: No such file or directory"):
        save("x", "a.csv", tmp_path / "gone")
