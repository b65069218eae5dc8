"""Objects of one kind by the grant that their label names.

Law: an object belongs to one grant at most: the one that its label named when it was last seen.
"""

from collections.abc import Callable, Collection, MutableMapping
from typing import Generic, TypeVar

from app.domain.manifest import GRANT_LABEL
from app.domain.objects import FullMeta, Job, NetworkPolicy

Key = tuple[str, str]
"""Namespace and name."""

T = TypeVar("T", NetworkPolicy, Job)


class ByGrant(Generic[T]):
    """The objects of one kind that carry a grant's label.

    Args:
        touched: gets the id of each grant that gains, loses or changes an object.
    """

    def __init__(self, touched: MutableMapping[str, None]) -> None:
        self._touched = touched
        self._held: dict[str, dict[Key, T]] = {}
        self._grant_of: dict[Key, str] = {}

    @property
    def grants(self) -> Collection[str]:
        """Return the ids of the grants that have any."""
        return self._held.keys()

    def of(self, grant_id: str) -> list[T]:
        """Return a grant's objects by namespace and name: in whatever order they came, it reads the same."""
        held = self._held.get(grant_id, {})
        return [held[key] for key in sorted(held)]

    def put(self, item: T) -> None:
        """Hold an object, in place of an older state of it; one without the label is not held."""
        key = _key(item.metadata)
        grant_id = (item.metadata.labels or {}).get(GRANT_LABEL, "")
        if self._grant_of.get(key, grant_id) != grant_id:
            self._forget(key)
        if grant_id:
            self._grant_of[key] = grant_id
            self._held.setdefault(grant_id, {})[key] = item
            self._touched[grant_id] = None

    def drop(self, item: T) -> None:
        """Forget an object that is gone, whatever label it had in the end."""
        self._forget(_key(item.metadata))

    def retain(self, is_kept: Callable[[Key], bool]) -> None:
        """Forget all objects but those whose namespace and name pass."""
        for key in [key for key in self._grant_of if not is_kept(key)]:
            self._forget(key)

    def _forget(self, key: Key) -> None:
        grant_id = self._grant_of.pop(key, None)
        if grant_id is None:
            return
        held = self._held[grant_id]
        del held[key]
        if not held:
            del self._held[grant_id]
        self._touched[grant_id] = None


def _key(meta: FullMeta) -> Key:
    return meta.namespace, meta.name
