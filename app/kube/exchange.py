"""Exchange requests and answers with one API server as one user: the Wire that all of kube/ speaks over.

Law: every failure leaves as a ClusterError; what is wrong before the first request, as a ConfigError. A
secret is asked for at each request, so that a token that expires in mid-life is replaced in time, and once
more when the server refuses it. A 429 says that nothing was done, so it is waited out, a few times, for
writes too.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from types import TracebackType

from app.domain.text import clean
from app.errors import ConfigError, ThrottledError, UnauthorizedError
from app.kube.credentials import Credential, Secret
from app.kube.failures import Refusal, error_from_reply
from app.kube.lines import BLOCK_BYTES, Lines
from app.kube.network import NETWORK_ERRORS, error_from_network
from app.kube.pool import Headers, Pool
from app.kube.server import Server
from app.kube.slim import aiohttp
from app.kube.wire import Call, Reply
from app.ports import Clock

CONNECT_SECONDS = 5.0
_THROTTLED_TRIES = 4
_LONGEST_WAIT = 10.0
_ERROR_BODY_LIMIT = 64 * 1024


@dataclass(frozen=True, slots=True)
class Profile:
    """What a connection is called and what each of its requests carries."""

    context: str
    namespace: str
    headers: Headers
    """User-Agent, Accept, and whom we act as."""
    warnings: tuple[str, ...] = ()
    own_address: str | None = None
    """Our address as pods see it, where that is known."""
    timeout_seconds: float = 30.0
    """How long the whole answer to a request may take, where the call itself does not say."""


class Connection:
    """Implements Wire; use it as an async context manager, in the event loop that made it.

    Args:
        server: where to connect.
        credential: the source of secrets.
        pool: the first pool, made with the credential's first secret.
        profile: name and headers.
        clock: for waiting when throttled.
    """

    def __init__(
        self, server: Server, credential: Credential, pool: Pool, profile: Profile, clock: Clock
    ) -> None:
        self.server = server.url
        self.context = profile.context
        self.namespace = profile.namespace
        self.warnings = profile.warnings
        self.own_address = profile.own_address
        self._server = server
        self._credential = credential
        self._pool = pool
        self._headers = profile.headers
        self._timeout_seconds = profile.timeout_seconds
        self._clock = clock

    async def __aenter__(self) -> "Connection":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.close()

    async def request(self, call: Call) -> Reply:
        """Send and read the whole answer, as Wire says; waits where the server asks for it (429)."""
        for _ in range(_THROTTLED_TRIES - 1):
            try:
                return await self._answer(call)
            except ThrottledError as error:
                if error.retry_after_seconds > _LONGEST_WAIT:
                    raise
                await self._clock.sleep(error.retry_after_seconds or 1.0)
        return await self._answer(call)

    @asynccontextmanager
    async def stream(self, call: Call, *, idle_seconds: float) -> AsyncIterator[AsyncIterator[bytes]]:
        """Open a stream of lines, as Wire says."""
        limits = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=idle_seconds)
        async with self._exchange(call, limits) as response:

            async def read() -> bytes:
                try:
                    return await response.content.read(BLOCK_BYTES)
                except NETWORK_ERRORS as error:
                    raise error_from_network(error, call, self._server) from error

            yield Lines(read)

    async def _answer(self, call: Call) -> Reply:
        seconds = call.timeout_seconds or self._timeout_seconds
        limits = aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS)
        async with self._exchange(call, limits) as response:
            try:
                body = await response.read()
            except NETWORK_ERRORS as error:
                raise error_from_network(error, call, self._server) from error
            return Reply(
                response.status,
                body,
                audit_id=clean(response.headers.get("Audit-Id", ""), 64),
                date=response.headers.get("Date", ""),
            )

    @asynccontextmanager
    async def _exchange(
        self, call: Call, limits: aiohttp.ClientTimeout
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Yield an answer below 300, after one renewal of the secret if the server refuses it."""
        secret = await self._secret()
        async with AsyncExitStack() as stack:
            response = await self._send(call, secret, limits, stack)
            if response.status == 401 and (renewed := await self._renew(secret)) != secret:
                await stack.aclose()
                response = await self._send(call, renewed, limits, stack)
            if response.status >= 300:
                body = await _head(response)
                raise error_from_reply(Refusal(call, response.status, body, response.headers))
            yield response

    async def _send(
        self, call: Call, secret: Secret, limits: aiohttp.ClientTimeout, stack: AsyncExitStack
    ) -> aiohttp.ClientResponse:
        headers = self._headers
        if call.body is not None:
            headers += (("Content-Type", call.content_type),)
        if secret.authorization:
            headers += (("Authorization", secret.authorization),)
        pool = await self._pool_for(secret)
        try:
            return await stack.enter_async_context(pool.send(call, headers, limits))
        except NETWORK_ERRORS as error:
            raise error_from_network(error, call, self._server) from error

    async def _pool_for(self, secret: Secret) -> Pool:
        """Return the pool that shows the secret's certificate, a new one where that was renewed."""
        if self._pool.certificate != (secret.certificate, secret.key):
            old = self._pool
            try:
                self._pool = Pool(self._server, secret)
            except ConfigError as error:
                raise _unauthorized(error) from error
            await old.retire()
        return self._pool

    async def _secret(self) -> Secret:
        try:
            return await self._credential.current()
        except ConfigError as error:
            raise _unauthorized(error) from error

    async def _renew(self, used: Secret) -> Secret:
        try:
            return await self._credential.renew(used)
        except ConfigError as error:
            raise _unauthorized(error) from error


def _unauthorized(error: ConfigError) -> UnauthorizedError:
    return UnauthorizedError(error.message, fix=error.fix)


async def _head(response: aiohttp.ClientResponse) -> bytes:
    """Return the beginning of an error's body; its status is known already, so a cut costs only words."""
    body = b""
    try:
        while len(body) < _ERROR_BODY_LIMIT and (chunk := await response.content.readany()):
            body += chunk
    except NETWORK_ERRORS:
        pass
    return body[:_ERROR_BODY_LIMIT]
