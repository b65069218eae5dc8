"""Turn the API server's JSON into frozen domain values, in one step and with every text cleaned.

Law: one object that cannot be decoded never costs the others: a list is decoded item by item once its fast
path failed, and a watch line becomes ``Undecodable``. Only a document that is no Kubernetes answer at all is
an error. Texts are checked after decoding, on what was kept: 400 bytes of a 4 KB pod, so the check costs a
tenth of what it would on the line, and a newline in an annotation that nobody reads costs nothing.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

import msgspec

from app.domain.objects import Meta
from app.domain.text import clean, clean_tree, is_suspect
from app.errors import ServerFaultError

INITIAL_EVENTS_END = "k8s.io/initial-events-end"


class ClusterObject(Protocol):
    """What every decoded kind has."""

    @property
    def metadata(self) -> Meta:
        """Name, UID and version."""
        ...


T = TypeVar("T", bound=ClusterObject)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list."""

    items: tuple[T, ...]
    resource_version: str
    """Where a watch may begin; the same on every page of one list."""
    continue_token: str = ""
    """Asks for the next page; empty on the last one."""
    remaining: int = 0
    """How many items the server says are still to come, 0 where it does not say."""
    undecodable: tuple["Undecodable", ...] = ()
    """The items that are not among ``items``."""


@dataclass(frozen=True, slots=True)
class RawPage:
    """One page of a list whose items are still JSON, so that they can be decoded a few at a time."""

    items: Sequence[msgspec.Raw]
    resource_version: str
    continue_token: str
    remaining: int


class Changed(msgspec.Struct, Generic[T], frozen=True, gc=False):
    """An object as it is after ADDED or MODIFIED, or was just before DELETED."""

    type: str
    value: T


class Bookmark(msgspec.Struct, frozen=True, gc=False):
    """All changes up to ``resource_version`` were sent; ``initial_end`` closes a watch-list's first state."""

    resource_version: str
    initial_end: bool = False


class Undecodable(msgspec.Struct, frozen=True, gc=False):
    """An object of which at most the identity could be read."""

    type: str
    metadata: Meta
    why: str


class Status(msgspec.Struct, frozen=True, rename="camel"):
    """metav1.Status: an answer of 400 and above, or the object of an ERROR event."""

    code: int = 0
    reason: str = ""
    message: str = ""
    details: dict[str, Any] | None = None

    @property
    def retry_after_seconds(self) -> float:
        """How long the server asks to wait, 0 where it does not say."""
        value = (self.details or {}).get("retryAfterSeconds", 0)
        return float(value) if isinstance(value, int | float) else 0.0


class Fault(msgspec.Struct, frozen=True):
    """An ERROR event: the watch is over, for the reason that the status names (410 above all)."""

    status: Status


WatchEvent: TypeAlias = Changed[T] | Bookmark | Undecodable | Fault


class _Envelope(msgspec.Struct, gc=False):
    type: str
    object: msgspec.Raw


class _ListMeta(msgspec.Struct, gc=False, rename="camel"):
    resource_version: str = ""
    continue_: str = msgspec.field(default="", name="continue")
    remaining_item_count: int | None = None


class _List(msgspec.Struct):
    # Both are required: an answer that is no list must never pass for an empty one, which would delete all.
    metadata: _ListMeta
    items: list[msgspec.Raw] | None


class _Identity(msgspec.Struct, gc=False):
    metadata: Meta


class _Mark(msgspec.Struct, gc=False):
    metadata: "_MarkMeta"


class _MarkMeta(msgspec.Struct, gc=False, rename="camel"):
    resource_version: str = ""
    annotations: dict[str, str] | None = None


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_LIST = msgspec.json.Decoder(_List)
_IDENTITY = msgspec.json.Decoder(_Identity)
_MARK = msgspec.json.Decoder(_Mark)
_STATUS = msgspec.json.Decoder(Status)
_ENCODER = msgspec.json.Encoder()

# RecursionError: a document nested a thousand levels deep, which no kind of ours can be.
_BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


@cache
def _decoder(kind: type[V]) -> msgspec.json.Decoder[V]:
    return msgspec.json.Decoder(kind)


