"""The pane with what there is to know of the grant under the cursor: activity, policy, history."""

from textual.containers import Vertical

from app.ui.view import Shown, View


class Detail(Vertical):
    """Tabs about one grant."""

    def look_at(self, shown: Shown | None, view: View) -> None:
        """Show another grant, or none."""

    def show_view(self, view: View) -> None:
        """Bring what is shown up to date."""
