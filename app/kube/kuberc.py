"""Honour kubectl's rule about which credential plugins may run (kuberc, Kubernetes 1.35).

Law: it is a guard, so what cannot be understood refuses; a file that is not there allows, as in kubectl.
"""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import yaml

from app.domain.text import clean
from app.errors import ConfigError


class _Allowed(msgspec.Struct, frozen=True):
    command: str = ""
    name: str = ""
    """What 1.35 called it; 1.36 says command."""


class _Preference(msgspec.Struct, frozen=True, rename="camel"):
    credential_plugin_policy: str = ""
    credential_plugin_allowlist: tuple[_Allowed, ...] = ()


@dataclass(frozen=True, slots=True)
class PluginPolicy:
    """Which programs a kubeconfig may make us run."""

    allow_all: bool = True
    allowed: frozenset[str] = frozenset()
    """Full paths, or names that are looked up in PATH."""
    origin: str = ""

    def check(self, command: str, resolved: str, search_path: str) -> None:
        """Let a plugin pass, or not.

        Args:
            command: as the kubeconfig has it.
            resolved: the file that would run.
            search_path: PATH, for the names on the list.

        Raises:
            ConfigError: the policy does not allow it.
        """
        if self.allow_all or command in self.allowed or resolved in self.allowed:
            return
        twins = (entry for entry in self.allowed if os.path.basename(entry) == os.path.basename(resolved))
        if not any(shutil.which(entry, path=search_path) == resolved for entry in twins):
            raise ConfigError(
                f"credentialPluginPolicy in {self.origin} does not let {clean(resolved)} run",
                fix="add it to credentialPluginAllowlist there if you trust it",
            )


def load(environ: Mapping[str, str]) -> PluginPolicy:
    """Return the policy in the file that KUBERC names, else in ~/.kube/kuberc.

    Raises:
        ConfigError: the file is there and cannot be understood.
    """
    if environ.get("KUBERC") == "off" or environ.get("KUBECTL_KUBERC") == "false":
        return PluginPolicy()
    path = Path(environ.get("KUBERC") or Path(environ.get("HOME") or Path.home()) / ".kube" / "kuberc")
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return PluginPolicy()
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"{clean(str(path))} cannot be read", fix="correct it, or set KUBERC=off") from None
    return _policy(text, clean(str(path)))


def _policy(text: str, origin: str) -> PluginPolicy:
    try:
        preference = msgspec.convert(yaml.safe_load(text) or {}, _Preference)
    except (yaml.YAMLError, msgspec.ValidationError):
        raise ConfigError(
            f"{origin} is not a kuberc file", fix="correct it, or set KUBERC=off to do without"
        ) from None
    listed = frozenset(entry.command or entry.name for entry in preference.credential_plugin_allowlist) - {""}
    policy = preference.credential_plugin_policy
    if policy in ("", "AllowAll"):
        return PluginPolicy(origin=origin)
    if policy == "DenyAll":
        return PluginPolicy(allow_all=False, origin=origin)
    if policy == "Allowlist" and listed:
        return PluginPolicy(allow_all=False, allowed=listed, origin=origin)
    raise ConfigError(
        f"credentialPluginPolicy in {origin} is {clean(policy, 40)!r} with {len(listed)} allowed plugins",
        fix="use AllowAll, DenyAll, or Allowlist with a credentialPluginAllowlist",
    )
