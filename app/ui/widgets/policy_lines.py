"""Policies as lines of YAML; those that are not as they were granted with both states, marked.

Law: pure. A change is told by ``-`` and ``+`` as well as by token.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from app.commands.written import as_yaml
from app.domain.durations import format_moment
from app.domain.grant import Deadman, Grant, LivePart
from app.domain.manifest import SPEC_HASH
from app.domain.objects import NetworkPolicy
from app.domain.policyspec import canonical_spec, spec_hash
from app.domain.records import GrantRecord, Json
from app.domain.telling import grant_manifests, record_manifests
from app.ui.widgets.lines import Line, plain, quiet

_LONGEST_DIFF = 4000
"""Lines beyond which no difference is looked for: it would take too long."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A grant as it stands, beside what is known of how it was granted."""

    grant: Grant
    drift: tuple[str, ...]
    record: GrantRecord | None
    """What the registry knows; looked up only where something drifted."""
    trouble: str = ""
    """Why the registry could not be asked."""


def policy_yaml(grant: Grant) -> str:
    """Return the policies as they stand, as YAML documents."""
    return as_yaml(grant_manifests(grant))


def policy_lines(standing: Standing) -> list[Line]:
    """Return what drifted in sentences, then each policy, then what will end it."""
    lines: list[Line] = [((f"~ drifted: {word}", "-bad"),) for word in standing.drift]
    granted = _granted_specs(standing.record)
    for index, (part, manifest) in enumerate(_standing(standing.grant)):
        if index:
            lines.append(plain("---"))
        policy = part.policy
        assert policy is not None
        key = policy.metadata.namespace, policy.metadata.name
        if _is_edited(policy):
            lines += _told_edit(standing, granted.get(key))
        lines += _document(manifest, granted.get(key) if _is_edited(policy) else None)
        lines += _net(part)
    return lines or [quiet("No policy of it stands.")]


def _standing(grant: Grant) -> Iterator[tuple[LivePart, Json]]:
    parts = [part for part in grant.parts if part.policy is not None]
    return zip(parts, grant_manifests(grant), strict=True)


def _granted_specs(record: GrantRecord | None) -> dict[tuple[str, str], Json]:
    manifests = record_manifests(record) if record else []
    return {(m["metadata"]["namespace"], m["metadata"]["name"]): m["spec"] for m in manifests if m["spec"]}


def _is_edited(policy: NetworkPolicy) -> bool:
    """Tell whether the spec is another than was granted, or nobody can tell."""
    return (policy.metadata.annotations or {}).get(SPEC_HASH) != spec_hash(policy.spec or {})


def _told_edit(standing: Standing, granted: Json | None) -> list[Line]:
    if granted is not None:
        return [quiet("# spec: - as it was granted, + as it stands")]
    why = (
        f"the registry cannot be read: {standing.trouble}"
        if standing.trouble
        else "this registry does not know"
    )
    return [quiet(f"# what was granted cannot be shown beside it: {why}")]


def _document(manifest: Json, granted: Json | None) -> list[Line]:
    if granted is None:
        return [plain(line) for line in as_yaml([manifest]).splitlines()]
    head = {key: value for key, value in manifest.items() if key != "spec"}
    lines = [plain(f"  {line}") for line in as_yaml([head]).splitlines()]
    return lines + _difference(_spec_yaml(granted), _spec_yaml(manifest["spec"]))


def _spec_yaml(spec: Mapping[str, Any]) -> list[str]:
    try:
        written: Mapping[str, Any] = canonical_spec(spec)
    except (AttributeError, TypeError, ValueError):
        written = spec  # of an odd shape: as it is
    return as_yaml([{"spec": _sorted(written)}]).splitlines()


def _sorted(value: Any) -> Any:  # noqa: ANN401 (any JSON)
    """Return JSON with its keys in one order: a server's and a registry's may differ."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def _difference(before: list[str], after: list[str]) -> list[Line]:
    if len(before) + len(after) > _LONGEST_DIFF:
        return [quiet("# too long to look for the difference"), *(plain(f"  {line}") for line in after)]
    lines: list[Line] = []
    for tag, low, high, start, stop in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            lines += [plain(f"  {line}") for line in after[start:stop]]
        else:
            lines += [((f"- {line}", "-removed"),) for line in before[low:high]]
            lines += [((f"+ {line}", "-added"),) for line in after[start:stop]]
    return lines


def _net(part: LivePart) -> list[Line]:
    """Return the Job in short, as comments below the policy that it ends."""
    dead, job = part.deadman(), part.job
    if job is None:
        return [((f"# net: {dead}: nothing in the cluster will remove it", "-warn"),)]
    spec = job.spec
    end = part.job_deadline()
    what = f"fails at {format_moment(end)}" if end else "has no end"
    lines: list[Line] = [
        quiet(f"# net: Job {job.metadata.name}, {dead}, {what}"),
        quiet(f"#   activeDeadlineSeconds: {spec.active_deadline_seconds}, suspend: {bool(spec.suspend)}"),
        quiet(
            f"#   parallelism: {spec.parallelism}, ttlSecondsAfterFinished: {spec.ttl_seconds_after_finished}"
        ),
    ]
    if dead is not Deadman.ARMED:
        lines[0] = ((f"! net: Job {job.metadata.name}, {dead}, {what}", "-warn"),)
    return lines
