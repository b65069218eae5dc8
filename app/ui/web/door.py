"""Who may come in: the one-time token of an address, the cookie it is changed for, and the names we go by.

Law: pure, and no. Whatever is not plainly ours is refused: a page of somebody else's that the same browser
shows, another name for this machine (DNS rebinding), another server on this machine.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp.web import Request

COOKIE = "netgrant"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not let in."""

    status: int
    sentence: str


STRANGER = Refusal(403, "netgrant: open the address that 'netgrant serve' printed; each works once.")
ELSEWHERE = Refusal(403, "netgrant: this is not a name that it is served under; see 'netgrant serve --name'.")
FOREIGN = Refusal(403, "netgrant: another web page asked for this; only netgrant's own page may.")
PREFETCH = Refusal(403, "netgrant: an address that works once is not fetched ahead.")


class Door:
    """What a request must bring along.

    A browser sends cookies to every port of a host, so another server on this machine could be sent ours;
    it is bound to a path that only those know who have the address.

    Args:
        hosts: the values of Host that are ours, lower case, with the port where browsers send one.
    """

    def __init__(self, hosts: Iterable[str]) -> None:
        self._hosts = frozenset(hosts)
        self.path = f"/{secrets.token_urlsafe(12)}/"
        """Everything is served below it."""
        self.cookie = secrets.token_urlsafe(32)
        """What the browser keeps in place of the token."""
        self.token = secrets.token_urlsafe(32)
        """What the next address holds; each opens once."""

    def admit(self, token: str) -> bool:
        """Tell whether it is the token; if so there is a new one, and this opens nothing any more."""
        if not _is_same(token, self.token):
            return False
        self.token = secrets.token_urlsafe(32)
        return True

    def refuse_name(self, request: Request) -> Refusal | None:
        """Return why this is not asked of us, or by us; None where it is."""
        host = request.headers.get("Host", "").lower()
        if host not in self._hosts:
            return ELSEWHERE
        origin = request.headers.get("Origin")
        if origin is not None and origin.lower() not in (f"http://{host}", f"https://{host}"):
            return FOREIGN
        return None

    def refuse_stranger(self, request: Request) -> Refusal | None:
        """Return why the request is refused for what it does not know; None where it knows the cookie."""
        if not request.path.startswith(self.path) or not _is_same(
            request.cookies.get(COOKIE, ""), self.cookie
        ):
            return STRANGER
        return None


def _is_same(given: str, right: str) -> bool:
    """Compare in a time that tells nothing about where they differ."""
    return secrets.compare_digest(given.encode(errors="replace"), right.encode())


def hosts_of(addresses: Iterable[str], names: Iterable[str], port: int) -> frozenset[str]:
    """Return the values of Host under which a browser reaches us.

    Args:
        addresses: the IP addresses, or host names, at which we listen.
        names: further names, of a proxy in front of us for instance, with any port or none.
        port: where we listen.
    """
    own = [f"[{item}]" if ":" in item else item for item in addresses]
    full = {f"{item}:{port}" for item in (*own, *names)} | set(names)
    return frozenset(item.lower() for item in (full | set(own) if port == 80 else full))
