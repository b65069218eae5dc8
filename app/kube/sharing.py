"""Keep one copy of what many objects have in common: labels, owners, namespaces; a third of a pod's memory.

Law: only replaces a value by an equal one; nobody can tell but by looking at the memory.
"""

from collections.abc import Hashable
from typing import TypeVar

from msgspec.structs import force_setattr

from app.domain.objects import Meta

V = TypeVar("V")


class Sharing:
    """The copies that were handed out, for as long as this lives."""

    def __init__(self) -> None:
        self._copies: dict[Hashable, object] = {}

    def share(self, meta: Meta, held: Meta | None) -> None:
        """Let ``meta`` use copies that are there: those of ``held``, its predecessor, or of any other object.

        Frozen values are touched here before anybody else has seen them, as in a ``__post_init__``.
        """
        if held is not None:
            force_setattr(meta, "name", held.name)  # the same, or it would not be the predecessor
            force_setattr(meta, "namespace", held.namespace)
            if meta.labels == held.labels:
                force_setattr(meta, "labels", held.labels)
            if meta.owner_references == held.owner_references:
                force_setattr(meta, "owner_references", held.owner_references)
            return
        force_setattr(meta, "namespace", self._copy(meta.namespace, meta.namespace))
        if meta.labels:
            force_setattr(meta, "labels", self._copy(tuple(meta.labels.items()), meta.labels))
        if meta.owner_references:
            owners = meta.owner_references
            force_setattr(meta, "owner_references", self._copy(owners, owners))

    def _copy(self, key: Hashable, value: V) -> V:
        copy: V = self._copies.setdefault(key, value)  # type: ignore[assignment]  # equal keys, equal values
        return copy
