"""Peers as people write them: labels, namespaces, CIDRs, and names that the cluster must resolve.

Law: pure. ``parse_peer`` gives either a finished Peer or a Named one, which commands/resolve.py looks up.
"""

import ipaddress
import re
from dataclasses import dataclass
from typing import Any

from app.domain.labels import Operator, Requirement, Selector, parse_selector, selector_from_object
from app.errors import InputError

NAMESPACE_LABEL = "kubernetes.io/metadata.name"
"""The one label of a namespace that nobody can change."""

WORKLOADS = {
    "deploy": "deployments", "deployment": "deployments", "deployments": "deployments",
    "sts": "statefulsets", "statefulset": "statefulsets", "statefulsets": "statefulsets",
    "ds": "daemonsets", "daemonset": "daemonsets", "daemonsets": "daemonsets",
    "rs": "replicasets", "replicaset": "replicasets", "replicasets": "replicasets",
    "po": "pods", "pod": "pods", "pods": "pods",
    "svc": "services", "service": "services", "services": "services",
}  # fmt: skip
"""What may stand before the slash, and the resource it means."""

EXAMPLES = (
    "app=bastion   ns=ops   'ns=ops app=bastion'   'ns:team=sre'   198.51.100.0/24   "
    "'10.0.0.0/8 except 10.1.0.0/16'   deploy/api   pod/api-0   svc/db:5432   me"
)
_NAMED = re.compile(
    r"(?P<kind>[a-z]+)/(?P<name>[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?)(?::(?P<port>[-a-z0-9]+))?"
)
_LEADING_NS = re.compile(r"(?:ns=(?!=)(?P<name>\S+)|ns:(?P<selector>\S+))(?:\s+(?P<rest>.+))?", re.S)
_DNS_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Named:
    """Something that only the cluster can turn into labels: ``deploy/api``, ``svc/db:5432``, ``pod/x``."""

    resource: str
    name: str
    port: str = ""
    namespaces: Selector | None = None


@dataclass(frozen=True, slots=True)
class Me:
    """The caller's own address, as the pods would see it."""


@dataclass(frozen=True, slots=True)
class Block:
    """A CIDR with exceptions, in canonical form."""

    cidr: str
    excepts: tuple[str, ...] = ()

    def to_object(self) -> dict[str, Any]:
        """Return the NetworkPolicyPeer."""
        block: dict[str, Any] = {"cidr": self.cidr}
        if self.excepts:
            block["except"] = list(self.excepts)
        return {"ipBlock": block}

    def __str__(self) -> str:
        """Return the written form."""
        return f"{self.cidr} except {','.join(self.excepts)}" if self.excepts else self.cidr


@dataclass(frozen=True, slots=True)
class Pods:
    """Pods by labels, in the policy's namespace or in the selected ones; both selectors together mean AND."""

    pods: Selector | None = None
    namespaces: Selector | None = None

    def to_object(self) -> dict[str, Any]:
        """Return the NetworkPolicyPeer."""
        found: dict[str, Any] = {}
        if self.namespaces is not None:
            found["namespaceSelector"] = self.namespaces.to_object()
        if self.pods is not None:
            found["podSelector"] = self.pods.to_object()
        return found

    def __str__(self) -> str:
        """Return the written form, which ``parse_peer`` reads back."""
        pieces = []
        if self.namespaces is not None:
            pieces.append(_describe_namespaces(self.namespaces))
        if self.pods is not None:
            pieces.append(str(self.pods) or "all pods")
        return " ".join(pieces)


Peer = Pods | Block
Written = Peer | Named | Me


def namespace_named(name: str) -> Selector:
    """Return the selector of the one namespace with this name; ``*`` is all namespaces."""
    if name == "*":
        return Selector()
    return Selector((Requirement(NAMESPACE_LABEL, Operator.IN, (name,)),))


