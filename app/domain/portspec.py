"""Ports as people write them and as a NetworkPolicyPort has them.

Law: pure; a port is the pod's port, never the Service's. Protocol absent means TCP, and is always written.
"""

import re
from dataclasses import dataclass
from typing import Any

from app.domain.text import quote
from app.errors import InputError

PROTOCOLS = ("TCP", "UDP", "SCTP")
_NUMBERS = re.compile(r"([0-9]+)(?:-([0-9]+))?")
_NAME = re.compile(r"(?=.*[a-z])[a-z0-9](?:-?[a-z0-9])*")
EXAMPLES = "5432, 5432/TCP, 8000-8100/UDP, http/TCP"


@dataclass(frozen=True, slots=True)
class PortRange:
    """One port by number or by a container port's name, or a range of numbers, of one protocol."""

    port: int | str
    end: int | None = None
    protocol: str = "TCP"

    def to_object(self) -> dict[str, Any]:
        """Return the NetworkPolicyPort."""
        found: dict[str, Any] = {"port": self.port, "protocol": self.protocol}
        if self.end is not None:
            found["endPort"] = self.end
        return found

    def __str__(self) -> str:
        """Return the written form: ``5432/TCP``, ``8000-8100/UDP``."""
        return f"{self.port}{'' if self.end is None else f'-{self.end}'}/{self.protocol}"


def _number(text: str, whole: str) -> int:
    value = int(text) if len(text) <= 5 else 0
    if not 1 <= value <= 65535:
        raise InputError(
            f"{quote(whole)}: a port is from 1 to 65535", field="port", fix=f"write for example {EXAMPLES}"
        )
    return value


def parse_port(text: str) -> PortRange:
    """Read ``5432``, ``5432/TCP``, ``8000-8100/UDP`` or a named port like ``http``.

    Raises:
        InputError: unknown protocol, out of range, an inverted range, or an impossible name.
    """
    body, slash, written = text.strip().partition("/")
    protocol = written.upper() if slash else "TCP"
    fix = f"write for example {EXAMPLES}"
    if protocol not in PROTOCOLS or not written.isascii():  # some letters become ASCII as capitals
        raise InputError(f"{quote(text)}: the protocol is TCP, UDP or SCTP", field="port", fix=fix)
    if found := _NUMBERS.fullmatch(body):
        first = _number(found[1], text)
        last = _number(found[2], text) if found[2] else None
        if last is not None and last < first:
            raise InputError(f"{quote(text)}: the range ends before it starts", field="port", fix=fix)
        return PortRange(first, None if last == first else last, protocol)
    if len(body) <= 15 and _NAME.fullmatch(body):
        return PortRange(body, None, protocol)
    raise InputError(f"{quote(text)} is not a port", field="port", fix=fix)


def port_from_object(value: dict[str, Any]) -> PortRange | None:
    """Return the PortRange of a NetworkPolicyPort; None for one that names a protocol but no port."""
    if value.get("port") is None:
        return None
    return PortRange(value["port"], value.get("endPort"), value.get("protocol") or "TCP")


def describe_ports(values: list[dict[str, Any]] | None) -> str:
    """Write a rule's ports: ``5432/TCP,53/UDP``, ``all UDP``, or ``all`` where none are named."""
    if not values:
        return "all"
    found = ((port_from_object(item), item.get("protocol") or "TCP") for item in values)
    return ",".join(str(port) if port else f"all {protocol}" for port, protocol in found)
