"""Follow one resource in all namespaces, or where that is forbidden, in those that are known.

Law: a resource that may not be listed everywhere is asked for again now and then; once it may be, the single
namespaces are let go. What was seen stays known until a complete list says that it is gone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from app.domain.link import Link, LinkState
from app.kube.decode import ClusterObject
from app.kube.intake import Intake, Sink, carried
from app.kube.reflector import Reflector, Surroundings, Timing
from app.kube.resources import Resource, Target
from app.kube.store import Changes, Key, Store
from app.kube.wire import Wire
from app.ports import Clock

T = TypeVar("T", bound=ClusterObject)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to look."""

    only: str | None = None
    """The one namespace to follow; None means all."""
    known: Callable[[], Awaitable[Sequence[str]]] | None = None
    """Tells the namespaces to follow where not all may be listed."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What all strands of one cluster share."""

    wire: Wire
    clock: Clock
    intake: Intake
    tasks: asyncio.TaskGroup
    timing: Timing = field(default_factory=Timing)


class Strand(Generic[T]):
    """One reflector, its store, and how far what it brought has been carried over."""

    def __init__(
        self, ground: Ground, target: Target[T], sink: Sink[T], on_link: Callable[[], object]
    ) -> None:
        self.namespace = target.namespace
        self.store: Store[T] = Store()
        self._ground = ground
        self._sink = sink
        self._on_link = on_link
        self._is_filled = False
        around = Surroundings(ground.clock, on_link=self._hear_link)
        self._reflector = Reflector(ground.wire, target, self.store, around, ground.timing)
        self._unsubscribe = self.store.subscribe(self._hear)
        self._name = f"follow {target}"
        self._task = ground.tasks.create_task(self._reflector.run(), name=self._name)

    @property
    def link(self) -> Link:
        """Return the link; it is loading until the first list was carried over whole."""
        link = self._reflector.link
        if link.state in (LinkState.LIVE, LinkState.STALE) and not self._is_filled:
            return Link(LinkState.LOADING, link.since, link.error, link.failures)
        return link

    @property
    def is_filled(self) -> bool:
        """Tell whether a complete list was carried over."""
        return self._is_filled

    def reopen(self) -> None:
        """Go on from here over a new stream: the one that is open cannot be trusted."""
        self._task.cancel()
        self._task = self._ground.tasks.create_task(self._reflector.run(), name=self._name)

    def end(self) -> None:
        """Follow no more."""
        self._unsubscribe()
        self._task.cancel()

    def _hear_link(self, link: Link) -> None:
        if link.state is LinkState.DENIED and not self._is_filled and self.namespace is not None:
            self._sink.lose_sight(lambda key: key[0] != self.namespace)
        self._on_link()

    def _hear(self, changes: Changes[T]) -> None:
        self._ground.intake.add(self._carry(changes))

    def _carry(self, changes: Changes[T]) -> Iterator[None]:
        yield from carried(changes, self._sink)
        if changes.relisted and not self._is_filled:
            self._sink.retain(self._is_possible)
            self._is_filled = True
            self._on_link()

    def _is_possible(self, key: Key) -> bool:
        """Tell whether an object may exist, for all that the list says."""
        namespace, name = key
        return self.namespace not in (None, namespace) or self.store.get(namespace, name) is not None


class Strands(Generic[T]):
    """One resource of one cluster.

    Args:
        ground: what is shared.
        resource: what to follow.
        sink: where its objects go.
        on_link: called whenever ``link`` may have changed.
        labels: a label selector.
    """

    def __init__(
        self,
        ground: Ground,
        resource: Resource[T],
        sink: Sink[T],
        on_link: Callable[[], object],
        labels: str = "",
    ) -> None:
        self._ground = ground
        self._resource = resource
        self._labels = labels
        self._sink = sink
        self._on_link = on_link
        self._known: Callable[[], Awaitable[Sequence[str]]] | None = None
        self._first: Strand[T] | None = None
        self._single: tuple[Strand[T], ...] = ()
        self._is_narrowing = False

    def start(self, scope: Scope) -> None:
        """Begin to follow."""
        self._known = scope.known if scope.only is None else None
        self._first = self._strand(scope.only)

    def _strand(self, namespace: str | None) -> Strand[T]:
        target = Target(self._resource, namespace, self._labels)
        return Strand(self._ground, target, self._sink, self._note)

    def _all(self) -> Iterator[Strand[T]]:
        yield from (strand for strand in (self._first, *self._single) if strand is not None)

    def reopen(self) -> None:
        """Go on over new streams."""
        for strand in self._all():
            strand.reopen()

    def end(self) -> None:
        """Follow no more."""
        for strand in self._all():
            strand.end()
        self._first, self._single = None, ()

    @property
    def links(self) -> tuple[Link, ...]:
        """Return the links that tell how far what is known of the resource may be believed."""
        if self._single:
            return tuple(strand.link for strand in self._single)
        return (self._first.link,) if self._first else ()

    @property
    def covered(self) -> frozenset[str] | None:
        """Return the namespaces whose objects are all known; None means all namespaces."""
        strands = self._single or ((self._first,) if self._first else ())
        known = [strand for strand in strands if strand.is_filled]
        if any(strand.namespace is None for strand in known):
            return None
        return frozenset(strand.namespace for strand in known if strand.namespace is not None)

    @property
    def namespaces(self) -> tuple[str, ...] | None:
        """Return the namespaces that are looked at; None means all."""
        if self._single:
            return tuple(strand.namespace or "" for strand in self._single)
        only = self._first.namespace if self._first else None
        return None if only is None else (only,)

    def _note(self) -> None:
        first = self._first
        if first is not None and self._known is not None:
            if first.link.state is LinkState.DENIED and not first.is_filled and not self._is_narrowing:
                self._is_narrowing = True
                self._ground.tasks.create_task(self._narrow(), name=f"narrow {self._resource.plural}")
            elif first.is_filled and self._single:
                self._widen()
        self._on_link()

    async def _narrow(self) -> None:
        """Follow the known namespaces instead of all."""
        names = dict.fromkeys(await self._known()) if self._known else {}
        if self._first is None or self._first.is_filled:
            return
        self._sink.lose_sight(lambda key: key[0] in names)  # an earlier connection may have had more rights
        self._single = tuple(self._strand(name) for name in names)
        self._on_link()

    def _widen(self) -> None:
        """Let the single namespaces go: all may be listed now."""
        for strand in self._single:
            strand.end()
        self._single = ()
        self._is_narrowing = False


def combined(links: Iterable[Link]) -> Link | None:
    """Return what can be said of several links as one; None where there are none.

    What is denied in some places but not in all is told in the error of a link that else is well.
    """
    found = tuple(links)
    denied = [link for link in found if link.state is LinkState.DENIED]
    others = [link for link in found if link.state is not LinkState.DENIED]
    if not others:
        return denied[0] if denied else None
    for state in (LinkState.LOADING, LinkState.STALE):
        if worst := [link for link in others if link.state is state]:
            return min(worst, key=lambda link: (not link.error, link.since))
    last = max(others, key=lambda link: link.since)
    return Link(last.state, last.since, denied[0].error) if denied else last
