"""The protobuf bodies that kubectl sends, and those that nobody reads here."""

import pytest

from app.demo.protobuf import read_body
from app.demo.status import ApiError


def text(number: int, value: bytes) -> bytes:
    return bytes([number << 3 | 2, len(value)]) + value


def body(kind: bytes, raw: bytes) -> bytes:
    return b"k8s\x00" + text(1, text(1, b"v1") + text(2, kind)) + text(2, raw) + text(3, b"") + text(4, b"")


def test_an_access_review() -> None:
    wish = text(1, b"production") + text(2, b"create") + text(3, b"") + text(5, b"pods") + text(7, b"")
    found = read_body(body(b"SelfSubjectAccessReview", text(1, text(1, b"")) + text(2, text(1, wish))))
    assert found["kind"] == "SelfSubjectAccessReview"
    assert found["spec"] == {
        "resourceAttributes": {"namespace": "production", "verb": "create", "resource": "pods"}
    }


def test_a_namespace_with_the_empty_fields_that_go_writes() -> None:
    meta = text(1, b"ops") + text(2, b"") + text(3, b"") + bytes([7 << 3, 0]) + text(8, b"")
    found = read_body(body(b"Namespace", text(1, meta) + text(2, b"") + text(3, text(1, b""))))
    assert found["metadata"] == {"name": "ops"}


LABELLED = text(1, text(1, b"ops") + text(11, text(1, b"a") + text(2, b"b")))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not protobuf",
        body(b"Pod", b""),
        body(b"Namespace", LABELLED),  # a label that would be lost
        body(b"Namespace", b"\x0a\xff"),
        body(b"Namespace", b"\xff" * 12),
        body(b"Namespace", b"\x0d\x00\x00\x00\x00"),
        b"k8s\x00\x08\x01",
    ],
)
def test_what_is_not_read_here_is_refused_and_not_half_read(data: bytes) -> None:
    with pytest.raises(ApiError) as caught:
        read_body(data)
    assert caught.value.code == 415
