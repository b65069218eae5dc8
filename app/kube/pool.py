"""One pool of connections to one API server, with one client certificate.

Law: kubernetes_asyncio's pool, corrected in three points: no ~/.netrc (it would add a password of its own),
no proxy but the one that we chose, and private keys are on disk only while OpenSSL reads them.
"""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from multidict import CIMultiDict
from yarl import URL

from app.domain.text import clean
from app.errors import ConfigError
from app.kube.credentials import Secret
from app.kube.server import Server
from app.kube.slim import Configuration, RESTClientObject, aiohttp
from app.kube.wire import Call

Headers = tuple[tuple[str, str], ...]

_READ_BUFFER = 1 << 17


class Pool:
    """Connections that share TLS settings; open it inside the event loop that uses it.

    Raises:
        ConfigError: an authority or a client certificate that OpenSSL does not take.
    """

    def __init__(self, server: Server, secret: Secret) -> None:
        self.certificate = secret.certificate, secret.key
        self._server = server
        self._session = _session(server, secret)
        self._users = 0
        self._is_retired = False

    @asynccontextmanager
    async def send(
        self, call: Call, headers: Headers, limits: aiohttp.ClientTimeout
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Send a call and yield the answer as soon as its headers are there.

        Raises:
            aiohttp.ClientError, TimeoutError, OSError: as the network fails.
        """
        self._users += 1
        try:
            response = await self._session.request(
                call.method,
                _url(self._server, call),
                data=call.body,
                headers=CIMultiDict(headers),
                timeout=limits,
                allow_redirects=False,
                proxy=self._server.proxy or None,
                server_hostname=self._server.tls_server_name or None,
            )
            try:
                yield response
            finally:
                _drop(response)
        finally:
            self._users -= 1
            await self._close_if_done()

    async def retire(self) -> None:
        """Close the pool once the last answer has been read."""
        self._is_retired = True
        await self._close_if_done()

    async def close(self) -> None:
        """Close all connections now."""
        await self._session.close()

    async def _close_if_done(self) -> None:
        if self._is_retired and not self._users:
            await self.close()


def _drop(response: aiohttp.ClientResponse) -> None:
    """Let go of an answer: what was not read to its end must not answer the next request.

    Its connection is cut rather than closed, for TLS would wait for the far end to agree, which may be gone.
    """
    transport = response.connection.transport if response.connection is not None else None
    response.close()
    if transport is not None:
        transport.abort()


def _url(server: Server, call: Call) -> URL:
    query = f"?{urlencode(call.query)}" if call.query else ""
    return URL(f"{server.url}{call.path}{query}", encoded=True)


def _session(server: Server, secret: Secret) -> aiohttp.ClientSession:
    configuration = Configuration(host=server.url)
    configuration.verify_ssl = server.verify
    # From Python 3.13 on certificates without key identifiers are refused by default; kubectl takes them.
    configuration.disable_strict_ssl_verification = True
    with TemporaryDirectory(prefix="netgrant-") as folder:
        configuration.ssl_ca_cert = _file(folder, "ca.pem", server.ca)
        configuration.cert_file = _file(folder, "client.pem", secret.certificate)
        configuration.key_file = _file(folder, "client.key", secret.key)
        try:
            library = RESTClientObject(configuration).pool_manager
        except ssl.SSLError as error:
            raise _unusable(error, secret) from None
    session = aiohttp.ClientSession(
        connector=library.connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        read_bufsize=_READ_BUFFER,
        trust_env=False,
    )
    library.detach()
    return session


def _file(folder: str, name: str, content: bytes) -> str | None:
    if not content:
        return None
    path = Path(folder, name)
    path.touch(mode=0o600)
    path.write_bytes(content)
    return str(path)


def _unusable(error: ssl.SSLError, secret: Secret) -> ConfigError:
    reason = clean(str(error.reason or "not valid").replace("_", " ").lower(), 100)
    if secret.certificate and error.library != "X509":
        return ConfigError(f"the client certificate and its key cannot be used: {reason}")
    return ConfigError(
        f"certificate-authority or client certificate cannot be used: {reason}",
        fix="fetch the kubeconfig again",
    )
