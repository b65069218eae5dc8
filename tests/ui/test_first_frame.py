"""What the first frame has to wait for can only be seen in a process of its own."""

import subprocess
import sys
from pathlib import Path

from tests.e2e.command import ROOT

LATER = (
    "aiohttp", "kubernetes_asyncio", "sqlite_utils", "ulid", "textual_serve", "pytest",
    "app.kube.exchange", "app.kube.connection", "app.kube.auth", "app.kube.reflector", "app.kube.feeding",
    "app.demo.server", "app.commands.create", "app.commands.revoke", "app.commands.recover", "app.ui.web",
    "app.ui.screens.grant_form", "app.ui.screens.history", "app.ui.screens.extend", "app.ui.screens.revoke",
    "app.ui.widgets.activity", "app.ui.widgets.policy", "app.ui.widgets.record", "textual.widgets._text_area",
    "textual.widgets._data_table", "textual.widgets._markdown", "pygments", "markdown_it",
)  # fmt: skip
"""Modules that no first frame needs; each costs it milliseconds."""
PROBE = f"""
import sys
from pathlib import Path
from app.settings import Settings
from app.cli import dashboard
from app.wiring import terminal
from app.ui import curtain, ending
from app.ui.app import NetgrantApp
from app.wiring.preferences import Wish
from app.wiring.screens import Screens

class Probe(NetgrantApp):
    def _begin(self):
        print([name for name in {LATER!r} if name in sys.modules], "app.ui.screens.dashboard" in sys.modules)
        self.exit(0)

Probe(Screens(Settings(registry=Path(sys.argv[1])), Wish())).run(headless=True)
"""


def test_the_first_frame_imports_nothing_that_it_does_not_show(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(tmp_path / "registry.db")],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    assert done.stdout == "[] True\n", done.stdout + done.stderr
