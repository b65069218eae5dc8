import pytest
from rich.pretty import pretty_repr

from app.errors import ConfigError
from app.kube.kubeconfig import AuthProvider, Cluster, Context, EnvVar, ExecConfig, Kubeconfig, User, select

CONFIG = Kubeconfig(
    current="prod",
    contexts={
        "prod": Context("c", "u", "payments"),
        "plain": Context("c", "u"),
        "no-cluster": Context("", "u"),
        "no-user": Context("c", ""),
        "lost-cluster": Context("gone", "u"),
        "lost-user": Context("c", "gone"),
    },
    clusters={"c": Cluster(server="https://a")},
    users={"u": User(token="hunter2")},
)


def test_the_current_context_is_the_default() -> None:
    found = select(CONFIG, "")
    assert (found.context, found.namespace, found.cluster.server, found.user_name) == (
        "prod",
        "payments",
        "https://a",
        "u",
    )


def test_a_named_context_without_a_namespace_starts_in_default() -> None:
    assert select(CONFIG, "plain").namespace == "default"


@pytest.mark.parametrize(
    ("name", "message", "fix"),
    [
        ("nope", 'no context "nope"', "--context, one of: lost-cluster, lost-user"),
        ("no-cluster", '"no-cluster" names no cluster', "--cluster=…, one of: c"),
        ("no-user", '"no-user" names no user', "--user=…, one of: u"),
        ("lost-cluster", 'the cluster "gone", which no file defines', "known clusters: c"),
        ("lost-user", 'the user "gone", which no file defines', "known users: u"),
        ("no\x1b[8mpe", r"no\\x1b\[8mpe", ""),
    ],
)
def test_what_is_missing_is_said(name: str, message: str, fix: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        select(CONFIG, name)
    assert fix in caught.value.fix


def test_no_current_context() -> None:
    with pytest.raises(ConfigError, match="sets no current-context") as caught:
        select(Kubeconfig(contexts=CONFIG.contexts), "")
    assert "prod" in caught.value.fix


def test_many_contexts_are_not_all_listed() -> None:
    many = Kubeconfig(contexts={f"c{number:02}": Context() for number in range(30)})
    with pytest.raises(ConfigError) as caught:
        select(many, "nope")
    assert caught.value.fix.endswith("c07 and 22 more")


@pytest.mark.parametrize(
    "value",
    [
        User(token="hunter2", password="hunter2", client_key_data="hunter2"),
        User(exec_plugin=ExecConfig(command="login", args=("--password", "hunter2"))),
        ExecConfig(command="login", args=("hunter2",), env=(EnvVar("PASSWORD", "hunter2"),)),
        EnvVar("PASSWORD", "hunter2"),
        AuthProvider("oidc", {"refresh-token": "hunter2"}),
        CONFIG,
        select(CONFIG, "prod"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_secrets_never_show(value: object) -> None:
    assert "hunter2" not in repr(value)
    assert "hunter2" not in pretty_repr(value)
