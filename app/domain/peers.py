"""Peers as people write them: labels, namespaces, CIDRs, and names that the cluster must resolve.

Law: pure. ``parse_peer`` gives either a finished Peer or a Named one, which commands/resolve.py looks up.
"""

import ipaddress
import re
from dataclasses import dataclass
from typing import Any

from app.domain.cidrs import Network, cidr_error, is_strictly_inside
from app.domain.labels import Operator, Requirement, Selector, parse_selector, selector_from_object
from app.domain.names import is_dns1123_label
from app.domain.text import quote
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
ALL_PODS = "all pods"
_NAMED = re.compile(
    r"(?P<kind>[a-z]+)/(?P<name>[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?)(?::(?P<port>[-a-z0-9]+))?"
)
_LIKE_NAMED = re.compile(r"(?P<kind>[a-z]+)/[^=!(,\s]*")
_LIKE_ADDRESS = re.compile(
    r"[0-9.]+(?:/|$|\s)|[0-9]+(?:\.[0-9]+){3}(?![0-9A-Za-z_.])|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(?:[/%\s]|$)"
)
_TERM = r"(?:[^\s,()]+\s+(?:in|notin)\s*\([^()]*\)|[^\s,()]+)"
_NAMESPACE = re.compile(
    rf"(?:ns\s*=(?!=)(?P<name>\S*)|ns:(?P<selector>{_TERM}(?:,\s*{_TERM})*)?)(?:\s+(?P<rest>.+))?", re.S
)
_LIKE_NAMESPACE = re.compile(r"ns(?:\s*=(?!=)|:)")
_LABELS = "pods:"
_EXPLAIN = "see: kubectl explain networkpolicy.spec.ingress.from"
_LENGTH = re.compile(r"[0-9]{1,3}")


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
            pieces.append(_describe_pods(self.pods))
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
            return f"ns={name}" if is_dns1123_label(name) else f"ns:{selector}"
    return f"ns:{selector}"


def _describe_pods(selector: Selector) -> str:
    text = str(selector)
    return f"{_LABELS}{text}" if _is_read_as_other_than_labels(text) else text or ALL_PODS


def _is_read_as_other_than_labels(text: str) -> bool:
    like = (_LIKE_NAMESPACE.match(text), _LIKE_NAMED.fullmatch(text), _LIKE_ADDRESS.match(text))
    return text == "me" or any(like)


def _network(text: str) -> Network:
    word = text.strip()
    fix = "write for example 198.51.100.0/24; each further one is a peer of its own"
    _, slash, length = word.partition("/")
    try:
        # A mask in place of the length is refused: 198.51.100.7/0.0.0.0 would be everybody.
        if "%" in word or (slash and not _LENGTH.fullmatch(length)):
            raise ValueError
        found = ipaddress.ip_network(word, strict=False)
    except ValueError as error:
        raise InputError(f"{quote(word)} is not a CIDR", fix=fix) from error
    if why := cidr_error(str(found)):
        raise InputError(f"{quote(word)} {why}", fix="write the IPv4 address itself")
    return found


def parse_block(text: str) -> Block:
    """Read ``CIDR`` or ``CIDR except CIDR,CIDR``; a bare address means itself alone, host bits are masked.

    Raises:
        InputError: not an address, or an exception that does not lie strictly inside.
    """
    whole, *rest = re.split(r"\s+except\s+", text.strip(), maxsplit=1)
    outer = _network(whole)
    inner = [_network(item) for part in rest for item in part.split(",")]
    for item in inner:
        if not is_strictly_inside(item, outer):
            raise InputError(
                f"{item} does not lie strictly inside {outer}", fix="an exception is a smaller part"
            )
    return Block(str(outer), tuple(map(str, inner)))


def _pods_or_named(text: str, namespaces: Selector | None) -> Written:
    if text == ALL_PODS:
        return Pods(Selector(), namespaces)
    if text.startswith(_LABELS):
        return Pods(_some_labels(text.removeprefix(_LABELS)), namespaces)
    if found := _LIKE_NAMED.fullmatch(text):
        return _named(text, found["kind"], namespaces)
    return Pods(parse_selector(text), namespaces)


