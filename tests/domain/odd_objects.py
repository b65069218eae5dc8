"""Hypothesis strategies for what a cluster may hold under our label: garbage in every field."""

import msgspec
from hypothesis import strategies as st

from app.domain.manifest import DOMAIN, EXPIRES_AT, GRANT_LABEL, SPEC_HASH
from app.domain.objects import Job, NetworkPolicy
from tests.domain import wild_policies

_TEXTS = st.sampled_from(["", " ", "x", "\\x1b[31m", "a\nb", "é", "true", "null", "0", "x" * 5000]) | st.text(
    max_size=10
)
_MOMENTS = st.sampled_from(
    [
        *("2026-11-24T18:00:00Z", "2026-11-24T18:30:00Z", "2026-11-24T18:00:00.123456+05:45"),
        *("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z"),
        "9999-12-31T23:59:59-14:00",
    ]
)
_WRITTEN = _MOMENTS | _TEXTS | st.sampled_from(["2026-11-24", "2026-11-24T18:00:00", "18:00", "1764007200"])
_NAMES = st.sampled_from(["", "a", "b", "netgrant-x-1"])
_UIDS = st.sampled_from(["", "u1", "u2", "u3"])
_GRANTS = st.sampled_from(["", "01A", "01B", "lower", "x" * 63, "é"])
_ANNOTATIONS = st.fixed_dictionaries(
    {},
    optional={
        EXPIRES_AT: _WRITTEN,
        SPEC_HASH: _TEXTS,
        **dict.fromkeys(
            (f"{DOMAIN}/{name}" for name in ("reason", "requested-by", "adopted", "ticket")), _TEXTS
        ),
    },
)
_OWNERS = st.fixed_dictionaries(
    {"apiVersion": _TEXTS, "kind": _TEXTS, "name": _NAMES, "uid": _UIDS},
    optional={"controller": st.booleans()},
)
_METADATA = st.fixed_dictionaries(
    {"labels": st.none() | st.fixed_dictionaries({}, optional={GRANT_LABEL: _GRANTS, "app": _TEXTS})},
    optional={
        "name": _NAMES,
        "namespace": _NAMES,
        "uid": _UIDS,
        "creationTimestamp": st.none() | _MOMENTS,
        "deletionTimestamp": st.none() | _MOMENTS,
        "annotations": st.none() | _ANNOTATIONS,
        "finalizers": st.none() | st.lists(_TEXTS, max_size=2),
        "ownerReferences": st.none() | st.lists(_OWNERS, max_size=3),
    },
)
_SPECS = (
    st.none()
    | wild_policies.SPECS
    | wild_policies.broken().map(lambda policy: policy.get("spec"))
    | st.dictionaries(_TEXTS, wild_policies.JUNK, max_size=3)
)
_SECONDS = st.none() | st.sampled_from([0, 1, -1, 1800, 2**31, 2**63 - 1, -(2**63), 10**30])

POLICIES = st.fixed_dictionaries({"metadata": _METADATA}, optional={"spec": _SPECS}).map(
    lambda raw: msgspec.convert({**raw, "spec": _mapping(raw.get("spec"))}, NetworkPolicy)
)
JOBS = st.fixed_dictionaries(
    {"metadata": _METADATA},
    optional={
        "spec": st.fixed_dictionaries(
            {},
            optional={
                "activeDeadlineSeconds": _SECONDS,
                "ttlSecondsAfterFinished": _SECONDS,
                "suspend": st.none() | st.booleans(),
            },
        ),
        "status": st.fixed_dictionaries({}, optional={"startTime": st.none() | _MOMENTS}),
    },
).map(lambda raw: msgspec.convert(raw, Job))


def _mapping(value: object) -> object:
    # A spec that is no mapping does not come through decoding.
    return value if isinstance(value, dict) else None
