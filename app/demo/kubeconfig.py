"""A kubeconfig file for one user of an embedded cluster."""

import json
import os
from pathlib import Path
from typing import Any


def write_kubeconfig(path: Path, server: str, user: str, token: str) -> Path:
    """Write the file, mode 0600, and return its path; JSON is YAML enough for every client."""
    credentials: dict[str, Any] = {"token": token} if token else {}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "embedded", "cluster": {"server": server}}],
        "users": [{"name": user, "user": credentials}],
        "contexts": [{"name": "embedded", "context": {"cluster": "embedded", "user": user}}],
        "current-context": "embedded",
    }
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(config, file, indent=2)
    return path
