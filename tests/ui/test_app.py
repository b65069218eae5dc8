"""The placeholder opens, shows every verb, and leaves on a key."""

from textual.widgets import Static

from app.commands.catalog import VERBS
from app.ui.app import NetgrantApp


async def test_it_shows_every_verb_and_the_hint_and_quits() -> None:
    app = NetgrantApp("look [here]")
    async with app.run_test(size=(80, 24)) as pilot:
        texts = [str(widget.content) for widget in app.query(Static)]
        assert "look [here]" in texts
        assert all(any(item.summary in text for text in texts) for item in VERBS)
        await pilot.press("q")
    assert app.return_code == 0
