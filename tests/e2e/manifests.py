"""Manifests as a user would write them."""

from tests.rest import Json


def policy_in(namespace: str, name: str = "debug") -> Json:
    """A NetworkPolicy that lets a CIDR reach the database."""
    rule = {"from": [{"ipBlock": {"cidr": "198.51.100.0/24"}}], "ports": [{"port": 5432}]}
    spec = {"podSelector": {"matchLabels": {"app": "database"}}, "ingress": [rule]}
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}
