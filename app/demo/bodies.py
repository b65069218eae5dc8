"""From the bytes of a request to an object of the right kind, or to the server's 400.

Law: nothing past this module meets a value of the wrong type, an unknown field or a foreign kind.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from app.demo import protobuf
from app.demo.resources import Object, Resource
from app.demo.status import ApiError, bad_request, invalid_kind, unsupported_media
from app.domain.field_errors import FieldError, invalid, not_supported
from app.domain.metadata_rules import unique_owners
from app.domain.schema import decode

JSON_TYPE = "application/json"
YAML_TYPE = "application/yaml"
_REPEATED_OWNERS = (
    ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+,"
    " and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: "
)
_VALIDATIONS = ("", "Ignore", "Strict", "Warn")


@dataclass(frozen=True)
class WriteOptions:
    """The query parameters of a write."""

    dry_run: tuple[str, ...] = ()
    field_validation: str = ""

    def check(self, kind: str) -> None:
        """Refuse values outside the enumerations; ``kind`` is that of the options (CreateOptions …).

        Raises:
            ApiError: 422.
        """
        if errors := tuple(self._errors()):
            raise invalid_kind("meta.k8s.io", kind, "", errors)

    def _errors(self) -> Iterator[FieldError]:
        if any(item != "All" for item in self.dry_run):
            yield not_supported("dryRun", [*self.dry_run], ("All",))
        if self.field_validation not in _VALIDATIONS:
            yield not_supported("fieldValidation", self.field_validation, _VALIDATIONS)


def parse(body: bytes, content_type: str, kind: str) -> Any:  # noqa: ANN401 - JSON of any shape
    """Return the decoded body.

    Raises:
        ApiError: 400 for malformed text, 415 for another form than JSON, YAML or what kubectl must send.
    """
    media = content_type.partition(";")[0].strip() or JSON_TYPE
    if media == protobuf.MEDIA_TYPE:
        return protobuf.read_body(body)
    if media not in (JSON_TYPE, YAML_TYPE):
        raise unsupported_media((JSON_TYPE, YAML_TYPE))
    try:
        return _parse_yaml(body) if media == YAML_TYPE else msgspec.json.decode(body)
    except (msgspec.DecodeError, ValueError) as error:
        words = "unexpected end of JSON input (<empty>)" if not body else str(error)
        raise bad_request(
            f"the object provided is unrecognized (must be of type {kind}):"
            f" couldn't get version/kind; json parse error: {words}"
        ) from error


def _parse_yaml(body: bytes) -> object:
    import yaml  # here, as a JSON client never needs its 40 ms

    try:
        return yaml.safe_load(body)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def read_object(resource: Resource, document: object, validation: str) -> tuple[Object, list[str]]:
    """Return ``document`` as an object of ``resource``, with warnings about fields that it does not have.

    Raises:
        ApiError: 400: another kind, a value of the wrong type, or an unknown field under ``Strict``.
    """
    document = {} if document is None else document
    if not isinstance(document, dict):
        raise bad_request(
            f"the object provided is unrecognized (must be of type {resource.kind}):"
            " couldn't get version/kind; json parse error: json: cannot unmarshal a value that is no object"
        )
    kind = document.get("kind") or resource.kind
    version = document.get("apiVersion") or resource.api_version
    head = f'{kind} in version "{resource.version}" cannot be handled as a {resource.kind}: '
    if kind != resource.kind or version != resource.api_version:
        raise bad_request(f'{head}no kind "{kind}" is registered for version "{version}" here')
    decoded = decode(document, resource.shape)
    if decoded.error:
        raise bad_request(head + str(decoded.error))
    unknown = [f'unknown field "{path}"' for path in decoded.unknown]
    if unknown and validation == "Strict":
        raise bad_request(f"{head}strict decoding error: {', '.join(unknown)}")
    obj = decoded.value
    obj.pop("kind", None)
    obj.pop("apiVersion", None)
    warnings = [] if validation == "Ignore" else unknown
    return obj, [*warnings, *_drop_repeated_owners(obj["metadata"])]


def _drop_repeated_owners(meta: Object) -> Iterator[str]:
    owners = meta.get("ownerReferences", [])
    kept = unique_owners(owners)
    if len(kept) < len(owners):
        meta["ownerReferences"] = kept
        uids = [owner["uid"] for index, owner in enumerate(owners) if owner in owners[:index]]
        yield _REPEATED_OWNERS + ", ".join(dict.fromkeys(uids))


def patched_object(resource: Resource, document: object, validation: str) -> tuple[Object, list[str]]:
    """Return a patched document as an object; what a body gets as 400, a patch gets as 422.

    Raises:
        ApiError: 422.
    """
    try:
        return read_object(resource, document, validation)
    except ApiError as error:
        text = msgspec.json.encode(document).decode()
        cause = invalid("patch", text, error.status["message"].rpartition(": json: ")[2])
        raise invalid_kind("", "", "", (cause,)) from error
