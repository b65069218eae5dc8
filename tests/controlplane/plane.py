"""A real control plane for tests: etcd, kube-apiserver and kube-controller-manager on loopback.

Law: a plane belongs to one test process and is thrown away whole. There are no nodes and no kubelets: a pod
is an object that a test creates and whose status it patches.
"""

import base64
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import urllib3

from tests.controlplane import flags, kubeconfig
from tests.controlplane.build import Programs
from tests.controlplane.certs import Authority, Pair, service_account_keys
from tests.controlplane.processes import AddressInUseError, Program, answers, free_ports
from tests.controlplane.settle import wait_for_controllers
from tests.controlplane.users import USERS, User
from tests.rest import Credentials, Json, Rest, tls_context

Auth = Literal["cert", "token"]
Name = Literal["etcd", "apiserver", "controller_manager"]
AUDIT_POLICY = Path(__file__).with_name("audit-policy.yaml")
CONTROLLERS = User("system:kube-controller-manager", ("system:masters",))
START_ATTEMPTS = 3


class ControlPlane:
    """Three programs, their certificates and their users.

    Args:
        folder: an empty folder that the plane may fill: keys, data, logs.
        programs: what to run, from ``build.find``.
    """

    etcd: Program
    apiserver: Program
    controller_manager: Program

    def __init__(self, folder: Path, programs: Programs) -> None:
        self.folder = folder
        self.programs = programs
        self._authority = Authority(folder)
        self._serving = self._authority.server("serving")
        self._service_accounts = service_account_keys(folder)
        self._certs: dict[str, Pair] = {}
        self._clients: list[Rest] = []
        self._tokens = _write_tokens(folder / "tokens.csv")
        self._lay_out()

    @property
    def server(self) -> str:
        """URL of the API server; the same over restarts."""
        return f"https://{flags.HOST}:{self.ports.apiserver}"

    @property
    def ca(self) -> Path:
        """The authority that signed the server's certificate."""
        return self._authority.ca

    def start(self) -> None:
        """Starts all three and waits until the controllers act; about 5 s.

        Raises:
            StartError: one of them did not come up; the message has the tail of its log.
        """
        for attempt in range(1, START_ATTEMPTS + 1):
            try:
                self._start_in_order()
                break
            except AddressInUseError:
                self.stop()
                if attempt == START_ATTEMPTS:
                    raise
                self._lay_out()
        wait_for_controllers(self.rest())

    def stop(self) -> None:
        """Kills all three at once; the data is worth nothing, so nothing is flushed."""
        for client in self._clients:
            client.close()
        self._clients.clear()
        for program in (self.controller_manager, self.apiserver, self.etcd):
            program.kill()

    @contextmanager
    def stopped(self, name: Name) -> Iterator[Program]:
        """One program is down inside the block and answers again after it.

        Killed with SIGKILL, so a write in flight is as lost as in a crash.
        """
        program = self._program(name)
        program.kill()
        try:
            yield program
        finally:
            program.start()

    def credentials(self, user: str = "admin", auth: Auth = "token") -> Credentials:
        """The token or the certificate of ``admin``, ``alice`` or ``bob``."""
        person = USERS[user]
        if auth == "token":
            return Credentials(token=person.token)
        pair = self._certificate(person)
        return Credentials(cert=pair.cert, key=pair.key)

    def kubeconfig(self, user: str = "admin", auth: Auth = "cert") -> Path:
        """A kubeconfig file for one user; written anew at each call, always at the same path."""
        path = self.folder / f"{user}-{auth}.kubeconfig"
        credentials = self.credentials(user, auth)
        return kubeconfig.write(path, server=self.server, user=user, credentials=credentials, ca=self.ca)

    def rest(self, user: str = "admin", auth: Auth = "token") -> Rest:
        """A raw JSON client as one user; closed with the plane."""
        return self.rest_with(self.credentials(user, auth))

    def rest_with(self, credentials: Credentials) -> Rest:
        """A raw JSON client with any credentials, wrong ones too; closed with the plane."""
        client = Rest(self.server, credentials, self.ca)
        self._clients.append(client)
        return client

    def kubectl(self, *arguments: str, user: str = "admin") -> subprocess.CompletedProcess[str]:
        """Runs kubectl, the witness that shares no code with us; its exit code is not judged."""
        environment = {**os.environ, "KUBECONFIG": str(self.kubeconfig(user)), "HOME": str(self.folder)}
        command = [str(self.programs.kubectl), *arguments]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    def audit_events(self) -> list[Json]:
        """All audit events so far, oldest first."""
        lines = self.files.audit_log.read_text().splitlines()
        return [json.loads(line) for line in lines]

    def compact(self) -> None:
        """Makes etcd forget all history but the present, as it does by itself every five minutes."""
        base = f"https://{flags.HOST}:{self.ports.etcd}/v3/kv"
        credentials = Credentials(cert=self._serving.cert, key=self._serving.key)
        with urllib3.PoolManager(ssl_context=tls_context(self.ca, credentials), retries=False) as pool:
            key = base64.b64encode(b"none").decode()
            found = pool.request("POST", f"{base}/range", json={"key": key, "count_only": True}).json()
            revision = found["header"]["revision"]
            pool.request("POST", f"{base}/compaction", json={"revision": revision, "physical": True})

    def _program(self, name: Name) -> Program:
        programs = {
            "etcd": self.etcd,
            "apiserver": self.apiserver,
            "controller_manager": self.controller_manager,
        }
        return programs[name]

    def _start_in_order(self) -> None:
        self.etcd.start()
        self.apiserver.start()
        self.controller_manager.start()

    def _lay_out(self) -> None:
        """Chooses ports and writes down how each program is started on them."""
        self.ports = flags.Ports(*free_ports(4))
        controllers = self._certificate(CONTROLLERS)
        controller_kubeconfig = kubeconfig.write(
            self.folder / "controller-manager.kubeconfig",
            server=self.server,
            user=CONTROLLERS.name,
            credentials=Credentials(cert=controllers.cert, key=controllers.key),
            ca=self.ca,
        )
        self.files = flags.Files(
            folder=self.folder,
            ca=self.ca,
            serving=self._serving,
            service_accounts=self._service_accounts,
            tokens=self._tokens,
            audit_policy=AUDIT_POLICY,
            controller_kubeconfig=controller_kubeconfig,
        )
        self.etcd = self._describe("etcd", flags.etcd, self.ports.etcd, "/health")
        self.apiserver = self._describe("kube-apiserver", flags.apiserver, self.ports.apiserver, "/readyz")
        self.controller_manager = self._describe(
            "kube-controller-manager",
            flags.controller_manager,
            self.ports.controller_manager,
            "/healthz",
        )

    def _describe(self, name: str, command: flags.Command, port: int, health: str) -> Program:
        context = tls_context(self.ca, Credentials(cert=self._serving.cert, key=self._serving.key))
        ready = answers(f"https://{flags.HOST}:{port}{health}", context)
        log = self.folder / f"{name}-{port}.log"  # a second choice of ports starts a log of its own
        return Program(name, command(self.programs, self.files, self.ports), log, ready)

    def _certificate(self, user: User) -> Pair:
        if user.name not in self._certs:
            self._certs[user.name] = self._authority.client(user.name, user.groups)
        return self._certs[user.name]


def _write_tokens(path: Path) -> Path:
    """The server's static token file: token, user, uid, groups."""
    path.touch(mode=0o600)
    lines = [
        f'{user.token},{user.name},uid-{user.name},"{",".join(user.groups)}"\n' for user in USERS.values()
    ]
    path.write_text("".join(lines))
    return path
