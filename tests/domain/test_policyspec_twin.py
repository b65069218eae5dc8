"""The canonical form and what the real API server makes of the same spec."""

import pytest
from hypothesis import HealthCheck, example, given, settings

from app.domain.policyspec import canonical_spec, spec_hash
from app.domain.validation import validate_policy
from tests.controlplane.plane import ControlPlane
from tests.domain.test_policyspec import SPECS
from tests.domain.wild_policies import POLICIES
from tests.rest import Json, Rest

PATH = "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies"
SLOW = settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
    ],
)


@pytest.fixture(scope="module")
def server(control_plane: ControlPlane) -> Rest:
    return control_plane.rest()


@pytest.mark.cluster
@SLOW
@given(spec=SPECS | POLICIES.map(lambda policy: policy["spec"]))
@example(spec={})
@example(spec={"podSelector": None, "ingress": [None], "egress": []})
@example(spec={"podSelector": {"matchLabels": {"a": None}}, "policyTypes": []})
@example(spec={"podSelector": {"matchExpressions": [{"key": "a", "operator": "Exists", "values": []}]}})
@example(spec={"podSelector": {"matchExpressions": [{"key": "a", "operator": "In", "values": [None]}]}})
@example(spec={"ingress": [{"from": None, "ports": [None, {"port": None}]}]})
def test_the_canonical_form_is_what_the_server_stores(server: Rest, spec: Json) -> None:
    reply = server.post(PATH, {"metadata": {"name": "a"}, "spec": spec}, dryRun="All")
    if reply.status == 201:
        assert canonical_spec(spec) == reply.body["spec"]
        assert spec_hash(spec) == spec_hash(reply.body["spec"])
    else:
        # What it refuses as it stands, it refuses in its canonical form: nothing was made good on the way.
        manifest = {"metadata": {"name": "a", "namespace": "default"}, "spec": canonical_spec(spec)}
        assert validate_policy(manifest)
