"""Hypothesis strategies for policies, from sound to absurd."""

from hypothesis import strategies as st

from tests.rest import Json

KEYS = st.sampled_from(
    ["app", "a/b", "netgrant.dev/x", "/x", "a/", "a b", "-a", "a" * 64, "A.b/c", "a/b/c", "", "é", "x_y.z"]
)
VALUES = st.sampled_from(["", "a", "a" * 63, "a" * 64, "-a", "a-", "a b", "é", "a.b_c-d", "1"])
CIDRS = st.sampled_from(
    [
        *("10.0.0.0/8", "10.0.0.1/8", "10.1.0.0/16", "10.0.0.0/33", "0.0.0.0/0", "1.2.3.4/32", "1.2.3.4", ""),
        *("10.0.0/8", "010.0.0.0/8", "10.0.0.0/08", "256.0.0.0/8", "10.0.0.0/-1", "10.0.0.0/8 ", "10.0.0.0/"),
        *("::/0", "2001:db8::/32", "2001:DB8::/32", "2001:db8::1/128", "fe80::1%eth0/64", "1::2::3/64"),
        *("::ffff:10.0.0.0/104", "::ffff:1.2.3.4/128", "::ffff:010.0.0.0/104", "64:ff9b::1.2.3.0/120"),
    ]
)
PORTS = st.sampled_from(
    [0, 1, 80, 65535, 65536, -1, "80", "http", "a" * 15, "a" * 16, "-a", "a-", "a--b", "1a", "A", ""]
)
JUNK: st.SearchStrategy[object] = st.sampled_from(
    [None, 1, 1.5, "x", True, [], {}, [1], {"a": 1}, 99999999999]
)


def lists(item: st.SearchStrategy[Json]) -> st.SearchStrategy[list[Json]]:
    """Short lists, for it is the items that matter."""
    return st.lists(item, max_size=2)


LABELS = st.dictionaries(KEYS, VALUES, max_size=2)
EXPRESSIONS = st.fixed_dictionaries(
    {},
    optional={
        "key": KEYS,
        "operator": st.sampled_from(["In", "NotIn", "Exists", "DoesNotExist", "in", "Gt", ""]),
        "values": st.lists(VALUES, max_size=2),
    },
)
SELECTORS = st.fixed_dictionaries(
    {}, optional={"matchLabels": LABELS, "matchExpressions": lists(EXPRESSIONS)}
)
RULE_PORTS = st.fixed_dictionaries(
    {},
    optional={
        "protocol": st.sampled_from(["TCP", "UDP", "SCTP", "tcp", "", "ICMP"]),
        "port": PORTS,
        "endPort": st.sampled_from([0, 1, 79, 80, 81, 65535, 65536, -1]),
    },
)
BLOCKS = st.fixed_dictionaries({"cidr": CIDRS}, optional={"except": st.lists(CIDRS, max_size=2)})
PEERS = st.fixed_dictionaries(
    {}, optional={"podSelector": SELECTORS, "namespaceSelector": SELECTORS, "ipBlock": BLOCKS}
)


def rules(side: str) -> st.SearchStrategy[list[Json]]:
    """Ingress (``from``) or egress (``to``) rules."""
    return lists(st.fixed_dictionaries({}, optional={"ports": lists(RULE_PORTS), side: lists(PEERS)}))


SPECS = st.fixed_dictionaries(
    {},
    optional={
        "podSelector": SELECTORS,
        "ingress": rules("from"),
        "egress": rules("to"),
        "policyTypes": st.lists(st.sampled_from(["Ingress", "Egress", "ingress", ""]), max_size=3),
    },
)
OWNERS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(
            ("apiVersion", "kind", "name", "uid"), st.sampled_from(["", "v1", "x/y/z", "a/v1", "Event"])
        ),
        "controller": st.booleans(),
    },
)
METADATA = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["a", "a.b", "A", "a_b", "-a", "a" * 253, "a" * 254, "a..b", "é"]),
        "labels": LABELS,
        "annotations": LABELS,
        "finalizers": st.lists(
            st.sampled_from(["a/b", "a", "orphan", "foregroundDeletion", "a b/c"]), max_size=2
        ),
        "ownerReferences": lists(OWNERS),
    },
)
POLICIES = st.fixed_dictionaries({"metadata": METADATA, "spec": SPECS})


@st.composite
def broken(draw: st.DrawFn) -> Json:
    """A policy with a value of any type somewhere in it."""
    policy: Json = draw(POLICIES)
    place = policy
    while True:
        key = draw(st.sampled_from(sorted(place))) if place else "x"
        deeper = [item for item in _objects(place.get(key)) if item]
        if not deeper or draw(st.booleans()):
            place[key] = draw(JUNK)
            return policy
        place = draw(st.sampled_from(deeper))


def _objects(value: object) -> list[Json]:
    if isinstance(value, dict):
        return [value]
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
