"""Turn the lines of a watch into events.

Law: a line whose object cannot be decoded is an event too, ``Undecodable``; only what is no watch event at
all is an error. The usual line, a change of a readable object, is decoded in a single pass; all others are
taken apart a second time.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any, Generic, Literal, TypeAlias, TypeVar

import msgspec

from app.domain.objects import Meta
from app.domain.text import clean, is_any_suspect
from app.kube.decode import (
    BROKEN,
    ENCODER,
    ClusterObject,
    Undecodable,
    cleaned,
    decode_object,
    decode_status,
    not_kubernetes,
    parse,
    set_apart,
)

T = TypeVar("T", bound=ClusterObject)

_TYPES: dict[str, Literal["ADDED", "MODIFIED", "DELETED"]] = {
    "ADDED": "ADDED",
    "MODIFIED": "MODIFIED",
    "DELETED": "DELETED",
}
_INITIAL_EVENTS_END = "k8s.io/initial-events-end"


class Changed(msgspec.Struct, Generic[T], frozen=True, gc=False):
    """An object as it is after ADDED or MODIFIED, or was just before DELETED."""

    type: Literal["ADDED", "MODIFIED", "DELETED"]
    value: T = msgspec.field(name="object")


class Bookmark(msgspec.Struct, frozen=True, gc=False):
    """All changes up to ``resource_version`` were sent; ``initial_end`` closes a watch-list's first state."""

    resource_version: str
    initial_end: bool = False


class Fault(msgspec.Struct, frozen=True):
    """An ERROR event: the watch is over, for the reason that its metav1.Status names (410 above all)."""

    code: int
    body: bytes
    """The Status as JSON."""


WatchEvent: TypeAlias = Changed[T] | Bookmark | Undecodable | Fault


class _Envelope(msgspec.Struct, gc=False):
    type: str
    object: msgspec.Raw


class _MarkMeta(msgspec.Struct, gc=False, rename="camel"):
    resource_version: str = ""
    annotations: dict[str, str] | None = None


class _Mark(msgspec.Struct, gc=False):
    metadata: _MarkMeta


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_MARK = msgspec.json.Decoder(_Mark)


@cache
def _change_decoder(kind: type[Any]) -> msgspec.json.Decoder[Any]:
    generic: Any = Changed  # for mypy a variable is no type argument
    return msgspec.json.Decoder(generic[kind])


def decode_event(line: bytes, kind: type[T]) -> WatchEvent[T]:
    """Return what one line of a watch says.

    Raises:
        ServerFaultError: the line is no watch event: cut short, or a proxy's error page.
    """
    try:
        event: Changed[T] = _change_decoder(kind).decode(line)
    except BROKEN:
        return _decode_other(line, kind)
    return _checked(event, kind)


def decode_events(block: bytes, kind: type[T]) -> Iterable[WatchEvent[T]]:
    """Return what a block of whole lines says, in order; a line that is no event raises where it stands.

    A block of nothing but readable changes, as a busy watch sends them, is decoded in a single call.

    Raises:
        ServerFaultError: a line is no watch event.
    """
    try:
        events: list[Changed[T]] = _change_decoder(kind).decode_lines(block)
    except BROKEN:
        return (decode_event(line, kind) for line in block.split(b"\n") if line)
    values = [event.value for event in events]
    if is_any_suspect(ENCODER.encode_lines(values)) or not all(value.metadata.name for value in values):
        return [_checked(event, kind) for event in events]
    return events


def _checked(event: Changed[T], kind: type[T]) -> Changed[T] | Undecodable:
    """Return the event with its texts cleaned where they must be."""
    value = cleaned(event.value, kind)
    if not value.metadata.name:
        return Undecodable(event.type, value.metadata, "the object has no metadata.name")
    return event if value is event.value else Changed(event.type, value)


def _decode_other(line: bytes, kind: type[T]) -> WatchEvent[T]:
    """Take apart a line that is not the change of an object that can be read at once."""
    try:
        envelope = parse(_ENVELOPE, line)
        if envelope.type in _TYPES:
            return _change(envelope, kind)
        if envelope.type == "BOOKMARK":
            return _bookmark(envelope.object)
    except BROKEN as error:
        raise not_kubernetes("watch line", line, error) from error
    if envelope.type == "ERROR":
        body = bytes(envelope.object)
        return Fault(decode_status(body).code, body)
    return Undecodable(clean(envelope.type, 40), Meta(), "unknown type of watch event")


def _change(envelope: _Envelope, kind: type[T]) -> Changed[T] | Undecodable:
    """Return the change of an object that is broken, or was until ``parse`` repaired its text."""
    try:
        value = decode_object(envelope.object, kind)
    except BROKEN as error:
        return set_apart(envelope.type, envelope.object, error)
    return Changed(_TYPES[envelope.type], value)


def _bookmark(raw: msgspec.Raw) -> Bookmark:
    meta = _MARK.decode(raw).metadata
    return Bookmark(meta.resource_version, (meta.annotations or {}).get(_INITIAL_EVENTS_END) == "true")
