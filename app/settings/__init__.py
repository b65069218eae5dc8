"""What may be set: each setting once, as data, and how its value is found.

Law: a flag beats the environment (``NETGRANT_*``), which beats the settings file (TOML), which beats the
default. The file is ``$NETGRANT_CONFIG``, else ``config.toml`` in the user's configuration directory; it
may be absent unless it was named. An empty variable counts as not set. A value that cannot be used is an
error that names where it stands and what would be right; so is a name that nobody knows. Secrets are no
settings.
"""

from app.settings.sources import default_file, load
from app.settings.specs import SPECS, Settings, Spec, default_registry
from app.settings.values import OUTPUTS, TEMPLATE_FIELDS, ParseDuration

__all__ = [
    "OUTPUTS",
    "SPECS",
    "TEMPLATE_FIELDS",
    "ParseDuration",
    "Settings",
    "Spec",
    "default_file",
    "default_registry",
    "load",
]
