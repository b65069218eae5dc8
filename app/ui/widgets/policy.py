"""The tab with a grant's policies as they stand, and what was changed in them since they were granted.

Law: texts come cleaned. What is shown is the cluster's word; what was granted is the registry's.
"""

import asyncio

from textual.app import ComposeResult

from app.domain.grant import Grant
from app.domain.records import GrantRecord
from app.domain.text import clean
from app.errors import NetgrantError
from app.ui.view import Shown, View
from app.ui.widgets.lines import Line, Lines, quiet
from app.ui.widgets.pane import Means, Pane
from app.ui.widgets.policy_lines import Standing, policy_lines, policy_yaml


class Policy(Pane):
    """YAML, with what drifted above it and marked in it."""

    def __init__(self, means: Means) -> None:
        super().__init__()
        self._log = means.log
        self._shown: Shown | None = None
        self._grant: Grant | None = None
        self._text = ""

    def compose(self) -> ComposeResult:
        """One list of lines."""
        yield Lines(id="policy")

    def on_mount(self) -> None:
        """Draw what was given before there was anything to draw on."""
        self._begin()

    def look_at(self, shown: Shown | None, view: View) -> None:
        """Show another grant, or another state of it."""
        is_other = (self._shown and self._shown.key) != (shown and shown.key)
        self._shown = shown
        self._grant = shown.cluster.rows.grant(shown.row.id) if shown else None
        if self.children:
            if is_other:
                self.query_one(Lines).scroll_home(animate=False, immediate=True)
            self._begin()

    def show_view(self, view: View) -> None:
        """Write the policies anew where they were touched in a way that the grant's row does not tell."""
        if self._shown is None or not self.children:
            return
        newest = self._shown.cluster.rows.grant(self._shown.row.id)
        if newest is not None and newest is not self._grant and newest != self._grant:
            self._grant = newest
            self._begin()

    def _begin(self) -> None:
        if self._shown is None or self._grant is None:
            self._text = ""
            reason = (
                "No grant is chosen."
                if self._shown is None
                else "The cluster has not shown its policies yet."
            )
            self.query_one(Lines).show([quiet(reason)])
            return
        self.run_worker(
            self._load(self._shown, self._grant), group="policy", exclusive=True, exit_on_error=False
        )

    async def _load(self, shown: Shown, grant: Grant) -> None:
        """Read what was granted, and write both in a thread: a policy may have thousands of lines."""
        trouble = ""
        record: GrantRecord | None = None
        if shown.row.drift:
            try:
                record = await self._log.grant(grant.id)
            except NetgrantError as error:
                trouble = clean(error.message)
        standing = Standing(grant, shown.row.drift, record, trouble)
        lines, text = await asyncio.to_thread(_written, standing)
        self._text = text
        self.query_one(Lines).show(lines)

    def copyable(self) -> str:
        """Return the YAML as it stands."""
        return self._text


def _written(standing: Standing) -> tuple[list[Line], str]:
    return policy_lines(standing), policy_yaml(standing.grant)
