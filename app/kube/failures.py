"""Turn an answer of 400 and above into the error it stands for, saying what happened and what to do.

Law: texts from the server are cleaned and capped. An answer is believed to be Kubernetes' only if it is a
Status with its own code: a gateway's "404" must never pass for "the object is gone".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.text import clean
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
from app.kube.decode import Status, decode_status
from app.kube.request import Action, action_of, is_write
from app.kube.wire import Call

_MESSAGE_LIMIT = 1000
_TITLE = re.compile(rb"<title[^>]*>([^<]{1,200})", re.IGNORECASE)
_RBAC = re.compile(r'cannot \w+ resource "|is forbidden: User "')


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer of 300 and above."""

    call: Call
    code: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Case-insensitive."""

    @property
    def action(self) -> Action:
        """What was tried."""
        return action_of(self.call)

    @property
    def audit_id(self) -> str:
        """The Audit-Id header."""
        return clean(self.headers.get("Audit-Id", ""), 64)


def error_from_reply(refusal: Refusal) -> ClusterError:
    """Return the error that the answer stands for."""
    status = decode_status(refusal.body)
    if refusal.code == 429:
        return _throttled(refusal, status)
    if refusal.code == 401:
        return _unauthorized(refusal, status)
    if status.code != refusal.code:
        return _not_kubernetes(refusal)
    if refusal.code >= 500:
        return _server_fault(refusal, status)
    return _refused(refusal, status)


def _refused(refusal: Refusal, status: Status) -> ClusterError:
    kind, fix = _KINDS.get(refusal.code, (ServerFaultError, ""))
    message = f"the cluster refused to {refusal.action}: {_said(status)}"
    if kind is NotFoundError:
        message = f"the cluster could not {refusal.action}: {_said(status)}"
    if kind is ConflictError and status.reason == "AlreadyExists":
        kind, fix = ExistsError, "choose another name, or look at the one that is there"
    if kind is ForbiddenError:
        fix = _permission(refusal.action, status)
    return kind(
        message, status=refusal.code, reason=clean(status.reason, 64), audit_id=refusal.audit_id, fix=fix
    )


_KINDS: Mapping[int, tuple[type[ClusterError], str]] = {
    400: (InvalidError, "correct what the message names"),
    403: (ForbiddenError, ""),
    404: (NotFoundError, "check the name and the namespace"),
    409: (ConflictError, "it changed meanwhile: read it again, then retry"),
    410: (GoneError, "list again"),
    413: (InvalidError, "the object is too large"),
    415: (InvalidError, "the server does not take this kind of document"),
    422: (InvalidError, "correct what the message names"),
}


def _permission(action: Action, status: Status) -> str:
    if "cannot impersonate" in status.message:
        return "ask for the right to impersonate, or act as yourself: no --as, no as: in the kubeconfig"
    if _RBAC.search(status.message):
        where = f" -n {clean(action.namespace)}" if action.namespace else " -A"
        return (
            f"ask for the verb {action.verb} on {action.qualified}"
            f"{f' in namespace {clean(action.namespace)}' if action.namespace else ' in all namespaces'}"
            f" (kubectl auth can-i {action.verb} {action.qualified}{where})"
        )
    if "exceeded quota" in status.message:
        return "free some of the namespace's quota, or ask for more"
    return "an admission rule of the cluster refuses it; its text says which"


def _unauthorized(refusal: Refusal, status: Status) -> UnauthorizedError:
    said = f" ({_said(status)})" if status.message and status.message != "Unauthorized" else ""
    return UnauthorizedError(
        f"the cluster does not accept these credentials{said}: expired, revoked, or for another cluster",
        status=401,
        reason=clean(status.reason, 64),
        audit_id=refusal.audit_id,
        fix="log in again, then check with kubectl auth whoami",
    )


def _throttled(refusal: Refusal, status: Status) -> ThrottledError:
    seconds = max(_seconds(refusal.headers.get("Retry-After", "")), status.retry_after_seconds)
    wish = f", and asks to wait {seconds:g} s" if seconds else ""
    return ThrottledError(
        f"the cluster is too busy to {refusal.action}{wish}: {_said(status)}",
        retry_after_seconds=seconds,
        reason=clean(status.reason, 64),
    )


def _seconds(header: str) -> float:
    return float(header) if header.isascii() and header.isdigit() and len(header) < 8 else 0.0


def _server_fault(refusal: Refusal, status: Status) -> ClusterError:
    """A 5xx of Kubernetes; those after which a write may still have been carried out are uncertain."""
    lost = refusal.code in (502, 504) or status.reason in ("Timeout", "ServerTimeout")
    if is_write(refusal.call) and (lost or "etcdserver" in status.message):
        return _uncertain(refusal, _said(status))
    return ServerFaultError(
        f"the cluster failed to {refusal.action} (HTTP {refusal.code}): {_said(status)}",
        status=refusal.code,
        reason=clean(status.reason, 64),
        audit_id=refusal.audit_id,
        fix="try again; if it stays, look at the API server's health and its admission webhooks",
    )


def _not_kubernetes(refusal: Refusal) -> ClusterError:
    said = _snippet(refusal.body)
    if is_write(refusal.call) and refusal.code in (502, 504):
        return _uncertain(refusal, said)
    if "HTTP request to an HTTPS server" in said:
        said, fix = "it wants https", "use https:// in the server of the kubeconfig"
    elif 300 <= refusal.code < 400:
        said = f"it redirects to {clean(refusal.headers.get('Location', 'nowhere'), 200)}"
        fix = "check the server in the kubeconfig: a login page may stand in front of it"
    elif refusal.code == 404:
        fix = f"the server may be too old for {clean(refusal.call.path, 200)}, or its address may lack a path"
    else:
        fix = "check the server in the kubeconfig, and the proxies and gateways on the way"
    return ServerFaultError(
        f"the answer to {refusal.action} (HTTP {refusal.code}) is not a Kubernetes API server's: {said}",
        status=refusal.code,
        audit_id=refusal.audit_id,
        fix=fix,
    )


def _uncertain(refusal: Refusal, said: str) -> UncertainError:
    return UncertainError(
        f"{refusal.action} may or may not have happened: the answer was HTTP {refusal.code}, {said}",
        status=refusal.code,
        audit_id=refusal.audit_id,
        fix="look whether it happened before trying again",
    )


def _said(status: Status) -> str:
    return clean(status.message or status.reason or "it gives no reason", _MESSAGE_LIMIT)


def _snippet(body: bytes) -> str:
    """Return what a page says about itself: its title, or its first words."""
    title = _TITLE.search(body)
    text = title.group(1) if title else body[:200]
    return clean(" ".join(text.decode("utf-8", "replace").split()), 200) or "it is empty"
