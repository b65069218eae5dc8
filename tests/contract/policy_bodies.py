"""The vocabulary of the NetworkPolicy tables: one thing to spoil at a time."""

from dataclasses import dataclass
from typing import Any

from tests.rest import Json

STRICT_CIDRS = 36  # minor release that began to refuse host bits and leading zeros
PORT = "spec.ingress[0].ports[0]"
FROM = "spec.ingress[0].from[0]"
TO = "spec.egress[0].to[0]"
SELECTOR = "spec.podSelector"


class Case:
    """A spec that is refused, and the fields that are named; releases before ``since`` accept it."""

    def __init__(self, name: str, spec: Json, *fields: str, since: int = 0) -> None:
        self.name = name
        self.spec = spec
        self.fields = frozenset(fields)
        self.since = since

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Accepted:
    """A spec that is taken; ``stored`` is what becomes of it where that is not the spec itself."""

    name: str
    spec: Json
    stored: Json | None = None

    def __str__(self) -> str:
        return self.name

    @property
    def expected(self) -> Json:
        """The stored spec, with the defaults of what was left out."""
        defaults = {"podSelector": {}, "policyTypes": ["Ingress"]}
        return {**defaults, **(self.spec if self.stored is None else self.stored)}


def ingress(*peers: Any) -> Json:
    """One ingress rule from these peers."""
    return {"ingress": [{"from": list(peers)}]}


def egress(*peers: Json) -> Json:
    """One egress rule to these peers."""
    return {"egress": [{"to": list(peers)}], "policyTypes": ["Egress"]}


def port(**fields: object) -> Json:
    """One ingress rule with one port."""
    return {"ingress": [{"ports": [fields]}]}


def cidr(block: object, *excepted: object) -> Json:
    """One CIDR let in, but for some of it."""
    return ingress({"ipBlock": {"cidr": block, **({"except": list(excepted)} if excepted else {})}})


def expression(**fields: object) -> Json:
    """A podSelector of one expression."""
    return {"podSelector": {"matchExpressions": [fields]}}


def labels(pairs: dict[str, object]) -> Json:
    """A podSelector of labels."""
    return {"podSelector": {"matchLabels": pairs}}
