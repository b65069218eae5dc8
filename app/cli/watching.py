"""``netgrant list --watch``: the grants as they appear, change and end.

Law: data only for what happened; that the connection is lost, and back, is talk.
"""

from collections.abc import Sequence
from contextlib import suppress

import click

from app import wiring
from app.cli import talk
from app.cli.exits import ExitCode
from app.cli.rows import COLUMNS, cells
from app.cli.running import one_context, run
from app.cli.tables import cells_wide
from app.commands.written import as_json_line
from app.domain.view import GrantRow
from app.settings import Settings

_WIDTHS = (7, 8, 8, 14, 20, 24, 10, 4, 12, 6, 0)
"""A stream cannot know what is yet to come: its columns have fixed least widths."""


def watch_grants(loaded: Settings, namespace: str | None, selector: str, form: str) -> int:
    """Print changes until interrupted, which is how this is meant to end; first comes what stands.

    Args:
        loaded: where to look.
        namespace: None is all, empty the context's own.
        selector: a label selector on the policies.
        form: ``table`` or ``json``.

    Raises:
        NetgrantError: as ``wiring.follow_grants``.
    """
    following = wiring.Following(one_context(loaded), namespace, selector)
    with suppress(KeyboardInterrupt, click.Abort):
        run(_follow(loaded, following, form))
    return ExitCode.INTERRUPTED


async def _follow(loaded: Settings, following: wiring.Following, form: str) -> None:
    trouble, is_first = "", True
    async for sight in wiring.follow_grants(loaded, following):
        if is_first:
            _begin(form, bool(sight.changes))
        for change in sight.changes:
            _print(str(change.change), change.row, form)
        if bool(sight.trouble) != bool(trouble):
            talk.warn(sight.trouble or "the connection is back, what is shown is up to date")
        trouble, is_first = sight.trouble, False


def _begin(form: str, any_stand: bool) -> None:
    if form == "table":
        talk.rows(_aligned(("EVENT", *COLUMNS)))
    if not any_stand:
        talk.say("no grants stand; watching, Ctrl-C ends it")


def _print(event: str, row: GrantRow, form: str) -> None:
    if form == "json":
        talk.data(as_json_line({"event": event, "grant": row.to_json()}))
    else:
        talk.rows(_aligned((event, *cells(row))))


def _aligned(texts: Sequence[str]) -> str:
    return "   ".join(
        text + " " * (width - cells_wide(text)) for text, width in zip(texts, _WIDTHS, strict=True)
    ).rstrip()
