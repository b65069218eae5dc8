"""A kubeconfig file for one user of an embedded cluster."""

import json
import os
from pathlib import Path
from typing import Any

CONTEXT = "embedded"
"""What its only context is called."""


def write_kubeconfig(path: Path, server: str, user: str, token: str) -> Path:
    """Write the file, mode 0600, and return its path; JSON is YAML enough for every client."""
    credentials: dict[str, Any] = {"token": token} if token else {}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": CONTEXT, "cluster": {"server": server}}],
        "users": [{"name": user, "user": credentials}],
        "contexts": [{"name": CONTEXT, "context": {"cluster": CONTEXT, "user": user}}],
        "current-context": CONTEXT,
    }
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(config, file, indent=2)
    return path
