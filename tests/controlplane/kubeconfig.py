"""Writes kubeconfig files, as an administrator would hand them out."""

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import yaml

from tests.rest import Credentials


def write(path: Path, *, server: str, user: str, credentials: Credentials, ca: Path | None = None) -> Path:
    """One cluster, one user, one context named ``USER@netgrant-test`` whose namespace is ``default``."""
    cluster: dict[str, Any] = {"server": server}
    if ca is not None:
        cluster["certificate-authority"] = str(ca)
    context = f"{user}@netgrant-test"
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "netgrant-test", "cluster": cluster}],
        "users": [{"name": user, "user": _user(credentials)}],
        "contexts": [
            {"name": context, "context": {"cluster": "netgrant-test", "user": user, "namespace": "default"}}
        ],
        "current-context": context,
    }
    # Whole or not at all: another thread's kubectl may be reading the same path.
    with NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
        yaml.safe_dump(document, file, sort_keys=False)
    return Path(file.name).replace(path)


def _user(credentials: Credentials) -> dict[str, str]:
    if credentials.token is not None:
        return {"token": credentials.token}
    return {"client-certificate": str(credentials.cert), "client-key": str(credentials.key)}
