"""What a resource is to the embedded server: its names, its shape and its rules.

Law: data; a resource knows no store and no request.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.domain.field_errors import FieldError
from app.domain.metadata_rules import NameRule
from app.domain.names import dns1123_subdomain_errors
from app.domain.schema import Struct

Object = dict[str, Any]
Path = tuple[str, ...]


class Strategy:
    """What happens to an object of one kind on its way into the store; the base does nothing."""

    def default(self, obj: Object) -> None:
        """Fill in what was left out, in place."""

    def prepare_create(self, obj: Object, now: datetime) -> None:
        """Reset what a client may not set at creation, in place."""

    def prepare_update(self, obj: Object, old: Object) -> None:
        """Reset what a client may not change, in place."""

    def validate(self, obj: Object) -> Iterator[FieldError]:
        """Yield what is wrong with ``obj`` beside its metadata."""
        yield from ()

    def validate_update(self, obj: Object, old: Object) -> Iterator[FieldError]:
        """Yield what is wrong with turning ``old`` into ``obj``, beside their metadata."""
        yield from self.validate(obj)

    def counted(self, obj: Object) -> object:
        """Return the part of ``obj`` whose changes its generation counts."""
        return obj.get("spec")

    def warnings(self, obj: Object) -> Iterator[str]:
        """Yield what the server would warn about in a header."""
        yield from ()


@dataclass(frozen=True)
class Resource:
    """One served resource; ``selectable`` maps a field selector's label to where its value stands."""

    plural: str
    kind: str
    group: str = ""
    version: str = "v1"
    namespaced: bool = True
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    has_status: bool = False
    has_generation: bool = False
    returns_deleted: bool = False
    """DELETE answers with the object rather than with a Status."""
    may_create_on_update: bool = False
    needs_version_to_update: bool = False
    """A PUT without a resourceVersion is refused rather than taken as unconditional."""
    orphans_by_default: bool = False
    """DELETE without a propagationPolicy leaves the dependents alone."""
    may_delete_all: bool = True
    """The collection itself takes DELETE."""
    shape: Struct = field(kw_only=True)
    strategy: Strategy = field(default_factory=Strategy)
    name_rule: NameRule = dns1123_subdomain_errors
    selectable: Mapping[str, Path | Callable[[Object], str]] = field(default_factory=dict)

    @property
    def api_version(self) -> str:
        """The group and version as objects write it."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def qualified(self) -> str:
        """The plural with its group, as messages write it (``jobs.batch``)."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def qualified_kind(self) -> str:
        """The kind with its group, as validation messages write it (``Job.batch``)."""
        return f"{self.kind}.{self.group}" if self.group else self.kind

    def __hash__(self) -> int:
        """Hash by name: a resource is one of a fixed table."""
        return hash((self.group, self.plural))
