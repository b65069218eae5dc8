"""The locked versions of what the wheel needs at run time."""

import re
import tomllib
from pathlib import Path


def runtime_versions(root: Path) -> list[str]:
    """Return ``name==version`` of each direct runtime dependency, as the lock has it."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    wanted = {_plain(re.split(r"[<>=!~ ]", text)[0]) for text in project["dependencies"]}
    lines = (root / "constraints.txt").read_text().splitlines()
    found = [line for line in lines if _plain(line.partition("==")[0]) in wanted]
    assert len(found) == len(wanted), sorted(wanted)
    return found


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
