"""The few protobuf bodies that kubectl sends: reviews (``kubectl auth``) and new namespaces.

Law: what is not in the table is refused (415), never dropped; answers are always JSON, which every client
that sends protobuf also accepts. Field numbers are those of k8s.io/api ``generated.proto``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.demo.resources import Object
from app.demo.status import ApiError, unsupported_media

MEDIA_TYPE = "application/vnd.kubernetes.protobuf"
_MAGIC = b"k8s\x00"
_VARINT, _BYTES = 0, 2


@dataclass(frozen=True)
class Message:
    """A protobuf message: its text fields, and its inner messages, by number."""

    texts: Mapping[int, str] = field(default_factory=dict)
    inner: Mapping[int, tuple[str, "Message"]] = field(default_factory=dict)


_META = Message({1: "name"})
_RESOURCE = Message(
    dict(enumerate(("namespace", "verb", "group", "version", "resource", "subresource", "name"), start=1))
)
_ATTRIBUTES = Message(
    inner={
        1: ("resourceAttributes", _RESOURCE),
        2: ("nonResourceAttributes", Message({1: "path", 2: "verb"})),
    }
)
_IDENTITY = Message(inner={1: ("userInfo", Message())})
_VERDICT = Message()


def _object(spec: Message, status: Message) -> Message:
    return Message(inner={1: ("metadata", _META), 2: ("spec", spec), 3: ("status", status)})


_KINDS = {
    "Namespace": _object(Message(), Message()),
    "SelfSubjectAccessReview": _object(_ATTRIBUTES, _VERDICT),
    "SelfSubjectRulesReview": _object(Message({1: "namespace"}), _VERDICT),
    "SelfSubjectReview": Message(inner={1: ("metadata", _META), 2: ("status", _IDENTITY)}),
}
_TYPE = Message({1: "apiVersion", 2: "kind"})


def read_body(body: bytes) -> Object:
    """Return the object of a protobuf body.

    Raises:
        ApiError: 415, it is of a kind or has a field that is not read here.
    """
    if not body.startswith(_MAGIC):
        raise _refused()
    envelope = dict(_fields(body[len(_MAGIC) :]))
    head, raw = envelope.get(1, b""), envelope.get(2, b"")
    if not isinstance(head, bytes) or not isinstance(raw, bytes):
        raise _refused()
    types = _read(head, _TYPE)
    shape = _KINDS.get(str(types.get("kind")))
    if shape is None:
        raise _refused()
    return {**types, **_read(raw, shape)}


def _read(data: bytes, shape: Message) -> Object:
    found: Object = {}
    for number, value in _fields(data):
        if number in shape.inner and isinstance(value, bytes):
            name, inner = shape.inner[number]
            found[name] = _read(value, inner)
        elif number in shape.texts and isinstance(value, bytes):
            if value:
                found[shape.texts[number]] = value.decode()
        elif value:  # empty fields are written out by Go and mean nothing
            raise _refused()
    return found


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        if tag & 7 == _VARINT:
            value, position = _varint(data, position)
            yield tag >> 3, value
        elif tag & 7 == _BYTES:
            length, position = _varint(data, position)
            if position + length > len(data):
                raise _refused()
            yield tag >> 3, data[position : position + length]
            position += length
        else:
            raise _refused()


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while position < len(data) and shift < 64:
        byte = data[position]
        position += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, position
    raise _refused()


def _refused() -> ApiError:
    return unsupported_media(("application/json", "application/yaml"))
