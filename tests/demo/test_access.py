"""Who may do what, by roles and bindings."""

import pytest

from app.demo.access import ANONYMOUS, MASTERS, Attributes, Authorizer, User
from app.demo.kinds import CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, ROLE_BINDINGS, ROLES
from app.demo.resources import Resource
from app.demo.writes import Target
from tests.demo.rig import NAMESPACE, Rig
from tests.rest import Json

ALICE = User("alice", ("sre",))
READ_PODS: Json = {"verbs": ["get", "list"], "apiGroups": [""], "resources": ["pods"]}


class Rights(Rig):
    """A rig that hands out rights."""

    def bind(self, rule: Json, *, cluster: bool = False, subject: Json | None = None) -> None:
        role: Resource = CLUSTER_ROLES if cluster else ROLES
        binding = CLUSTER_ROLE_BINDINGS if cluster else ROLE_BINDINGS
        self.put(role, {"metadata": {"name": "r"}, "rules": [rule]})
        self.put(
            binding,
            {
                "metadata": {"name": "b"},
                "subjects": [subject or {"kind": "User", "name": "alice"}],
                "roleRef": {"apiGroup": "", "kind": role.kind, "name": "r"},
            },
        )

    def put(self, resource: Resource, document: Json) -> None:
        self.writer.create(Target(resource, NAMESPACE if resource.namespaced else ""), document)

    def may(self, verb: str, resource: str = "pods", user: User = ALICE, **more: str) -> bool:
        wish = Attributes(verb, resource=resource, **{"namespace": NAMESPACE, **more})
        return Authorizer(self.store).decide(user, wish).allowed


@pytest.fixture
def rig() -> Rights:
    return Rights()


def test_nothing_is_allowed_until_a_binding_says_so(rig: Rights) -> None:
    assert not rig.may("get")
    rig.bind(READ_PODS)
    assert rig.may("get")
    assert not rig.may("delete")
    assert not rig.may("get", "secrets")
    assert not rig.may("get", group="apps")


def test_a_role_holds_in_its_namespace_only(rig: Rights) -> None:
    rig.bind(READ_PODS)
    assert not rig.may("get", namespace="elsewhere")
    assert not rig.may("get", namespace="")


def test_a_cluster_role_binding_holds_everywhere(rig: Rights) -> None:
    rig.bind(READ_PODS, cluster=True)
    assert rig.may("get", namespace="elsewhere")
    assert rig.may("get", namespace="")


def test_rights_of_a_group(rig: Rights) -> None:
    rig.bind(READ_PODS, subject={"kind": "Group", "name": "sre"})
    assert rig.may("get")
    assert not rig.may("get", user=User("carol"))


def test_a_service_account_is_not_the_user_of_its_name(rig: Rights) -> None:
    rig.bind(READ_PODS, subject={"kind": "ServiceAccount", "name": "alice", "namespace": NAMESPACE})
    assert not rig.may("get")


def test_names_narrow_a_rule(rig: Rights) -> None:
    rig.bind({**READ_PODS, "resourceNames": ["db"]})
    assert rig.may("get", name="db")
    assert not rig.may("get", name="web")
    assert not rig.may("list")


@pytest.mark.parametrize(
    ("resources", "asked", "expected"),
    [
        (["pods"], "pods/status", False),
        (["pods/status"], "pods/status", True),
        (["*/status"], "pods/status", True),
        (["*/status"], "pods", False),
        (["*"], "pods/status", True),
    ],
)
def test_subresources(rig: Rights, resources: list[str], asked: str, expected: bool) -> None:
    rig.bind({"verbs": ["*"], "apiGroups": ["*"], "resources": resources})
    assert rig.may("get", asked) is expected


def test_members_of_system_masters_may_do_anything(rig: Rights) -> None:
    assert rig.may("delete", "secrets", user=User("root", (MASTERS,)))


def test_anonymous_sees_health_and_version_and_no_more(rig: Rights) -> None:
    authorizer, nobody = Authorizer(rig.store), User(ANONYMOUS)
    assert authorizer.decide(nobody, Attributes("get", path="/version")).allowed
    assert not authorizer.decide(nobody, Attributes("get", path="/apis")).allowed
    assert authorizer.decide(ALICE, Attributes("get", path="/apis/apps/v1")).allowed


def test_the_reason_names_the_binding(rig: Rights) -> None:
    rig.bind(READ_PODS)
    verdict = Authorizer(rig.store).decide(ALICE, Attributes("get", "", "pods", NAMESPACE))
    assert verdict.reason == f'RBAC: allowed by RoleBinding "b/{NAMESPACE}" of Role "r" to User "alice"'


def test_a_binding_to_a_role_that_is_not_there_is_told(rig: Rights) -> None:
    rig.put(
        ROLE_BINDINGS,
        {
            "metadata": {"name": "b"},
            "subjects": [{"kind": "User", "name": "alice"}],
            "roleRef": {"apiGroup": "", "kind": "Role", "name": "lost"},
        },
    )
    verdict = Authorizer(rig.store).decide(ALICE, Attributes("get", "", "pods", NAMESPACE))
    assert verdict.reason == 'RBAC: role.rbac.authorization.k8s.io "lost" not found'
