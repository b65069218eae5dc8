"""Turn the API server's JSON into frozen domain values, in one step and with every text cleaned.

Law: one object that cannot be decoded never costs the others: a list is decoded item by item, and what fails
is set apart. Only a document that is no Kubernetes answer at all is an error. Texts are checked after
decoding, on what was kept: 600 bytes of a 4 KB pod, so the check costs a tenth of what it would on the
document, and a newline in an annotation that nobody reads costs nothing.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from app.domain.objects import Meta
from app.domain.text import clean, clean_tree, is_suspect
from app.errors import ServerFaultError


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


_LIST = msgspec.json.Decoder(_List)
_IDENTITY = msgspec.json.Decoder(_Identity)
_STATUS = msgspec.json.Decoder(Status)
ENCODER = msgspec.json.Encoder()

BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding raises; RecursionError where a document is nested a thousand levels deep."""


@cache
def _decoder(kind: type[V]) -> msgspec.json.Decoder[V]:
    return msgspec.json.Decoder(kind)


def parse(decoder: msgspec.json.Decoder[V], document: bytes | msgspec.Raw) -> V:
    """Decode a document or an item; one with broken UTF-8 or lone surrogates is repaired and tried once more.

    Go never writes those, but one such text must not cost a whole list, nor the watch at each reconnect.
    """
    try:
        return decoder.decode(document)
    except BROKEN as error:
        try:
            plain = json.loads(bytes(document).decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            raise error from None
        return decoder.decode(ENCODER.encode(clean_tree(plain)))


def cleaned(value: V, kind: type[V]) -> V:
    """Return ``value`` with every text in it cleaned: the same value where none needs it."""
    kept = ENCODER.encode(value)
    return msgspec.convert(clean_tree(msgspec.json.decode(kept)), kind) if is_suspect(kept) else value


def decode_object(raw: bytes | msgspec.Raw, kind: type[T]) -> T:
    """Return the object in ``raw``.

    Raises:
        one of BROKEN: it is no such object.
    """
    decoder: msgspec.json.Decoder[T] = _decoder(kind)
    value = parse(decoder, raw)
    if not value.metadata.name:
        raise msgspec.ValidationError("the object has no metadata.name")
    return cleaned(value, kind)


def set_apart(change: str, raw: bytes | msgspec.Raw, error: Exception) -> Undecodable:
    """Return what can be said about an object that failed to decode with ``error``."""
    try:
        meta = _IDENTITY.decode(raw).metadata
    except BROKEN:
        meta = Meta()
    return Undecodable(change, cleaned(meta, Meta), clean(str(error), 200))


def not_kubernetes(what: str, body: bytes, error: Exception) -> ServerFaultError:
    """Return the error for a document that no API server sends."""
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
        return decode_object(body, kind)
    except BROKEN as error:
        raise not_kubernetes("answer", body, error) from error


def open_list(body: bytes) -> RawPage:
    """Return a page of a list, its items not yet decoded.

    Raises:
        ServerFaultError: the document is not a list.
    """
    try:
        document = parse(_LIST, body)
    except BROKEN as error:
        raise not_kubernetes("list", body, error) from error
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
            items.append(decode_object(raw, kind))
        except BROKEN as error:
            undecodable.append(set_apart("ADDED", raw, error))
    return tuple(items), tuple(undecodable)


def decode_status(body: bytes) -> Status:
    """Return the metav1.Status in ``body``, its texts cleaned; an empty one where it holds none."""
    try:
        status = parse(_STATUS, body)
    except BROKEN:
        return Status()
    return Status(status.code, clean(status.reason, 100), clean(status.message), status.details)