def _describe_namespaces(selector: Selector) -> str:
    match selector.requirements:
        case ():
            return "ns=*"
        case (Requirement(key=key, operator=Operator.IN, values=(name,)),) if key == NAMESPACE_LABEL:
            return f"ns={name}"
    return f"ns:{selector}"


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError as error:
        raise InputError(
            f"{text.strip()!r} is not a CIDR", fix="write for example 198.51.100.0/24"
        ) from error


def parse_block(text: str) -> Block:
    """Read ``CIDR`` or ``CIDR except CIDR,CIDR``; a bare address means itself alone, host bits are masked.

    Raises:
        InputError: not an address, or an exception that does not lie strictly inside.
    """
    whole, _, rest = text.partition(" except ")
    outer = _network(whole)
    inner = [_network(item) for item in rest.split(",")] if rest.strip() else []
    for item in inner:
        inside = item.version == outer.version and item.subnet_of(outer)  # type: ignore[arg-type]
        if not inside or item == outer:
            raise InputError(
                f"{item} does not lie strictly inside {outer}", fix="an exception is a smaller part"
            )
    return Block(str(outer), tuple(map(str, inner)))


def _looks_like_address(text: str) -> bool:
    return bool(re.match(r"[0-9.]+(/|$|\s)|[0-9a-fA-F]*:[0-9a-fA-F:.]*(/|$|\s)", text))


def _pods_or_named(text: str, namespaces: Selector | None) -> Written:
    if found := _NAMED.fullmatch(text):
        if found["kind"] not in WORKLOADS:
            known = "deploy, sts, ds, rs, pod, svc"
            raise InputError(f"{text!r}: unknown kind {found['kind']!r}", fix=f"known kinds: {known}")
        resource = WORKLOADS[found["kind"]]
        if found["port"] and resource != "services":
            raise InputError(f"{text!r}: only a Service has a port here", fix="name the port with --port")
        return Named(resource, found["name"], found["port"] or "", namespaces)
    return Pods(parse_selector(text), namespaces)


def parse_peer(text: str) -> Written:
    """Read one peer.

    Forms: ``app=x`` (pods beside the policy), ``ns=NAME``, ``ns=*``, ``ns:team=sre`` (all pods of those
    namespaces), either of these followed by pod labels or a name (AND), ``CIDR [except CIDR,…]``,
    ``deploy/…``, ``sts/…``, ``ds/…``, ``rs/…``, ``pod/…``, ``svc/NAME[:PORT]``, ``me``.

    Raises:
        InputError: none of these, with examples.
    """
    word = text.strip()
    if not word:
        raise InputError("an empty peer would mean everybody", fix=f"write for example {EXAMPLES}")
    if word == "me":
        return Me()
    if _looks_like_address(word):
        return parse_block(word)
    try:
        if found := _LEADING_NS.fullmatch(word):
            return _after_namespace(found)
        return _pods_or_named(word, None)
    except InputError as error:
        raise InputError(error.message, fix=error.fix or f"write for example {EXAMPLES}") from error


def _after_namespace(found: re.Match[str]) -> Written:
    name = found["name"]
    if name and name != "*" and not _DNS_LABEL.fullmatch(name):
        raise InputError(f"{name!r} is not a namespace's name", fix="select by labels with ns:KEY=VALUE")
    namespaces = namespace_named(name) if name else parse_selector(found["selector"])
    return _pods_or_named(found["rest"].strip(), namespaces) if found["rest"] else Pods(None, namespaces)


def peer_from_object(value: dict[str, Any]) -> Peer:
    """Return the Peer of a NetworkPolicyPeer in JSON.

    Raises:
        InputError: an operator or a CIDR that cannot be read.
    """
    if block := value.get("ipBlock"):
        return Block(str(block.get("cidr", "")), tuple(block.get("except") or ()))
    pods, namespaces = value.get("podSelector"), value.get("namespaceSelector")
    return Pods(
        None if pods is None else selector_from_object(pods),
        None if namespaces is None else selector_from_object(namespaces),
    )
