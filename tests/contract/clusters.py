"""The two clusters that the contract runs on, behind one face, so that no test knows which one it has."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from app.demo.server import EmbeddedCluster
from tests.contract.eventually import eventually
from tests.controlplane.plane import ControlPlane
from tests.rest import Credentials, Json, Rest

RBAC = "/apis/rbac.authorization.k8s.io/v1"


class Cluster(Protocol):
    """What a contract test may ask of its cluster."""

    speaks_protobuf: bool
    """Whether it reads Kubernetes' binary format: the one known limit of the embedded cluster."""

    @property
    def server(self) -> str:
        """URL of the API server."""

    def http(self, user: str = "admin") -> Rest:
        """A raw JSON client as ``admin``, ``alice`` or ``bob``."""

    def http_with_token(self, token: str | None) -> Rest:
        """A raw JSON client with any token, wrong or none."""

    def kubeconfig(self, user: str = "admin") -> Path:
        """A kubeconfig file for one of the users."""

    def kubectl_config(self, user: str = "admin") -> Path:
        """A kubeconfig file that kubectl can use, which sends no token over plain HTTP."""

    def forget_history(self) -> None:
        """Makes every version but the present too old to watch or to page from."""

    def allow(self, user: str, namespace: str, rules: Sequence[Json]) -> None:
        """Gives a user rights in one namespace; returns when they are in force."""


class RealCluster:
    """The control plane of this test process."""

    speaks_protobuf = True

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane

    @property
    def server(self) -> str:
        """URL of the API server."""
        return self._plane.server

    def http(self, user: str = "admin") -> Rest:
        """A client with the user's token."""
        return self._plane.rest(user)

    def http_with_token(self, token: str | None) -> Rest:
        """A client with any token."""
        return self._plane.rest_with(Credentials(token=token))

    def kubeconfig(self, user: str = "admin") -> Path:
        """A kubeconfig with the user's token."""
        return self._plane.kubeconfig(user, "token")

    def kubectl_config(self, user: str = "admin") -> Path:
        """The same kubeconfig: the server speaks TLS."""
        return self.kubeconfig(user)

    def forget_history(self) -> None:
        """Compacts etcd, then restarts the API server, whose watch cache remembers more than etcd."""
        self._plane.compact()
        with self._plane.stopped("apiserver"):
            pass

    def allow(self, user: str, namespace: str, rules: Sequence[Json]) -> None:
        """A Role and its RoleBinding."""
        give_role(self.http(), user, namespace, rules)


class EmbeddedTestCluster:
    """The cluster of ``netgrant demo``, without its scenario, over the same loopback HTTP."""

    speaks_protobuf = True

    def __init__(self, running: EmbeddedCluster, folder: Path) -> None:
        self._running = running
        self._folder = folder

    @property
    def server(self) -> str:
        """URL of the API server."""
        return self._running.url

    def http(self, user: str = "admin") -> Rest:
        """A client with the user's token."""
        return self.http_with_token(self._running.tokens[user])

    def http_with_token(self, token: str | None) -> Rest:
        """A client with any token."""
        return Rest(self.server, Credentials(token=token))

    def kubeconfig(self, user: str = "admin") -> Path:
        """A kubeconfig with the user's token."""
        return self._running.kubeconfig(self._folder / f"{user}.kubeconfig", user)

    def kubectl_config(self, user: str = "admin") -> Path:
        """A kubeconfig whose URL carries the token."""
        return self._running.kubectl_config(self._folder / f"{user}.kubectl.kubeconfig", user)

    def forget_history(self) -> None:
        """Drops what the store remembers."""
        self._running.forget_history()

    def allow(self, user: str, namespace: str, rules: Sequence[Json]) -> None:
        """A Role and its RoleBinding."""
        give_role(self.http(), user, namespace, rules)


def give_role(admin: Rest, user: str, namespace: str, rules: Sequence[Json]) -> None:
    """Writes a Role and a RoleBinding and waits until the authorizer has seen both."""
    role = {"metadata": {"generateName": "test-"}, "rules": list(rules)}
    name = admin.post(f"{RBAC}/namespaces/{namespace}/roles", role).ok()["metadata"]["name"]
    binding = {
        "metadata": {"name": name},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}],
    }
    admin.post(f"{RBAC}/namespaces/{namespace}/rolebindings", binding).ok()
    rule = rules[-1]
    asked = {
        "user": user,
        "resourceAttributes": {
            "namespace": namespace,
            "group": rule["apiGroups"][0],
            "resource": rule["resources"][0],
            "verb": rule["verbs"][0],
        },
    }
    path = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
    eventually(lambda: admin.post(path, {"spec": asked}).ok()["status"]["allowed"])
