"""From an HTTP request to its answer: who, may they, what, and how it is sent.

Law: the order is the real server's: 401, 403, 404/405, then the body. Nothing here knows a kind by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from app.demo import discovery, kinds, openapi, reviews
from app.demo.access import Attributes, Authorizer, User
from app.demo.bodies import JSON_TYPE, WriteOptions, parse
from app.demo.clock import ServerClock
from app.demo.deletion import Deleter, read_options
from app.demo.identity import Identities, denied, impersonated
from app.demo.lists import Lister, Page
from app.demo.requests import RequestInfo, read_list_query, read_request
from app.demo.resources import Resource
from app.demo.reviews import Reviewer
from app.demo.selectors import Filter, read_filter
from app.demo.status import (
    ApiError,
    bad_request,
    method_not_allowed,
    no_such_path,
    not_found,
    success,
    unsupported_media,
)
from app.demo.storage import Store
from app.demo.watch import Subject
from app.demo.writes import PATCHES, Target, Writer, Written

if TYPE_CHECKING:  # aiohttp costs 150 ms, and only a running server needs it
    from aiohttp.web import BaseRequest

BODY_LIMIT_BYTES = 3 * 1024 * 1024
_TOO_LARGE_WAIT_SECONDS = 3.0


@dataclass(frozen=True)
class Answer:
    """A whole reply."""

    status: int
    body: bytes
    content_type: str = JSON_TYPE
    warnings: tuple[str, ...] = ()
    retry_after: int = 0


_PAGE_NOT_FOUND = Answer(404, b"404 page not found\n", "text/plain")


@dataclass(frozen=True)
class Stream:
    """A reply that goes on: the subject and the query of a watch."""

    subject: Subject
    query: Any


@dataclass(frozen=True)
class Call:
    """One authorized request on a resource that is served."""

    info: RequestInfo
    resource: Resource
    query: Mapping[str, str]
    body: bytes
    content_type: str

    @property
    def target(self) -> Target:
        """What it is about."""
        namespace = self.info.namespace if self.resource.namespaced else ""
        return Target(self.resource, namespace, self.info.name, self.info.subresource)

    @property
    def options(self) -> WriteOptions:
        """The options of a write."""
        dry_run = tuple(filter(None, (self.query.get("dryRun", ""),)))
        return WriteOptions(dry_run, self.query.get("fieldValidation", ""))

    def document(self) -> Any:  # noqa: ANN401 - JSON of any shape
        """Return the decoded body."""
        return parse(self.body, self.content_type, self.resource.kind)


@dataclass(frozen=True)
class Release:
    """What this server is, and what it can."""

    version: str
    has_watch_list: bool


class Handlers:
    """Answers requests from one store."""

    def __init__(self, store: Store, clock: ServerClock, identities: Identities, release: Release) -> None:
        self._store = store
        self._clock = clock
        self._identities = identities
        self._release = release
        self._writer = Writer(store, clock)
        self._deleter = Deleter(store, clock)
        self._lister = Lister(store)
        self._authorizer = Authorizer(store)
        self._reviewer = Reviewer(self._authorizer)

    async def answer(self, request: "BaseRequest") -> Answer | Stream:
        """Return the reply to ``request``, a Status for whatever went wrong."""
        try:
            return await self._answer(request)
        except ApiError as error:
            body = msgspec.json.encode(error.status)
            return Answer(error.code, body, retry_after=error.retry_after)

    async def _answer(self, request: "BaseRequest") -> Answer | Stream:
        path_token, path = self._identities.split_path(request.path)
        headers = request.headers
        user = self._identities.authenticate(headers.get("Authorization", ""), path_token)
        groups = tuple(headers.getall("Impersonate-Group", []))
        user = impersonated(user, headers.get("Impersonate-User", ""), groups, self._authorizer)
        info = read_request(request.method, path, request.query)
        resource = kinds.BY_PATH.get((info.group, info.version, info.resource))
        self._authorize(user, info.attributes, resource)
        if not info.resource:
            return self._document(info, request.host)
        body = await _read_body(request)
        content_type = headers.get("Content-Type", "")
        review = reviews.KINDS.get((info.group, info.resource))
        if review and info.version == "v1" and not info.name:
            return self._review(review, user, info, parse(body, content_type, review))
        if resource is None and info.group and info.group not in discovery.groups():
            return _PAGE_NOT_FOUND
        if resource is None:
            raise no_such_path()
        return await self._dispatch(Call(info, resource, request.query, body, content_type))

    def _authorize(self, user: User, wish: Attributes, resource: Resource | None) -> None:
        verdict = self._authorizer.decide(user, wish)
        if not verdict.allowed:
            raise denied(user, wish, resource, verdict.reason)

    def _document(self, info: RequestInfo, address: str) -> Answer:
        if info.path in discovery.HEALTH_PATHS:
            return Answer(200, b"ok", "text/plain")
        found = discovery.document(info.path, self._release.version, address) or openapi.document(info.path)
        if found is None:
            return _PAGE_NOT_FOUND
        if info.verb not in ("get", "head"):
            raise method_not_allowed()
        return Answer(200, msgspec.json.encode(found))

    def _review(self, kind: str, user: User, info: RequestInfo, document: object) -> Answer:
        if info.verb != "create":
            raise method_not_allowed()
        found = self._reviewer.review(kind, user, document, self._clock.now())
        return Answer(201, msgspec.json.encode(found))

    async def _dispatch(self, call: Call) -> Answer | Stream:
        _check_route(call)
        match call.info.verb:
            case "list" | "watch":
                return await self._read_many(call)
            case "get":
                return self._read_one(call)
            case "create":
                return self._written(call, self._writer.create(call.target, call.document(), call.options))
            case "update":
                return self._written(call, self._writer.replace(call.target, call.document(), call.options))
            case "patch":
                return self._patch(call)
        return self._delete(call)

    def _filter(self, call: Call) -> Filter:
        query = call.query
        return read_filter(call.resource, query.get("labelSelector", ""), query.get("fieldSelector", ""))

    async def _read_many(self, call: Call) -> Answer | Stream:
        selection = self._filter(call)
        query = read_list_query(call.query, call.info.verb == "watch")
        query.check(self._release.has_watch_list)
        if query.is_watch:
            if query.version and not query.version.isdecimal():
                text = f'resourceVersion: Invalid value: "{query.version}": invalid syntax'
                raise ApiError(500, "", text)
            return Stream(Subject(call.resource, call.target.namespace, selection), query)
        try:
            page = self._page(call, selection)
        except ApiError as error:
            if error.code != 504:
                raise
            await self._clock.sleep(_TOO_LARGE_WAIT_SECONDS)
            page = self._page(call, selection)
        return Answer(200, page.body(call.resource))

    def _page(self, call: Call, selection: Filter) -> Page:
        query = read_list_query(call.query, is_watch=False)
        return self._lister.page(call.resource, call.target.namespace, selection, query)

    def _read_one(self, call: Call) -> Answer:
        record = self._store.get(call.resource, call.target.namespace, call.info.name)
        if record is None:
            raise not_found(call.resource, call.info.name)
        return Answer(200, record.typed(call.resource))

    def _written(self, call: Call, written: Written) -> Answer:
        status = 201 if written.was_created else 200
        return Answer(status, written.record.typed(call.resource), warnings=tuple(written.warnings))

    def _patch(self, call: Call) -> Answer:
        form = call.content_type.partition(";")[0].strip()
        if form not in PATCHES:
            raise unsupported_media(tuple(PATCHES))
        try:
            document = msgspec.json.decode(call.body)
        except msgspec.DecodeError as error:
            raise bad_request(f"error decoding patch: {error}") from error
        return self._written(call, self._writer.patch(call.target, form, document, call.options))

    def _delete(self, call: Call) -> Answer:
        document = call.document() if call.body else None
        options = read_options(document, call.query, call.options.dry_run)
        resource = call.resource
        if call.info.verb == "deletecollection":
            page = self._page(call, self._filter(call))
            self._deleter.delete_all(resource, page.records, options)
            return Answer(200, page.body(resource))
        deleted = self._deleter.delete(call.target, options)
        if deleted.is_gone and not resource.returns_deleted:
            uid = deleted.record.obj["metadata"]["uid"]
            body = msgspec.json.encode(success(resource, call.info.name, uid))
        else:
            body = deleted.record.typed(resource)
        return Answer(200, body, warnings=deleted.warnings)


async def _read_body(request: "BaseRequest") -> bytes:
    found = bytearray()
    async for chunk in request.content.iter_any():
        found += chunk
        if len(found) > BODY_LIMIT_BYTES:
            text = f"Request entity too large: limit is {BODY_LIMIT_BYTES}"
            raise ApiError(413, "RequestEntityTooLarge", text)
    return bytes(found)


def _check_route(call: Call) -> None:
    """Refuse what has no route: a wrong subresource, a name too many, a method too few.

    Raises:
        ApiError: 404 or 405.
    """
    info, resource = call.info, call.resource
    if info.subresource and (info.subresource != "status" or not resource.has_status):
        raise no_such_path()
    reads_all = info.verb in ("list", "watch")
    if resource.namespaced and not info.namespace and not reads_all:
        raise no_such_path() if info.name else method_not_allowed()
    wanted = {"get": True, "update": True, "patch": True, "delete": not info.subresource, "create": False}
    deletes_all = info.verb == "deletecollection" and resource.may_delete_all
    allowed = reads_all or deletes_all or wanted.get(info.verb) == bool(info.name)
    if not allowed:
        raise method_not_allowed()
