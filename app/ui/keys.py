"""The catalog's keys as Textual's bindings."""

from collections.abc import Iterable

from textual.binding import Binding, BindingType

from app.commands.catalog import Key


def bindings(keys: Iterable[Key], *, priority: bool = False) -> list[BindingType]:
    """Return one binding for each key, in the order of the footer.

    Args:
        keys: of one screen.
        priority: whether they act before those of whatever is in front, forms too.
    """
    return [
        Binding(
            key.keys,
            key.action,
            key.label,
            show=key.in_footer,
            id=key.id,
            tooltip=key.help,
            priority=priority,
        )
        for key in keys
    ]


def writing_actions(keys: Iterable[Key]) -> frozenset[str]:
    """Return the names of the actions that change a cluster, and are off in read-only mode."""
    return frozenset(key.action.partition("(")[0] for key in keys if key.writes)
