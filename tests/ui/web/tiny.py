"""A Textual app that shows what it is told to, types what it is given, and leaves on ``q``."""

import os
import sys
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.widgets import Static


class Tiny(App[None]):
    """One line of text."""

    BINDINGS: ClassVar = [("q", "quit", "quit")]

    def compose(self) -> ComposeResult:
        """Say who runs, and what it was given."""
        yield Static(f"tiny {os.getpid()} runs {sys.argv[1:]}", markup=False)

    def on_key(self) -> None:
        """Show that a key arrived."""
        self.query_one(Static).update("a key arrived")


if __name__ == "__main__":
    if "fail" in sys.argv:
        sys.exit("netgrant: this \x1b]52;c;eA==\x07 went wrong")
    Tiny().run()
