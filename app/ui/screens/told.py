"""What somebody must not miss: sentences that stay until they are closed.

Law: it asks nothing and changes nothing.
"""

from collections.abc import Iterable, Sequence

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from app.domain.text import clean
from app.ui.asking import Asking


class Told(Asking[None]):
    """Some sentences.

    Args:
        title: what they are about.
        sentences: each wrapped, none cut.
    """

    BACK = "Close"

    def __init__(self, title: str, sentences: Sequence[str]) -> None:
        super().__init__(title, "")
        self._sentences = tuple(sentences)

    def compose_body(self) -> Iterable[Widget]:
        """Yield the sentences."""
        for sentence in self._sentences:
            yield Static(Content(clean(sentence)), classes="dialog-sentence")

    def on_mount(self) -> None:
        """Wait to be closed."""
        super().on_mount()
        self.show_keys("Enter or Esc close")
        self._back.focus()

    def action_submit(self) -> None:
        """Close."""
        self.dismiss(None)
