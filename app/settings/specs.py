"""Every setting there is, as data: what it is called, how it is read, and what it is without being set.

Law: data only; the order is that of the documentation's table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from app.settings import values
from app.settings.values import OUTPUTS, ParseDuration

PREFIX = "NETGRANT_"


def default_registry() -> Path:
    """Return the registry's path where none is set: in the user's data directory."""
    import platformdirs  # 9 ms, so not before it is needed

    return platformdirs.user_data_path("netgrant", appauthor=False) / "registry.db"


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its value; the defaults are those of SPECS."""

    contexts: tuple[str, ...] = ()
    """kubeconfig contexts; empty means the current one."""
    kubeconfig: str = ""
    """A path or a list of them as in KUBECONFIG; empty means the usual places."""
    namespace: str = ""
    """Empty means the context's."""
    registry: Path = field(default_factory=default_registry)
    max_ttl: timedelta = timedelta(hours=8)
    """The cap: the longest life of a grant, extensions included."""
    output: str = "table"
    """One of OUTPUTS."""
    timeout: timedelta = timedelta(seconds=30)
    """For one request to the API server."""
    read_only: bool = False
    """Whether the dashboard leaves out everything that writes."""
    production: tuple[str, ...] = ()
    """Shell patterns (``prod-*``) of context names where removing asks for a typed confirmation."""
    warn_before: tuple[timedelta, ...] = (timedelta(minutes=5), timedelta(minutes=1))
    """How long before a grant's end the dashboard warns, the longest first; empty means only at the end."""
    theme: str = ""
    """The dashboard's colours by name, checked where themes are known; empty means its own choice."""
    templates: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By name: fields of the form for a new grant, each among TEMPLATE_FIELDS, checked where it is used."""


@dataclass(frozen=True, slots=True)
class Spec:
    """One setting as documentation, command line and ``load`` see it."""

    name: str
    """The key in the file."""
    parse: Callable[[object, ParseDuration], object]
    """Checks a value of any source; InputError says what is wrong and what would be right."""
    default: str
    """In words, for a table."""
    help: str
    flag: str = ""
    """The option that beats it, empty where there is none."""
    attribute: str = ""
    """The field of Settings where it is not ``name``."""
    file_only: bool = False
    """Whether no variable could hold it."""

    @property
    def variable(self) -> str:
        """Return the environment variable, empty where there is none."""
        return "" if self.file_only else PREFIX + self.name.upper()


SPECS: tuple[Spec, ...] = (
    Spec(
        "context",
        values.contexts,
        "the current one",
        "kubeconfig context, or several",
        "--context",
        "contexts",
    ),
    Spec(
        "kubeconfig",
        values.paths,
        "KUBECONFIG, else ~/.kube/config",
        "kubeconfig file, or several",
        "--kubeconfig",
    ),
    Spec("namespace", values.namespace, "the context's", "namespace to act in", "--namespace"),
    Spec(
        "registry",
        values.path,
        "registry.db in the user's data directory",
        "local registry file",
        "--registry",
    ),
    Spec("max_ttl", values.duration, "8h", "longest life of a grant, extensions included"),
    Spec("output", values.output, "table", f"format of lists: {', '.join(OUTPUTS)}", "--output"),
    Spec("timeout", values.duration, "30s", "how long one request to the API server may take"),
    Spec(
        "read_only",
        values.switch,
        "false",
        "the dashboard shows, and changes nothing: no form, no verb that writes",
        "--read-only",
    ),
    Spec(
        "production",
        values.patterns,
        "none",
        "context patterns (`prod-*`) where the dashboard wants a typed confirmation before it revokes",
    ),
    Spec(
        "warn_before",
        values.durations,
        "5m,1m",
        "how long before an end the dashboard warns; `none` for only at the end",
    ),
    Spec("theme", values.word, "the dashboard's own", "colours of the dashboard: one of Textual's themes"),
    Spec(
        "templates",
        values.templates,
        "none",
        "`[templates.NAME]` tables: grants to fill the form in with",
        file_only=True,
    ),
)
"""Every setting there is, in the order of a documentation table."""
