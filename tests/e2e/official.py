"""What the official Python client sees: a witness that shares no code with ours and runs on both clusters."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from kubernetes import client, config

Object = Any  # the client ships no type information


class Official:
    """The official client; each question is a request of its own."""

    def __init__(self, connection: Object) -> None:
        self._networking = client.NetworkingV1Api(connection)
        self._batch = client.BatchV1Api(connection)

    def policies(self, namespace: str) -> list[Object]:
        """The NetworkPolicies there."""
        return list(self._networking.list_namespaced_network_policy(namespace).items)

    def jobs(self, namespace: str) -> list[Object]:
        """The Jobs there."""
        return list(self._batch.list_namespaced_job(namespace).items)

    def policy(self, namespace: str) -> Object:
        """The one NetworkPolicy there."""
        (found,) = self.policies(namespace)
        return found

    def make_policy(self, namespace: str, name: str, spec: dict[str, Any]) -> Object:
        """Make a NetworkPolicy that is nobody's grant."""
        body = {"metadata": {"name": name}, "spec": spec}
        return self._networking.create_namespaced_network_policy(namespace, body)

    def deadline(self, namespace: str) -> datetime:
        """When the one Job there will fail, which ends the one policy there that it owns."""
        (job,) = self.jobs(namespace)
        (owner,) = self.policy(namespace).metadata.owner_references
        assert owner.uid == job.metadata.uid
        assert not job.spec.suspend
        found: datetime = job.status.start_time + timedelta(seconds=job.spec.active_deadline_seconds)
        return found

    def is_empty(self, namespace: str) -> bool:
        """Tell whether neither a policy nor a Job is left."""
        return not self.policies(namespace) and not self.jobs(namespace)


@contextmanager
def official(kubeconfig: Path) -> Iterator[Official]:
    """Connect by a kubeconfig."""
    connection = config.new_client_from_config(config_file=str(kubeconfig))
    try:
        yield Official(connection)
    finally:
        connection.close()
