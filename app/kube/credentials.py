"""Where secrets come from and how they stay fresh: files, an OIDC id-token, a credential plugin.

Law: nothing here shows a secret. Two requests that find a secret stale get one new secret, not two.
"""

import asyncio
import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from app.domain.text import clean
from app.errors import ConfigError
from app.kube.exec_plugin import Answer, Plugin, Surroundings

Now = Callable[[], datetime]

_EARLY = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Secret:
    """What one request carries: an Authorization value, a client certificate and key, or both."""

    authorization: str = field(default="", repr=False)
    certificate: bytes = field(default=b"", repr=False)
    key: bytes = field(default=b"", repr=False)


class Credential(Protocol):
    """A source of secrets that knows when they are stale."""

    async def current(self) -> Secret:
        """Return the secret to use now.

        Raises:
            ConfigError: there is none any more, and no new one can be had.
        """
        ...

    async def renew(self, used: Secret) -> Secret:
        """Return another secret after the server refused ``used``, or ``used`` itself where there is none."""
        ...


class Reloaded:
    """Secrets that stand in files or in the kubeconfig; read again after ``period`` and after a refusal.

    A reading that fails keeps the last good one: a projected token is replaced by a rename, and a moment
    without it is no reason to stop.
    """

    def __init__(self, read: Callable[[], Secret], now: Now, period: timedelta | None = None) -> None:
        self._read = read
        self._now = now
        self._period = period
        self._secret = read()
        self._read_at = now()

    async def current(self) -> Secret:
        """Return the secret, from the file if the last reading is old."""
        if self._period is not None and abs(self._now() - self._read_at) >= self._period:
            self._reload()
        return self._secret

    async def renew(self, used: Secret) -> Secret:
        """Read again."""
        if used == self._secret:
            self._reload()
        return self._secret

    def _reload(self) -> None:
        try:
            self._secret = self._read()
        except ConfigError:
            return
        self._read_at = self._now()


class IdToken:
    """An OIDC id-token of the old auth-provider, good until it expires: we do not refresh it."""

    def __init__(self, token: str, user: str, now: Now) -> None:
        self._secret = Secret(f"Bearer {token}")
        self._expires = _expiry(token)
        self._user = user
        self._now = now
        self._check()

    async def current(self) -> Secret:
        """Return the token while it is valid."""
        self._check()
        return self._secret

    async def renew(self, used: Secret) -> Secret:
        """Return the same token: there is no other."""
        return used

    def _check(self) -> None:
        if self._expires is None or self._now() < self._expires:
            return
        raise ConfigError(
            f'the OIDC id-token of user "{clean(self._user)}" expired at {self._expires:%Y-%m-%dT%H:%M:%SZ}, '
            "and netgrant does not refresh tokens of the auth-provider oidc",
            fix="run kubectl get namespaces, which refreshes it, or use an exec plugin such as kubelogin",
        )


class FromPlugin:
    """Secrets of an exec plugin, asked anew shortly before they expire and once after a refusal.

    Only until its first answer may the plugin use the terminal: later that is a screen's, or the command's
    that runs under the grant.
    """

    def __init__(self, plugin: Plugin, around: Surroundings, now: Now) -> None:
        self._plugin = plugin
        self._around = around
        self._now = now
        self._secret: Secret | None = None
        self._expires: datetime | None = None
        self._early = _EARLY
        self._running = asyncio.Lock()

    async def current(self) -> Secret:
        """Return the plugin's answer, running it if there is none or the last one is about to expire."""
        async with self._running:
            now = self._now()
            if self._secret is not None and not self._is_due(now):
                return self._secret
            try:
                return await self._ask()
            except ConfigError:
                if self._secret is not None and self._expires is not None and now < self._expires:
                    return self._secret
                raise

    async def renew(self, used: Secret) -> Secret:
        """Run the plugin, unless another request already did."""
        async with self._running:
            if self._secret is not None and self._secret != used:
                return self._secret
            return await self._ask()

    def _is_due(self, now: datetime) -> bool:
        return self._expires is not None and now >= self._expires - self._early

    async def _ask(self) -> Secret:
        answer = await self._plugin.run(self._around)
        self._around = replace(self._around, has_terminal=False)
        self._secret = _secret_of(answer)
        self._expires = answer.expires
        if answer.expires is not None:  # a token that lives for a minute must not be due at once
            self._early = min(_EARLY, max(answer.expires - self._now(), timedelta()) / 10)
        return self._secret


def _secret_of(answer: Answer) -> Secret:
    authorization = f"Bearer {answer.token}" if answer.token else ""
    return Secret(checked(authorization, "the credential plugin's token"), answer.certificate, answer.key)


def checked(header: str, what: str) -> str:
    """Return ``header`` if it can be sent.

    Raises:
        ConfigError: it holds a line break or another character that no token has; it is not shown.
    """
    if not (header.isascii() and header.isprintable()):
        raise ConfigError(f"{what} holds characters that no token has", fix="check for stray line breaks")
    return header


def _expiry(token: str) -> datetime | None:
    """Return when a JWT expires, None where it does not say; the server checks the rest."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return datetime.fromtimestamp(float(claims["exp"]), UTC)
    except (IndexError, KeyError, TypeError, ValueError, OverflowError, binascii.Error):
        return None
