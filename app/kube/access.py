"""Who we are, what we may do, and what the server's clock says: the port Access.

Law: asks the server and believes nothing else; $USER and the kubeconfig's user name are no identity.
"""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar

import msgspec

from app.domain.objects import Moment
from app.domain.records import Json
from app.domain.text import clean
from app.errors import ForbiddenError, NotFoundError, ServerFaultError
from app.kube.wire import Call, Reply, Wire
from app.ports import Check, Clock, Identity

T = TypeVar("T")

_AUTHENTICATION = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
_AUTHORIZATION = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_VERSION = "/version"
_RESOLUTION = timedelta(seconds=1)
# The server cuts its time down to the second, so it is half a second behind on average.
_TRUNCATION = timedelta(seconds=0.5)
_NO_CLOCK = timedelta(days=36525)
"""A clock that is a century off tells no time: reckoning with it leaves the calendar."""


class _Meta(msgspec.Struct, frozen=True, rename="camel"):
    creation_timestamp: Moment | None = None


class _UserInfo(msgspec.Struct, frozen=True):
    username: str = ""
    groups: tuple[str, ...] = ()


class _Reviewed(msgspec.Struct, frozen=True, rename="camel"):
    user_info: _UserInfo = _UserInfo()


class _SubjectReview(msgspec.Struct, frozen=True):
    metadata: _Meta = _Meta()
    status: _Reviewed = _Reviewed()


class _Allowed(msgspec.Struct, frozen=True):
    allowed: bool = False


class _AccessReview(msgspec.Struct, frozen=True):
    status: _Allowed


class _Version(msgspec.Struct, frozen=True, rename="camel"):
    git_version: str


class Reviews:
    """Implements Access.

    Args:
        wire: the connection whose user is meant.
        clock: measures the round trip that a reading of the server's clock costs.
        own_address: our address as pods see it, where the connection knows it.
    """

    def __init__(self, wire: Wire, clock: Clock, own_address: str | None = None) -> None:
        self._wire = wire
        self._clock = clock
        self._own_address = own_address

    async def whoami(self) -> Identity:
        """Ask the cluster who we are; also reads its clock.

        A server older than 1.28, or one that refuses the question, leaves the user name empty, and its clock
        is read from the Date header.
        """
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
        before = self._clock.now()
        try:
            reply = await self._wire.request(_post(_AUTHENTICATION, body))
        except (NotFoundError, ForbiddenError):
            return await self._nameless()
        except ServerFaultError as error:
            if error.status != 404:  # that the API is not served is told by no Status
                raise
            return await self._nameless()
        after = self._clock.now()
        review = _decode(reply.body, _SubjectReview, "SelfSubjectReview")
        user = review.status.user_info
        at = review.metadata.creation_timestamp or _date(reply)
        offset, error_bar = _offset(before, after, at)
        groups = tuple(clean(group, 256) for group in user.groups)
        return Identity(clean(user.username, 256), groups, offset, error_bar)

    async def may(self, checks: Sequence[Check]) -> tuple[bool, ...]:
        """Answer each check in order, asked in parallel."""
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._may(check)) for check in checks]
        except ExceptionGroup as failed:  # the first says it: the others failed alike or were called off
            raise failed.exceptions[0] from None
        return tuple(task.result() for task in tasks)

    async def my_address(self) -> str | None:
        """Return our own IP as pods would see it: known inside the cluster alone.

        The API server never tells from where it sees us, and what it saw would be the outside of a NAT.
        """
        return self._own_address

    async def server_version(self) -> str:
        """Return the server's gitVersion (``v1.36.3``)."""
        reply = await self._wire.request(Call("GET", _VERSION))
        return clean(_decode(reply.body, _Version, "version").git_version, 64)

    async def _may(self, check: Check) -> bool:
        attributes = {
            "verb": check.verb,
            "group": check.group,
            "resource": check.resource,
            "namespace": check.namespace,
        }
        body = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": attributes},
        }
        reply = await self._wire.request(_post(_AUTHORIZATION, body))
        return _decode(reply.body, _AccessReview, "SelfSubjectAccessReview").status.allowed

    async def _nameless(self) -> Identity:
        before = self._clock.now()
        reply = await self._wire.request(Call("GET", _VERSION))
        offset, error_bar = _offset(before, self._clock.now(), _date(reply))
        return Identity("", (), offset, error_bar)


def _post(path: str, body: Json) -> Call:
    return Call("POST", path, body=json.dumps(body).encode())


def _decode(body: bytes, kind: type[T], what: str) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ServerFaultError(
            f"the server's {what} is not what a Kubernetes API server sends: {clean(str(error), 120)}",
            fix="check that the address in the kubeconfig is that of an API server",
        ) from error


def _date(reply: Reply) -> datetime | None:
    try:
        return parsedate_to_datetime(reply.date).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _offset(before: datetime, after: datetime, server: datetime | None) -> tuple[timedelta, timedelta]:
    """Return server clock minus ours and the error bar: half the round trip and the second's resolution."""
    round_trip = after - before
    middle = before + round_trip / 2
    if server is None or abs(server - middle) > _NO_CLOCK:
        return timedelta(), timedelta.max
    return server - middle + _TRUNCATION, round_trip / 2 + _RESOLUTION
