"""What a request asks for, read from its method, its path and its query.

Law: pure; it says what is asked, not whether there is such a thing or whether one may.
Source: k8s.io/apiserver pkg/endpoints/request/requestinfo.go.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.demo.access import Attributes
from app.demo.lists import ListQuery
from app.demo.status import bad_request

_VERBS = {
    "GET": "get",
    "HEAD": "get",
    "POST": "create",
    "PUT": "update",
    "PATCH": "patch",
    "DELETE": "delete",
}
_NAME_SELECTOR = re.compile(r"(?:^|,)metadata\.name==?([^,!=]+)")
_DEFAULT_WATCH_SECONDS = 1800.0


@dataclass(frozen=True)
class RequestInfo:
    """One request; ``resource`` is empty for a path that is not one of a resource."""

    verb: str
    path: str
    group: str = ""
    version: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    selected_name: str = ""
    """The one name that the field selector of a list allows: such a list is allowed where that name is."""

    @property
    def attributes(self) -> Attributes:
        """What has to be allowed for it."""
        if not self.resource:
            return Attributes(self.verb, path=self.path)
        resource = f"{self.resource}/{self.subresource}" if self.subresource else self.resource
        return Attributes(self.verb, self.group, resource, self.namespace, self.name or self.selected_name)


def read_request(method: str, path: str, query: Mapping[str, str]) -> RequestInfo:
    """Return what ``method`` on ``path`` asks for."""
    parts = [part for part in path.split("/") if part]
    match parts:
        case ["api", version, *rest] if rest:
            group = ""
        case ["apis", group, version, *rest] if rest:
            pass
        case _:
            return RequestInfo(method.lower(), path)
    namespace, rest = _namespace(rest)
    resource, name, subresource = [*rest, "", "", ""][:3]
    verb = _VERBS.get(method, method.lower())
    found = None
    if not name:
        verb = {"get": "list", "delete": "deletecollection"}.get(verb, verb)
        if verb == "list" and is_true(query, "watch"):
            verb = "watch"
        found = _NAME_SELECTOR.search(query.get("fieldSelector", ""))
    selected = found[1] if found else ""
    return RequestInfo(verb, path, group, version, resource, subresource, namespace, name, selected)


def _namespace(parts: list[str]) -> tuple[str, list[str]]:
    """Split off the namespace; a request about a namespace itself also lies in it."""
    match parts:
        case ["namespaces", namespace, ("status" | "finalize") as subresource]:
            return namespace, ["namespaces", namespace, subresource]
        case ["namespaces", namespace]:
            return namespace, parts
        case ["namespaces", namespace, *rest]:
            return namespace, rest
    return "", parts


def is_true(query: Mapping[str, str], name: str) -> bool:
    """Tell whether a flag of the query is set: anything but ``0`` and ``false`` is true."""
    return query.get(name, "false").lower() not in ("0", "false", "f")


def _number(query: Mapping[str, str], name: str) -> int:
    text = query.get(name, "") or "0"
    try:
        return int(text)
    except ValueError as error:
        raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax') from error


def read_list_query(query: Mapping[str, str], is_watch: bool) -> ListQuery:
    """Return the options of a list or a watch.

    Raises:
        ApiError: 400 for a number that is none.
    """
    return ListQuery(
        limit=max(0, _number(query, "limit")),
        continue_token=query.get("continue", ""),
        version=query.get("resourceVersion", ""),
        match=query.get("resourceVersionMatch", ""),
        is_watch=is_watch,
        sends_initial=is_true(query, "sendInitialEvents") if "sendInitialEvents" in query else None,
        bookmarks=is_true(query, "allowWatchBookmarks"),
        timeout_seconds=_number(query, "timeoutSeconds") or _DEFAULT_WATCH_SECONDS,
    )
