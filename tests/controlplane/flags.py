"""Command lines of the three programs: the least that a real control plane needs on loopback.

Law: all three serve TLS with certificates of the plane's authority, so that an answer proves whose it is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.controlplane.build import Programs
from tests.controlplane.certs import Pair

HOST = "127.0.0.1"
Command = Callable[[Programs, "Files", "Ports"], list[str]]


@dataclass(frozen=True)
class Ports:
    """One loopback port for each listener of a plane."""

    etcd: int
    etcd_peer: int
    apiserver: int
    controller_manager: int


@dataclass(frozen=True)
class Files:
    """Where a plane keeps what its programs read and write."""

    folder: Path
    ca: Path
    serving: Pair
    service_accounts: Pair
    tokens: Path
    audit_policy: Path
    controller_kubeconfig: Path

    @property
    def audit_log(self) -> Path:
        """One JSON event a line."""
        return self.folder / "audit.log"


def etcd(programs: Programs, files: Files, ports: Ports) -> list[str]:
    """A single member that never waits for the disk: the data is thrown away with the plane."""
    client = f"https://{HOST}:{ports.etcd}"
    peer = f"https://{HOST}:{ports.etcd_peer}"
    cert, key, ca = files.serving.cert, files.serving.key, files.ca
    return [
        str(programs.etcd),
        "--name=netgrant-test",
        f"--data-dir={files.folder / 'etcd'}",
        "--unsafe-no-fsync",
        "--log-level=warn",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=netgrant-test={peer}",
        "--client-cert-auth",
        f"--trusted-ca-file={ca}",
        f"--cert-file={cert}",
        f"--key-file={key}",
        "--peer-client-cert-auth",
        f"--peer-trusted-ca-file={ca}",
        f"--peer-cert-file={cert}",
        f"--peer-key-file={key}",
    ]


def apiserver(programs: Programs, files: Files, ports: Ports) -> list[str]:
    """RBAC, certificates and tokens, a blocking audit log.

    The ServiceAccount admission plugin is off, as pods here are objects that no kubelet runs.
    """
    cert, key = files.serving.cert, files.serving.key
    return [
        str(programs.apiserver),
        f"--etcd-servers=https://{HOST}:{ports.etcd}",
        f"--etcd-cafile={files.ca}",
        f"--etcd-certfile={cert}",
        f"--etcd-keyfile={key}",
        f"--bind-address={HOST}",
        f"--advertise-address={HOST}",  # a machine without a default route has no address to guess
        f"--secure-port={ports.apiserver}",
        f"--cert-dir={files.folder}",
        f"--tls-cert-file={cert}",
        f"--tls-private-key-file={key}",
        f"--client-ca-file={files.ca}",
        f"--token-auth-file={files.tokens}",
        "--authorization-mode=RBAC",
        "--disable-admission-plugins=ServiceAccount",
        "--service-cluster-ip-range=10.0.0.0/24",
        f"--service-account-issuer=https://{HOST}:{ports.apiserver}",
        f"--service-account-key-file={files.service_accounts.cert}",
        f"--service-account-signing-key-file={files.service_accounts.key}",
        f"--audit-policy-file={files.audit_policy}",
        f"--audit-log-path={files.audit_log}",
        "--audit-log-mode=blocking",
    ]


def controller_manager(programs: Programs, files: Files, ports: Ports) -> list[str]:
    """All default controllers, acting at once: there is no other replica to elect against."""
    return [
        str(programs.controller_manager),
        f"--kubeconfig={files.controller_kubeconfig}",
        f"--service-account-private-key-file={files.service_accounts.key}",
        f"--root-ca-file={files.ca}",
        "--use-service-account-credentials=false",
        "--controllers=*",
        "--leader-elect=false",
        f"--bind-address={HOST}",
        f"--secure-port={ports.controller_manager}",
        f"--tls-cert-file={files.serving.cert}",
        f"--tls-private-key-file={files.serving.key}",
    ]