def _parse(decoder: msgspec.json.Decoder[V], document: bytes | msgspec.Raw) -> V:
    """Decode a document or an item; one with broken UTF-8 or lone surrogates is repaired and tried once more.

    Go never writes those, but one such text must not cost a whole list, nor the watch at each reconnect.
    """
    try:
        return decoder.decode(document)
    except _BROKEN as error:
        try:
            plain = json.loads(bytes(document).decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            raise error from None
        return decoder.decode(_ENCODER.encode(clean_tree(plain)))


def _cleaned(value: V, kind: type[V]) -> V:
    """Return ``value`` with every text in it cleaned: the same value where none needs it."""
    kept = _ENCODER.encode(value)
    return msgspec.convert(clean_tree(msgspec.json.decode(kept)), kind) if is_suspect(kept) else value


def _decoded(raw: bytes | msgspec.Raw, kind: type[T]) -> T:
    decoder: msgspec.json.Decoder[T] = _decoder(kind)
    value = _parse(decoder, raw)
    if not value.metadata.name:
        raise msgspec.ValidationError("the object has no metadata.name")
    return _cleaned(value, kind)


def _undecodable(change: str, raw: bytes | msgspec.Raw, error: Exception) -> Undecodable:
    try:
        meta = _IDENTITY.decode(raw).metadata
    except _BROKEN:
        meta = Meta()
    return Undecodable(change, _cleaned(meta, Meta), clean(str(error), 200))


def _not_kubernetes(what: str, body: bytes, error: Exception) -> ServerFaultError:
    head = clean(body[:60].decode("utf-8", "replace"))
    return ServerFaultError(
        f"the server's {what} is not what a Kubernetes API server sends ({clean(str(error), 120)}): {head!r}",
        fix="check that the address in the kubeconfig is that of an API server, and the proxies on the way",
    )


def decode_one(body: bytes, kind: type[T]) -> T:
    """Return the object that ``body`` holds.

    Raises:
        ServerFaultError: it does not hold one.
    """
    try:
        return _decoded(body, kind)
    except _BROKEN as error:
        raise _not_kubernetes("answer", body, error) from error


def open_list(body: bytes) -> RawPage:
    """Return a page of a list, its items not yet decoded.

    Raises:
        ServerFaultError: the document is not a list.
    """
    try:
        document = _parse(_LIST, body)
    except _BROKEN as error:
        raise _not_kubernetes("list", body, error) from error
    meta = document.metadata
    return RawPage(
        document.items or (), meta.resource_version, meta.continue_, meta.remaining_item_count or 0
    )


def decode_list(body: bytes, kind: type[T]) -> Page[T]:
    """Return a page of a list; items that cannot be decoded are set apart, not lost in silence.

    Raises:
        ServerFaultError: the document is not a list.
    """
    page = open_list(body)
    items, undecodable = decode_items(page.items, kind)
    return Page(items, page.resource_version, page.continue_token, page.remaining, undecodable)


def decode_items(raws: Sequence[msgspec.Raw], kind: type[T]) -> tuple[tuple[T, ...], tuple[Undecodable, ...]]:
    """Return what of ``raws`` could be decoded, and what could not."""
    items: list[T] = []
    undecodable: list[Undecodable] = []
    for raw in raws:
        try:
            items.append(_decoded(raw, kind))
        except _BROKEN as error:
            undecodable.append(_undecodable("ADDED", raw, error))
    return tuple(items), tuple(undecodable)


def decode_event(line: bytes, kind: type[T]) -> WatchEvent[T]:
    """Return what one line of a watch says.

    Raises:
        ServerFaultError: the line is no watch event: cut short, or a proxy's error page.
    """
    try:
        envelope = _parse(_ENVELOPE, line)
        change = envelope.type
        if change in ("ADDED", "MODIFIED", "DELETED"):
            return _changed(change, envelope.object, kind)
        if change == "BOOKMARK":
            return _bookmark(envelope.object)
        if change == "ERROR":
            return Fault(decode_status(bytes(envelope.object)))
    except _BROKEN as error:
        raise _not_kubernetes("watch line", line, error) from error
    return Undecodable(clean(change, 40), Meta(), "unknown type of watch event")


def _changed(change: str, raw: msgspec.Raw, kind: type[T]) -> Changed[T] | Undecodable:
    try:
        return Changed(change, _decoded(raw, kind))
    except _BROKEN as error:
        return _undecodable(change, raw, error)


def _bookmark(raw: msgspec.Raw) -> Bookmark:
    meta = _MARK.decode(raw).metadata
    return Bookmark(meta.resource_version, (meta.annotations or {}).get(INITIAL_EVENTS_END) == "true")


def decode_status(body: bytes) -> Status:
    """Return the metav1.Status in ``body``, its texts cleaned; an empty one where it holds none."""
    try:
        status = _parse(_STATUS, body)
    except _BROKEN:
        return Status()
    return Status(status.code, clean(status.reason, 100), clean(status.message), status.details)
