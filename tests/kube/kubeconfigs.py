"""Kubeconfig files for tests, one cluster, one user and one context at a time."""

from pathlib import Path
from typing import Any

import yaml

from app.kube.choosing import ConnectOptions

Json = dict[str, Any]


def document(cluster: Json, user: Json, *, name: str = "test", **context: str) -> Json:
    """A kubeconfig whose cluster, user and context bear one name."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name, **context}}],
        "current-context": name,
    }


def write(path: Path, content: Json | str) -> Path:
    """Write a kubeconfig, or any text in its place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    return path


def options(
    folder: Path,
    server: str,
    user: Json | None = None,
    *,
    cluster: Json | None = None,
    **more: Any,
) -> ConnectOptions:
    """Options that read a kubeconfig for ``server`` and see nothing else of this machine."""
    path = write(folder / "config", document({"server": server, **(cluster or {})}, user or {}))
    environ = {"HOME": str(folder), **more.pop("environ", {})}
    return ConnectOptions(kubeconfig=str(path), environ=environ, **more)
