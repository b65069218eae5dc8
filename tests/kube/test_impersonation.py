import pytest

from app.errors import ConfigError
from app.kube.impersonation import impersonation
from app.kube.kubeconfig import User

KUBECONFIG = User(
    as_user="jane",
    as_uid="42",
    as_groups=("dev", "ops"),
    as_user_extra={"scopes": ("view",), "acme.com/Project": ("a", "b")},
)


def test_a_kubeconfig_that_acts_as_somebody_is_obeyed() -> None:
    assert impersonation(KUBECONFIG, "", ()) == (
        ("Impersonate-User", "jane"),
        ("Impersonate-Uid", "42"),
        ("Impersonate-Group", "dev"),
        ("Impersonate-Group", "ops"),
        ("Impersonate-Extra-scopes", "view"),
        ("Impersonate-Extra-acme.com%2FProject", "a"),
        ("Impersonate-Extra-acme.com%2FProject", "b"),
    )


def test_the_options_win_whole() -> None:
    assert impersonation(KUBECONFIG, "bob", ("sre",)) == (
        ("Impersonate-User", "bob"),
        ("Impersonate-Group", "sre"),
    )


def test_nobody_to_act_as() -> None:
    assert impersonation(User(), "", ()) == ()


@pytest.mark.parametrize(
    "user", [User(as_groups=("dev",)), User(as_uid="1"), User(as_user_extra={"a": ("b",)})]
)
def test_a_group_alone_is_refused(user: User) -> None:
    with pytest.raises(ConfigError, match="needs a user to act as"):
        impersonation(user, "", ())


def test_a_group_option_alone_is_refused() -> None:
    with pytest.raises(ConfigError, match="needs a user to act as"):
        impersonation(KUBECONFIG, "", ("sre",))


def test_control_characters_are_refused() -> None:
    with pytest.raises(ConfigError, match="control characters"):
        impersonation(User(as_user="jane\r\nX-Evil: 1"), "", ())
