import pytest
from hypothesis import given

from app.domain.records import Json
from app.registry.redaction import BLOT, redact, redact_tree
from tests.registry import samples

JWT = "eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.eyJzdWIiOiJzeXN0ZW06YWRtaW4ifQ.c2lnbmF0dXJlLW9mLXRoaXM"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"token is {JWT}, try it", f"token is {BLOT}, try it"),
        (f"key {PEM} end", f"key {BLOT} end"),
        (PEM[:50], BLOT),
        ("Bearer abcdef0123456789abcdef", f"Bearer {BLOT}"),
        ("curl -H 'Authorization: Basic dXNlcjpwYXNz' x", f"curl -H 'Authorization: Basic {BLOT} x"),
        ("PGPASSWORD=hunter2 psql", f"PGPASSWORD={BLOT} psql"),
        ("api_key=abc&x=1", f"api_key={BLOT}"),
        ("https://admin:hunter2@192.0.2.1:6443/x", f"https://admin:{BLOT}@192.0.2.1:6443/x"),
    ],
)
def test_what_looks_like_a_credential_is_blotted_out(text: str, kept: str) -> None:
    assert redact(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "debug replication lag",
        "basic authentication broken, bearer of bad news here",
        "token: see the runbook",
        "rotate the password for app=database",
        "https://192.0.2.10:6443",
        "https://alice@example.test/x",
        "tier=secret-store",
    ],
)
def test_plain_reasons_stay_as_they_are(text: str) -> None:
    assert redact(text) == text


def test_detail_is_searched_to_its_leaves_and_by_its_keys() -> None:
    detail = {
        "reason": f"use {JWT}",
        "bearer_token": "short",
        "client-secret": {"deep": "value"},
        "audit_id": "6f0c",
        "tokenizer": "kept",
        "parts": [{"url": "https://u:p@192.0.2.1"}, 7, None],
    }

    assert redact_tree(detail) == {
        "reason": f"use {BLOT}",
        "bearer_token": BLOT,
        "client-secret": BLOT,
        "audit_id": "6f0c",
        "tokenizer": "kept",
        "parts": [{"url": f"https://u:{BLOT}@192.0.2.1"}, 7, None],
    }


@given(samples.objects)
def test_redacting_twice_changes_nothing_more(detail: Json) -> None:
    once = redact_tree(detail)

    assert redact_tree(once) == once
