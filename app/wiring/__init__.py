"""The only package that names concrete classes: it builds what the ports promise.

Law: imports of lower layers inside functions, so that a command pays only for what it uses.
"""

from app.wiring.embedded import DemoFiles, demo_cluster
from app.wiring.sessions import (
    configured_namespace,
    context_names,
    limits,
    open_reading,
    open_registry,
    open_session,
    wall_clock,
    with_registry,
)
from app.wiring.terminal import run_dashboard
from app.wiring.watching import Following, Sight, follow_grants

__all__ = [
    "DemoFiles",
    "Following",
    "Sight",
    "configured_namespace",
    "context_names",
    "demo_cluster",
    "follow_grants",
    "limits",
    "open_reading",
    "open_registry",
    "open_session",
    "run_dashboard",
    "wall_clock",
    "with_registry",
]
