"""Credential plugins for tests: shell scripts, as a kubeconfig would name them."""

from pathlib import Path

V1 = "client.authentication.k8s.io/v1"
V1BETA1 = "client.authentication.k8s.io/v1beta1"


def plugin_script(folder: Path, script: str, name: str = "login") -> str:
    """Write an executable shell script and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def yielding(status: str, *, version: str = V1, kind: str = "ExecCredential") -> str:
    """A script that prints an ExecCredential with this JSON as its status."""
    return f"""cat <<'END'
{{"apiVersion": "{version}", "kind": "{kind}", "status": {status}}}
END"""
