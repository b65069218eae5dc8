"""GET of a collection: pages of one consistent state, from any version that is still remembered.

Law: all pages of a list show the state at the version of its first page, whatever was written since.
Source: k8s.io/apiserver pkg/storage/etcd3/store.go, apimachinery pkg/apis/meta/internalversion/validation.
"""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from app.demo.resources import Resource
from app.demo.selectors import Filter
from app.demo.status import ApiError, bad_request, expired, invalid_kind, too_large_version
from app.demo.storage import Record, Store, TooOldError
from app.domain.field_errors import FieldError, forbidden, not_supported

EXACT, NOT_OLDER = "Exact", "NotOlderThan"
_CONTINUE_EXPIRED = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new list"
    " without the continue parameter, or use the continue token in this response to retrieve the remainder of"
    " the results. Continuing with the provided token results in an inconsistent list - objects that were"
    " created, modified, or deleted between the time the first chunk was returned and now may show up in the"
    " list."
)


@dataclass(frozen=True)
class ListQuery:
    """The query parameters of a list or a watch."""

    limit: int = 0
    continue_token: str = ""
    version: str = ""
    match: str = ""
    is_watch: bool = False
    sends_initial: bool | None = None
    bookmarks: bool = False
    timeout_seconds: float = 0.0

    def check(self, has_watch_list: bool) -> None:
        """Refuse combinations that the server refuses.

        Raises:
            ApiError: 422.
        """
        errors = tuple(self._watch_errors(has_watch_list) if self.is_watch else self._list_errors())
        if errors:
            raise invalid_kind("meta.k8s.io", "ListOptions", "", errors)

    def _list_errors(self) -> Iterator[FieldError]:
        field = "resourceVersionMatch"
        if self.match:
            if not self.version:
                yield forbidden(field, f"{field} is forbidden unless resourceVersion is provided")
            if self.continue_token:
                yield forbidden(field, f"{field} is forbidden when continue is provided")
            if self.match not in (EXACT, NOT_OLDER):
                yield not_supported(field, self.match, (EXACT, NOT_OLDER, ""))
            if self.match == EXACT and self.version == "0":
                yield forbidden(field, f'{field} "exact" is forbidden for resourceVersion "0"')
        if self.sends_initial is not None:
            yield forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list")

    def _watch_errors(self, has_watch_list: bool) -> Iterator[FieldError]:
        field = "resourceVersionMatch"
        if self.sends_initial is not None:
            if self.match != NOT_OLDER:
                yield forbidden(field, f"sendInitialEvents requires setting {field} to {NOT_OLDER}")
            if not has_watch_list:
                yield forbidden(
                    "sendInitialEvents",
                    "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled",
                )
        if self.match:
            if self.sends_initial is None:
                yield forbidden(field, f"{field} is forbidden for watch unless sendInitialEvents is provided")
            if self.match != NOT_OLDER:
                yield not_supported(field, self.match, (NOT_OLDER,))
            if self.continue_token:
                yield forbidden(field, f"{field} is forbidden when continue is provided")


@dataclass(frozen=True)
class _Position:
    """Where a list stands: at which version, and after which key; version -1 means the present."""

    version: int
    after: tuple[str, str]

    def token(self) -> str:
        text = msgspec.json.encode({"v": "meta.k8s.io/v1", "rv": self.version, "start": self.after})
        return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def _position(token: str) -> _Position:
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        found: Any = msgspec.json.decode(text)
        namespace, name = found["start"]
        return _Position(int(found["rv"]), (str(namespace), str(name)))
    except (binascii.Error, msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
        raise bad_request(f"invalid continue token: continue key is not valid: {error}") from error


def read_version(text: str) -> int:
    """Return a resourceVersion of a list.

    Raises:
        ApiError: 400, it is not a number.
    """
    if not text.isascii() or not text.isdecimal():
        raise bad_request(
            f'invalid resource version: resourceVersion: Invalid value: "{text}":'
            f' strconv.ParseUint: parsing "{text}": invalid syntax'
        )
    return int(text)


@dataclass(frozen=True)
class Page:
    """One page: its records, the version they show, and where the rest begins."""

    records: list[Record]
    version: int
    next_token: str = ""
    remaining: int | None = None

    def body(self, resource: Resource) -> bytes:
        """Return the list object as JSON."""
        meta: dict[str, Any] = {"resourceVersion": str(self.version)}
        if self.next_token:
            meta["continue"] = self.next_token
            if self.remaining is not None:
                meta["remainingItemCount"] = self.remaining
        head = {"kind": f"{resource.kind}List", "apiVersion": resource.api_version, "metadata": meta}
        items = b",".join(record.raw for record in self.records)
        return msgspec.json.encode(head)[:-1] + b',"items":[' + items + b"]}"


class Lister:
    """Answers lists from one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def page(self, resource: Resource, namespace: str, selection: Filter, query: ListQuery) -> Page:
        """Return the page that ``query`` asks for.

        Raises:
            ApiError: 400 for a token or a version that cannot be read, 410 for one that is too old,
                504 for a version of the future (wait before sending it).
        """
        position = self._start(query)
        is_present = position.version < 0
        version = self._store.version if is_present else position.version
        try:
            records = self._store.records(resource, namespace, at=version)
        except TooOldError as error:
            raise _too_old(query, position) from error
        after = position.after
        found = [item for item in records if item.key > after and selection.matches(item.obj)]
        if not query.limit or len(found) <= query.limit:
            return Page(found, version)
        shown = found[: query.limit]
        token = _Position(position.version if is_present and after[1] else version, shown[-1].key).token()
        remaining = len(found) - len(shown) if selection.selects_all else None
        return Page(shown, version, token, remaining)

    def _start(self, query: ListQuery) -> _Position:
        start = ("", "")
        if query.continue_token:
            if query.version and query.version != "0":
                raise bad_request("specifying resource version is not allowed when using continue")
            return _position(query.continue_token)
        asked = read_version(query.version) if query.version else 0
        if asked > self._store.version:
            raise too_large_version(asked, self._store.version)
        is_exact = query.match == EXACT or (query.limit and asked and not query.match)
        return _Position(asked if is_exact and asked else -1, start)


def _too_old(query: ListQuery, position: _Position) -> ApiError:
    if not query.continue_token:
        return expired(f"The provided resource version is too old: {position.version}")
    error = expired(_CONTINUE_EXPIRED)
    error.status["metadata"] = {"continue": _Position(-1, position.after).token()}
    return error
