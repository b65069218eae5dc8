"""Every error that netgrant raises on purpose, as one tree.

Law: a message says what happened and why; ``fix`` says what to do about it. Neither ever holds a secret,
and text that came from a server is cleaned before it gets here.

    NetgrantError
    ├── InputError           a value that the user gave is wrong
    ├── ConfigError          kubeconfig, settings file or environment cannot be used
    ├── RefusedError         netgrant itself will not do it: cap, foreign object, deadline passed
    ├── ClusterError         the API server said no, or could not be asked
    │   ├── UnreachableError     no answer: refused, timed out, TLS, proxy
    │   ├── UnauthorizedError    401
    │   ├── ForbiddenError       403
    │   ├── NotFoundError        404
    │   ├── ConflictError        409: stale version, other UID
    │   │   └── ExistsError      409: the name is taken
    │   ├── GoneError            410: too old a resourceVersion
    │   ├── InvalidError         400, 415, 422: the object was refused
    │   ├── ThrottledError       429
    │   ├── ServerFaultError     5xx, or an answer that is not Kubernetes'
    │   └── UncertainError       a write was sent and its outcome is not known
    └── RegistryError        the local registry cannot be read or written
"""


class NetgrantError(Exception):
    """Base of the tree.

    Args:
        message: what happened and why, one line, fit for a terminal.
        fix: what the user can do about it, one line, or empty.
    """

    def __init__(self, message: str, *, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


class InputError(NetgrantError):
    """A value that the user gave is wrong; ``field`` names the option or form field (``for``, ``port``)."""

    def __init__(self, message: str, *, field: str = "", fix: str = "") -> None:
        super().__init__(message, fix=fix)
        self.field = field


class ConfigError(NetgrantError):
    """A kubeconfig, a settings file or the environment cannot be used as it stands."""


class RefusedError(NetgrantError):
    """netgrant will not do this: above the cap, not ours, deadline already passed, net not armed."""


class ClusterError(NetgrantError):
    """The API server refused or could not be asked.

    Args:
        message: what happened, with the server's own words cleaned.
        status: HTTP status, 0 where no answer came.
        reason: the Status reason (``AlreadyExists``), or empty.
        audit_id: the answer's Audit-Id header, which finds it in the API server's audit log, or empty.
        fix: what to do.
    """

    def __init__(
        self, message: str, *, status: int = 0, reason: str = "", audit_id: str = "", fix: str = ""
    ) -> None:
        super().__init__(message, fix=fix)
        self.status = status
        self.reason = reason
        self.audit_id = audit_id


class UnreachableError(ClusterError):
    """No usable answer came: connection refused, time-out, TLS or proxy failure."""


class UnauthorizedError(ClusterError):
    """The server does not accept these credentials (401)."""


class ForbiddenError(ClusterError):
    """These credentials may not do this (403)."""


class NotFoundError(ClusterError):
    """There is no such object (404)."""


class ConflictError(ClusterError):
    """The object changed, or is another one by now (409)."""


class ExistsError(ConflictError):
    """The name is taken (409 AlreadyExists)."""


class GoneError(ClusterError):
    """The asked resourceVersion or continue token is too old (410): list again."""


class InvalidError(ClusterError):
    """The server refused the object itself (400, 415, 422), by validation or admission."""


class ThrottledError(ClusterError):
    """The server asks to slow down (429); ``retry_after_seconds`` is its wish, 0 if it named none."""

    def __init__(self, message: str, *, retry_after_seconds: float = 0.0, reason: str = "") -> None:
        super().__init__(message, status=429, reason=reason)
        self.retry_after_seconds = retry_after_seconds


class ServerFaultError(ClusterError):
    """The server failed (5xx), or what answered is not a Kubernetes API server."""


class UncertainError(ClusterError):
    """A write was sent and no answer came: it may or may not have happened."""


class RegistryError(NetgrantError):
    """The local registry cannot be read or written."""
