"""Every failure of the embedded server, as the metav1.Status that a real one answers.

Law: code, reason, details and words follow k8s.io/apimachinery pkg/api/errors.
"""

from typing import Any

from app.demo.resources import Resource
from app.domain.field_errors import FieldError, join_errors


class ApiError(Exception):
    """A request that ends in a Status; ``retry_after`` becomes the Retry-After header."""

    def __init__(self, code: int, reason: str, message: str, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.status: dict[str, Any] = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": message,
            "reason": reason,
            **({"details": details} if details is not None else {}),
            "code": code,
        }

    @property
    def retry_after(self) -> int:
        """Seconds that the client is asked to wait, 0 for none."""
        return int(self.status.get("details", {}).get("retryAfterSeconds", 0))


def _details(resource: Resource, name: str = "", **more: object) -> dict[str, Any]:
    found: dict[str, Any] = {"name": name, "group": resource.group, "kind": resource.plural}
    return {key: value for key, value in {**found, **more}.items() if value}


def success(resource: Resource, name: str, uid: str) -> dict[str, Any]:
    """Return the Status that answers a DELETE which is done."""
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": _details(resource, name, uid=uid),
    }


def not_found(resource: Resource, name: str) -> ApiError:
    """Return 404 for an object."""
    return ApiError(404, "NotFound", f'{resource.qualified} "{name}" not found', _details(resource, name))


def no_such_path() -> ApiError:
    """Return 404 for a path that no resource has."""
    return ApiError(404, "NotFound", "the server could not find the requested resource", {})


def already_exists(resource: Resource, name: str) -> ApiError:
    """Return 409 for a name that is taken."""
    text = f'{resource.qualified} "{name}" already exists'
    return ApiError(409, "AlreadyExists", text, _details(resource, name))


def conflict(resource: Resource, name: str, why: str) -> ApiError:
    """Return 409 for a precondition or a resourceVersion that does not hold."""
    text = f'Operation cannot be fulfilled on {resource.qualified} "{name}": {why}'
    return ApiError(409, "Conflict", text, _details(resource, name))


def stale(resource: Resource, name: str) -> ApiError:
    """Return 409 for an update that was made from an older version."""
    why = "the object has been modified; please apply your changes to the latest version and try again"
    return conflict(resource, name, why)


def bad_request(message: str) -> ApiError:
    """Return 400."""
    return ApiError(400, "BadRequest", message)


def invalid(resource: Resource, name: str, errors: tuple[FieldError, ...]) -> ApiError:
    """Return 422 for an object of ``resource``, one cause for each error."""
    return invalid_kind(resource.group, resource.kind, name, errors)


def invalid_kind(group: str, kind: str, name: str, errors: tuple[FieldError, ...]) -> ApiError:
    """Return 422 for an object or options of any kind, one cause for each error."""
    qualified = f"{kind}.{group}" if group else kind
    details = {
        "name": name,
        "group": group,
        "kind": kind,
        "causes": [
            {"reason": str(item.reason), "message": item.message, "field": item.field} for item in errors
        ],
    }
    return ApiError(
        422,
        "Invalid",
        f'{qualified} "{name}" is invalid: {join_errors(errors)}',
        {key: value for key, value in details.items() if value},
    )


def forbidden(resource: Resource, name: str, why: str, causes: object = None) -> ApiError:
    """Return 403 with the server's own reason."""
    subject = f'{resource.qualified} "{name}"' if name else resource.qualified
    return ApiError(
        403, "Forbidden", f"{subject} is forbidden: {why}", _details(resource, name, causes=causes)
    )


def unauthorized() -> ApiError:
    """Return 401."""
    return ApiError(401, "Unauthorized", "Unauthorized")


def expired(message: str) -> ApiError:
    """Return 410 Expired: the version or the continue token is too old."""
    return ApiError(410, "Expired", message)


def too_large_version(asked: int, current: int) -> ApiError:
    """Return 504 for a resourceVersion that this server has not reached."""
    return ApiError(
        504,
        "Timeout",
        f"Too large resource version: {asked}, current: {current}",
        {
            "causes": [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}],
            "retryAfterSeconds": 1,
        },
    )


def method_not_allowed() -> ApiError:
    """Return 405."""
    text = "the server does not allow this method on the requested resource"
    return ApiError(405, "MethodNotAllowed", text, {})


def unsupported_media(accepted: tuple[str, ...]) -> ApiError:
    """Return 415 for a body in a form that is not read here."""
    text = "the body of the request was in an unknown format - accepted media types include: "
    return ApiError(415, "UnsupportedMediaType", text + ", ".join(accepted))
