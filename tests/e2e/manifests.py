"""Manifests as a user would write them."""

import yaml

from tests.rest import Json


def policy_in(namespace: str, name: str = "debug") -> Json:
    """A NetworkPolicy that lets a CIDR reach the database."""
    rule = {"from": [{"ipBlock": {"cidr": "198.51.100.0/24"}}], "ports": [{"port": 5432}]}
    spec = {"podSelector": {"matchLabels": {"app": "database"}}, "ingress": [rule]}
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}


def idle_job(name: str) -> Json:
    """A Job that makes no pod."""
    container = {"name": "none", "image": "none.invalid/none"}
    template = {"spec": {"restartPolicy": "Never", "containers": [container]}}
    return {"metadata": {"name": name}, "spec": {"parallelism": 0, "template": template}}


def two(first: str, second: str) -> str:
    """YAML of one policy in each of two namespaces."""
    return yaml.safe_dump_all(policy_in(name) for name in (first, second))
