import json

import pytest

from app.errors import (
    ClusterError,
    ConflictError,
    ExistsError,
    ForbiddenError,
    GoneError,
    InvalidError,
    NotFoundError,
    ServerFaultError,
    ThrottledError,
    UnauthorizedError,
    UncertainError,
)
from app.kube.failures import Refusal, error_from_reply
from app.kube.wire import Call

POLICIES = "/apis/networking.k8s.io/v1/namespaces/production/networkpolicies"
GET = Call("GET", f"{POLICIES}/web")
CREATE = Call("POST", POLICIES)
DELETE = Call("DELETE", f"{POLICIES}/web")
PATCH = Call("PATCH", f"{POLICIES}/web")
DRY_RUN = Call("POST", POLICIES, {"dryRun": "All"})
REVIEW = Call("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")


def status(code: int, reason: str = "", message: str = "", **details: object) -> bytes:
    body = {"kind": "Status", "code": code, "reason": reason, "message": message, "details": details}
    return json.dumps(body).encode()


def error(call: Call, code: int, body: bytes = b"", **headers: str) -> ClusterError:
    found = {name.replace("_", "-"): value for name, value in headers.items()}
    return error_from_reply(Refusal(call, code, body, found))


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        (400, "BadRequest", InvalidError),
        (401, "Unauthorized", UnauthorizedError),
        (403, "Forbidden", ForbiddenError),
        (404, "NotFound", NotFoundError),
        (409, "AlreadyExists", ExistsError),
        (409, "Conflict", ConflictError),
        (410, "Expired", GoneError),
        (413, "RequestEntityTooLarge", InvalidError),
        (415, "UnsupportedMediaType", InvalidError),
        (422, "Invalid", InvalidError),
        (429, "TooManyRequests", ThrottledError),
        (405, "MethodNotAllowed", ServerFaultError),
        (500, "InternalError", ServerFaultError),
        (503, "ServiceUnavailable", ServerFaultError),
    ],
)
@pytest.mark.parametrize("call", [GET, CREATE, DELETE, PATCH], ids=lambda call: call.method)
def test_each_status_is_its_error(call: Call, code: int, reason: str, kind: type[ClusterError]) -> None:
    found = error(call, code, status(code, reason, "the server's words"), Audit_Id="a-1")
    assert type(found) is kind
    assert (found.status, found.reason) == (code, reason)
    assert "the server's words" in found.message
    assert found.audit_id == ("" if code == 429 else "a-1")
    assert "networkpolicies" in found.message or code == 401
    assert found.fix or code in (405, 429)


def test_a_permission_is_named_as_rbac_knows_it() -> None:
    words = (
        'networkpolicies.networking.k8s.io is forbidden: User "alice" cannot create resource '
        '"networkpolicies" in API group "networking.k8s.io" in the namespace "production"'
    )
    found = error(CREATE, 403, status(403, "Forbidden", words))
    assert "refused to create networkpolicies in namespace production: " in found.message
    assert 'User "alice"' in found.message
    assert "the verb create on networkpolicies.networking.k8s.io in namespace production" in found.fix
    assert "kubectl auth can-i create networkpolicies.networking.k8s.io -n production" in found.fix


def test_a_permission_in_all_namespaces() -> None:
    watch = Call("GET", "/api/v1/pods", {"watch": "1"})
    found = error(
        watch, 403, status(403, "Forbidden", 'pods is forbidden: User "a" cannot watch resource "pods"')
    )
    assert "the verb watch on pods in all namespaces (kubectl auth can-i watch pods -A)" in found.fix


@pytest.mark.parametrize(
    ("message", "fix"),
    [
        ('users "a" is forbidden: User "b" cannot impersonate resource "users" in API group ""', "no --as"),
        ('jobs.batch "x" is forbidden: exceeded quota: small, requested: count/jobs.batch=1', "quota"),
        ('pods "x" is forbidden: violates PodSecurity "restricted:latest"', "admission rule"),
        ("ValidatingAdmissionPolicy 'guard' with binding 'guard' denied request: too long", "admission rule"),
    ],
)
def test_a_refusal_that_is_no_missing_permission(message: str, fix: str) -> None:
    assert fix in error(CREATE, 403, status(403, "Forbidden", message)).fix


