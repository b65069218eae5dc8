"""The wheel is what users get: it is built, installed in an empty environment, and started elsewhere."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from app import __version__
from tests.wheelhouse import runtime_versions

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = folder.glob("*.whl")
    return found


def test_the_wheel_carries_code_sheets_and_licence_and_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "app/__main__.py" in names
    assert "app/styles/tokens.tcss" in names
    assert {"app/ui/web/index.html", "app/ui/web/begin.js", "app/ui/web/page.css"} <= {*names}
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "bench/", "styles/"))]


@pytest.mark.timeout(300)
def test_it_starts_from_an_empty_environment_in_another_directory(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "venv"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel)]
    done = subprocess.run(
        [*install, *runtime_versions(ROOT)], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    for program in ("netgrant", "kubectl-netgrant"):
        shown = subprocess.run(
            [home / "bin" / program, "--version"], capture_output=True, text=True, check=True, cwd=tmp_path
        )
        assert shown.stdout == f"netgrant {__version__}\n"
    played = subprocess.run(
        [home / "bin" / "netgrant", "demo"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert played.returncode == 0, played.stderr
