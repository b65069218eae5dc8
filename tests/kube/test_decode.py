"""Documents and watch lines into values."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.objects import Event, Job, NetworkPolicy, Pod, Service
from app.domain.text import clean
from app.errors import ServerFaultError
from app.kube.decode import (
    decode_list,
    decode_one,
    decode_status,
)

POD: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "name": "web-1",
        "namespace": "shop",
        "uid": "u1",
        "resourceVersion": "7",
        "creationTimestamp": "2026-10-01T12:00:00Z",
        "labels": {"app": "web"},
        "annotations": {"note": "two\nlines"},
        "managedFields": [{"f:metadata": {}}],
    },
    "spec": {
        "nodeName": "n1",
        "containers": [{"name": "c", "ports": [{"containerPort": 80, "name": "http"}]}],
    },
    "status": {"phase": "Running", "podIP": "10.0.0.1", "podIPs": [{"ip": "10.0.0.1"}, {"ip": "fd00::1"}]},
}


def encoded(document: object) -> bytes:
    return json.dumps(document).encode()


def test_a_pod_keeps_the_fields_we_use() -> None:
    value = decode_one(encoded(POD), Pod)
    assert value.metadata.creation_timestamp == datetime(2026, 10, 1, 12, 0, tzinfo=UTC)
    assert value.metadata.labels == {"app": "web"}
    assert value.spec.node_name == "n1"
    assert value.spec.containers is not None
    assert value.spec.containers[0].ports is not None
    assert value.spec.containers[0].ports[0].container_port == 80
    assert value.status.pod_ips is not None
    assert [address.ip for address in value.status.pod_ips] == ["10.0.0.1", "fd00::1"]


def test_a_policy_keeps_its_spec_as_it_is() -> None:
    spec = {
        "podSelector": {},
        "policyTypes": ["Ingress"],
        "ingress": [{"ports": [{"port": 5432}]}],
        "future": 1,
    }
    assert decode_one(encoded({"metadata": {"name": "p"}, "spec": spec}), NetworkPolicy).spec == spec


def test_a_target_port_may_be_a_number_or_a_name() -> None:
    ports = [{"port": 80, "targetPort": 8080}, {"port": 81, "targetPort": "http"}]
    value = decode_one(encoded({"metadata": {"name": "s"}, "spec": {"ports": ports}}), Service)
    assert value.spec.ports is not None
    assert [port.target_port for port in value.spec.ports] == [8080, "http"]


def test_hostile_text_is_made_visible_everywhere() -> None:
    document = {
        "metadata": {
            "name": "job",
            "creationTimestamp": "2026-10-01T12:00:00Z",
            "labels": {"a\u202eb": "c\x1b[31m"},
            "annotations": {"reason": "x\x1b]52;c;aGk=\x07", "plain": "ok"},
        },
        "status": {
            "startTime": "2026-10-01T12:00:01.5Z",
            "conditions": [{"type": "Failed", "status": "True", "message": "two\nlines\u200b"}],
        },
    }
    value = decode_one(encoded(document), Job)
    assert value.metadata.labels == {"a\\u202eb": "c\\x1b[31m"}
    assert value.metadata.annotations == {"reason": "x\\x1b]52;c;aGk=\\x07", "plain": "ok"}
    assert value.status.start_time == datetime(2026, 10, 1, 12, 0, 1, 500000, tzinfo=UTC)
    assert value.status.conditions is not None
    assert value.status.conditions[0].message == "two lines\\u200b"


@given(st.text(max_size=40), st.booleans())
def test_every_text_comes_out_as_clean_would_make_it(text: str, ascii_only: bool) -> None:
    body = json.dumps({"metadata": {"name": "e"}, "message": text}, ensure_ascii=ascii_only)
    assert decode_one(body.encode("utf-8", "surrogatepass"), Event).message == clean(text)


def test_broken_utf_8_and_lone_surrogates_cost_nothing_else() -> None:
    body = b'{"metadata":{"resourceVersion":"5"},"items":[%s,%s]}'
    lone = b'{"metadata":{"name":"a","labels":{"x":"\\ud800"}}}'
    page = decode_list(body % (lone, b'{"metadata":{"name":"b","labels":{"x":"\xff"}}}'), Pod)
    assert [item.metadata.labels for item in page.items] == [{"x": "\\ud800"}, {"x": "\ufffd"}]


def test_a_page_of_a_list() -> None:
    document = {
        "kind": "PodList",
        "metadata": {"resourceVersion": "9", "continue": "t", "remainingItemCount": 3},
        "items": [POD],
    }
    page = decode_list(encoded(document), Pod)
    assert (page.resource_version, page.continue_token, page.remaining) == ("9", "t", 3)
    assert [item.metadata.name for item in page.items] == ["web-1"]


def test_a_list_with_null_items_is_empty() -> None:
    assert decode_list(b'{"metadata":{"resourceVersion":"9"},"items":null}', Pod).items == ()


@pytest.mark.parametrize(
    "broken",
    [{"metadata": None}, {"metadata": {}}, {"metadata": {"name": "x"}, "status": {"podIPs": 3}}, 7, None, []],
)
def test_one_bad_item_does_not_lose_the_list(broken: object) -> None:
    document = {"metadata": {"resourceVersion": "9"}, "items": [POD, broken, POD]}
    page = decode_list(encoded(document), Pod)
    assert len(page.items) == 2
    assert len(page.undecodable) == 1


def test_the_head_of_a_foreign_answer_is_shown_cleaned() -> None:
    with pytest.raises(ServerFaultError) as caught:
        decode_one(b"\x1b]52;c;aGk=\x07<html>", Pod)
    assert "\x1b" not in caught.value.message


def test_an_answer_that_is_no_status_gives_an_empty_one() -> None:
    assert decode_status(b"<html>").code == 0
    assert decode_status(encoded({"code": 404, "reason": "NotFound"})).reason == "NotFound"
