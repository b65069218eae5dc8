"""The shapes of ObjectMeta and of networking.k8s.io/v1 NetworkPolicy.

Law: data only, field for field as k8s.io/apimachinery pkg/apis/meta/v1 and k8s.io/api networking/v1.
"""

from app.domain.schema import Always, DecodeError, ListOf, MapOf, Pointer, Scalar, Struct, decode

STRING, INT32, INT64, BOOL, ANY = Scalar.STRING, Scalar.INT32, Scalar.INT64, Scalar.BOOL, Scalar.ANY
TEXT_MAP = MapOf(STRING)
API_VERSION = "networking.k8s.io/v1"
KIND = "NetworkPolicy"

OWNER_REFERENCE = Struct(
    "OwnerReference",
    {
        "apiVersion": Always(STRING),
        "kind": Always(STRING),
        "name": Always(STRING),
        "uid": Always(STRING),
        "controller": Pointer(BOOL),
        "blockOwnerDeletion": Pointer(BOOL),
    },
)
OBJECT_META = Struct(
    "ObjectMeta",
    {
        "name": STRING,
        "generateName": STRING,
        "namespace": STRING,
        "selfLink": STRING,
        "uid": STRING,
        "resourceVersion": STRING,
        "generation": INT64,
        "creationTimestamp": Scalar.TIME,
        "deletionTimestamp": Pointer(Scalar.TIME),
        "deletionGracePeriodSeconds": Pointer(INT64),
        "labels": TEXT_MAP,
        "annotations": TEXT_MAP,
        "ownerReferences": ListOf(OWNER_REFERENCE),
        "finalizers": ListOf(STRING),
        "managedFields": ListOf(ANY),
    },
)
LABEL_SELECTOR = Struct(
    "LabelSelector",
    {
        "matchLabels": TEXT_MAP,
        "matchExpressions": ListOf(
            Struct(
                "LabelSelectorRequirement",
                {"key": Always(STRING), "operator": Always(STRING), "values": ListOf(STRING)},
            )
        ),
    },
)
_PORT = Struct(
    "NetworkPolicyPort",
    {
        "protocol": Pointer(STRING),
        "port": Pointer(Scalar.INT_OR_STRING),
        "endPort": Pointer(INT32),
    },
)
_PEER = Struct(
    "NetworkPolicyPeer",
    {
        "podSelector": Pointer(LABEL_SELECTOR),
        "namespaceSelector": Pointer(LABEL_SELECTOR),
        "ipBlock": Pointer(Struct("IPBlock", {"cidr": Always(STRING), "except": ListOf(STRING)})),
    },
)
POLICY_SPEC = Struct(
    "NetworkPolicySpec",
    {
        "podSelector": LABEL_SELECTOR,
        "ingress": ListOf(
            Struct("NetworkPolicyIngressRule", {"ports": ListOf(_PORT), "from": ListOf(_PEER)})
        ),
        "egress": ListOf(Struct("NetworkPolicyEgressRule", {"ports": ListOf(_PORT), "to": ListOf(_PEER)})),
        "policyTypes": ListOf(STRING),
    },
)
NETWORK_POLICY = Struct(
    "NetworkPolicy",
    {"kind": STRING, "apiVersion": STRING, "metadata": OBJECT_META, "spec": POLICY_SPEC},
)


def policy_decode_error(manifest: object) -> DecodeError | None:
    """Return why ``manifest`` cannot be read as a NetworkPolicy at all (a server's 400), or None."""
    if not isinstance(manifest, dict):
        return DecodeError("", "json: cannot unmarshal a value that is not an object into a NetworkPolicy")
    for name, expected in (("apiVersion", API_VERSION), ("kind", KIND)):
        if manifest.get(name) not in (None, "", expected):
            return DecodeError(name, f"{name} must be {expected}, not {manifest[name]!r}")
    return decode(manifest, NETWORK_POLICY).error
