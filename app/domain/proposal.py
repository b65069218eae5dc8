"""A grant as it is written into the form: what a template holds, and what a past grant is copied into.

Law: values only; every field is what a person would type, and is checked where it is used.
"""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.policyspec import Direction


class Field(StrEnum):
    """The form's fields, by their names in a Proposal, in the order in which they are filled in."""

    CONTEXT = "context"
    DIRECTION = "direction"
    NAMESPACE = "namespace"
    TARGET = "target"
    SOURCE = "source"
    PORTS = "ports"
    LIFE = "life"
    REASON = "reason"
    TICKET = "ticket"
    INCIDENT = "incident"


@dataclass(frozen=True, slots=True)
class Proposal:
    """The form's fields."""

    context: str = ""
    """Empty: the one that is looked at."""
    namespace: str = ""
    """Of the policy: the targets' for ingress, the sources' for egress."""
    direction: Direction = Direction.INGRESS
    target: str = ""
    """Who receives the connection; several are separated by ``;`` where egress allows them."""
    source: str = ""
    """Who opens it; several are separated by ``;`` for ingress."""
    ports: str = ""
    """Separated by commas; empty: all."""
    life: str = "30m"
    """A duration, or ``until`` and a moment."""
    reason: str = ""
    ticket: str = ""
    incident: str = ""

    @property
    def selected(self) -> Field:
        """Return the field that names the pods which the policy selects."""
        return Field.TARGET if self.direction is Direction.INGRESS else Field.SOURCE

    @property
    def peers(self) -> Field:
        """Return the field that names the other side."""
        return Field.SOURCE if self.direction is Direction.INGRESS else Field.TARGET

    def text(self, field: Field) -> str:
        """Return what is written in a field."""
        return str(getattr(self, field))


@dataclass(frozen=True, slots=True)
class Template:
    """A proposal with a name, from the settings file."""

    name: str
    proposal: Proposal