@pytest.mark.parametrize(
    ("headers", "details", "seconds"),
    [
        ({"Retry_After": "3"}, {}, 3.0),
        ({}, {"retryAfterSeconds": 5}, 5.0),
        ({"Retry_After": "1"}, {"retryAfterSeconds": 5}, 5.0),
        ({"Retry_After": "Wed, 21 Oct 2026 07:28:00 GMT"}, {}, 0.0),
        ({"Retry_After": "-1"}, {}, 0.0),
        ({"Retry_After": "²"}, {}, 0.0),
        ({"Retry_After": "9" * 400}, {}, 0.0),
        ({}, {}, 0.0),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], details: dict[str, int], seconds: float) -> None:
    found = error(GET, 429, status(429, "TooManyRequests", "", **details), **headers)
    assert isinstance(found, ThrottledError)
    assert found.retry_after_seconds == seconds


HTML = b"<html><head><title>Sign in to Corp</title></head><body>" + b"x" * 10_000 + b"</body></html>"


@pytest.mark.parametrize("code", [302, 400, 403, 404, 405, 409, 410, 422, 500, 502, 503])
@pytest.mark.parametrize(
    "body",
    [
        HTML,
        b"",
        b"404 page not found\n",
        b'{"message": "no Route matched"}',
        status(418),
        b"\xff\xfe",
        b"[1]",
        b'{"code"',
    ],
    ids=["html", "empty", "text", "gateway", "another code", "binary", "list", "truncated"],
)
def test_what_is_not_kubernetes_is_never_taken_for_it(code: int, body: bytes) -> None:
    found = error(GET, code, body)
    assert type(found) is ServerFaultError
    assert "is not a Kubernetes API server's" in found.message
    assert found.status == code
    assert len(found.message) < 500


def test_a_page_is_told_by_its_title() -> None:
    assert "Sign in to Corp" in error(GET, 403, HTML).message


def test_a_login_page_that_redirects() -> None:
    found = error(GET, 302, Location="https://login.example/\x1b[8m")
    assert r"redirects to https://login.example/\x1b[8m" in found.message
    assert "login page" in found.fix


def test_plain_http_to_a_tls_port() -> None:
    found = error(GET, 400, b"Client sent an HTTP request to an HTTPS server.\n")
    assert "https://" in found.fix


def test_an_api_that_is_not_served() -> None:
    found = error(CREATE, 404, b"404 page not found\n")
    assert "too old for /apis/networking.k8s.io/v1" in found.fix


def test_401_needs_no_status_to_be_believed() -> None:
    assert type(error(GET, 401, b"Unauthorized")) is UnauthorizedError


@pytest.mark.parametrize("call", [CREATE, DELETE, PATCH], ids=lambda call: call.method)
@pytest.mark.parametrize(
    ("code", "body"),
    [
        (502, b"<html>Bad Gateway</html>"),
        (504, b"upstream request timeout"),
        (504, status(504, "Timeout", "request did not complete within requested timeout")),
        (500, status(500, "ServerTimeout", "the server took too long")),
        (500, status(500, "InternalError", "etcdserver: request timed out")),
    ],
)
def test_a_write_that_a_gateway_or_etcd_lost_is_uncertain(call: Call, code: int, body: bytes) -> None:
    found = error(call, code, body)
    assert type(found) is UncertainError
    assert "may or may not have happened" in found.message
    assert found.status == code


@pytest.mark.parametrize("call", [GET, DRY_RUN, REVIEW], ids=["get", "dry run", "review"])
def test_what_changes_nothing_is_never_uncertain(call: Call) -> None:
    assert type(error(call, 504, b"upstream request timeout")) is ServerFaultError


def test_a_failed_webhook_is_a_certain_no() -> None:
    body = status(500, "InternalError", 'failed calling webhook "x": context deadline exceeded')
    assert type(error(CREATE, 500, body)) is ServerFaultError


def test_a_servers_words_are_cleaned_and_capped() -> None:
    body = status(409, "Conf\x1bict", "\x1b]52;c;aGk=\x07" + "x" * 10_000 + "\u202e")
    found = error(GET, 409, body, Audit_Id="a\x1b[8m" + "b" * 100)
    for text in (found.message, found.reason, found.audit_id):
        assert text.isprintable()
    assert len(found.message) < 1200
    assert len(found.audit_id) < 70
