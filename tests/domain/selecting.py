"""Hypothesis strategies for label selectors, and a naive reading of them to compare with."""

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from app.domain.labels import Operator, Requirement, Selector

# Few, so that selectors meet the labels; among them all that a peer's text could be mistaken for.
KEYS = st.sampled_from(
    [
        *("app", "tier", "in", "notin", "ns", "me", "A_b.c-9", "a" * 63, "app.kubernetes.io/name"),
        *("deploy/api", "team/backend", "10.0.0.1", "10", "1.2/x", "kubernetes.io/metadata.name"),
    ]
)
VALUES = st.sampled_from(["", "a", "b", "1", "A-b_c.9", "a" * 63])
LABELS = st.dictionaries(KEYS, VALUES, max_size=4)


def _requirement(key: str, operator: Operator, values: list[str]) -> Requirement:
    kept = tuple(sorted(values)) if operator in (Operator.IN, Operator.NOT_IN) else ()
    return Requirement(key, operator, kept)


REQUIREMENTS = st.builds(
    _requirement, KEYS, st.sampled_from(Operator), st.lists(VALUES, min_size=1, max_size=3, unique=True)
)
SELECTORS = st.lists(REQUIREMENTS, max_size=3).map(lambda found: Selector(tuple(found)))


def is_selected(labels: Mapping[str, str], selector: Mapping[str, Any]) -> bool:
    """What metav1.LabelSelector says of ``labels``, word by word as its documentation has it."""
    for key, value in selector.get("matchLabels", {}).items():
        if key not in labels or labels[key] != value:
            return False
    return all(_holds(labels, **item) for item in selector.get("matchExpressions", []))


def _holds(labels: Mapping[str, str], key: str, operator: str, values: Sequence[str] = ()) -> bool:
    is_among = any(key in labels and labels[key] == value for value in values)
    return {
        "In": is_among,
        "NotIn": not is_among,
        "Exists": key in labels,
        "DoesNotExist": key not in labels,
    }[operator]