def _some_labels(text: str) -> Selector:
    if not text.strip():
        raise InputError(f"no labels after {_LABELS!r}", fix=f"write {ALL_PODS!r} if all are meant")
    return parse_selector(text)


def _named(text: str, kind: str, namespaces: Selector | None) -> Named:
    if kind not in WORKLOADS:
        raise InputError(
            f"{quote(text)}: unknown kind {quote(kind)}",
            fix=f"known kinds: deploy, sts, ds, rs, pod, svc; a label's key is {quote(_LABELS + text)}",
        )
    found = _NAMED.fullmatch(text)
    if not found:
        raise InputError(
            f"{quote(text)} is not a kind and a name", fix="write for example deploy/api or svc/db:5432"
        )
    if found["port"] and WORKLOADS[kind] != "services":
        raise InputError(f"{quote(text)}: only a Service has a port here", fix="name the port with --port")
    return Named(WORKLOADS[kind], found["name"], found["port"] or "", namespaces)


def parse_peer(text: str) -> Written:
    """Read one peer.

    Forms: ``app=x`` (pods beside the policy), ``all pods``, ``ns=NAME``, ``ns=*``, ``ns:team=sre`` (all pods
    of those namespaces), either of these followed by pod labels or a name (AND), ``CIDR [except CIDR,…]``,
    ``deploy/…``, ``sts/…``, ``ds/…``, ``rs/…``, ``pod/…``, ``svc/NAME[:PORT]``, ``me``; ``pods:`` before
    labels that would be read as something else (``pods:ns=x``).

    Raises:
        InputError: none of these, with examples.
    """
    word = text.strip()
    if not word:
        raise InputError("an empty peer would mean everybody", fix=f"write for example {EXAMPLES}")
    if word == "me":
        return Me()
    if _LIKE_ADDRESS.match(word):
        return parse_block(word)
    try:
        if _LIKE_NAMESPACE.match(word):
            return _in_namespace(word)
        return _pods_or_named(word, None)
    except InputError as error:
        raise InputError(error.message, fix=error.fix or f"write for example {EXAMPLES}") from error


def _in_namespace(text: str) -> Written:
    found = _NAMESPACE.fullmatch(text)
    name, selector = (found["name"] or "", found["selector"] or "") if found else ("", "")
    if found is None or not (name or selector):
        raise InputError(f"{quote(text)} names no namespace", fix="write ns=NAME, ns=* or ns:KEY=VALUE")
    if name and name != "*" and not is_dns1123_label(name):
        raise InputError(
            f"{quote(name)} is not a namespace's name",
            fix="write 'ns=NAME app=x', or ns:KEY=VALUE for labels",
        )
    namespaces = namespace_named(name) if name else parse_selector(selector)
    rest = (found["rest"] or "").strip()
    if rest == "me" or _LIKE_ADDRESS.match(rest) or _LIKE_NAMESPACE.match(rest):
        raise InputError(
            f"{quote(rest)} cannot stand after a namespace",
            fix="pods can; anything else is a peer of its own",
        )
    return _pods_or_named(rest, namespaces) if rest else Pods(None, namespaces)


def peer_from_object(value: Any) -> Peer:  # noqa: ANN401 (what it is shows in the reading)
    """Return the Peer of a NetworkPolicyPeer in JSON.

    Raises:
        InputError: it has another shape, is empty, or has an operator that Kubernetes does not know.
    """
    try:
        block, pods, namespaces = (value.get(key) for key in ("ipBlock", "podSelector", "namespaceSelector"))
        kinds = (block is not None, pods is not None or namespaces is not None)
        if sum(kinds) != 1 or (block is not None and not block["cidr"]):
            raise ValueError
        if block is not None:
            return Block(str(block["cidr"]), tuple(map(str, block.get("except") or ())))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{quote(str(value))} is not a peer", fix=_EXPLAIN) from error
    return Pods(
        None if pods is None else selector_from_object(pods),
        None if namespaces is None else selector_from_object(namespaces),
    )
