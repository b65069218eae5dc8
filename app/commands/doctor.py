"""Say what works here and what does not, before somebody needs it.

Law: reads only, asks every question even if an earlier one failed, and never raises for what it examines.
"""

from dataclasses import dataclass
from enum import StrEnum

from app.commands.session import Session
from app.domain.durations import format_duration
from app.errors import ClusterError, NetgrantError
from app.ports import Check, GrantLog, Identity

CLOCK_TOLERANCE_SECONDS = 2.0


class Verdict(StrEnum):
    """How a finding is to be taken."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing examined."""

    subject: str
    verdict: Verdict
    text: str
    fix: str = ""


NEEDS: tuple[tuple[str, str, str, str], ...] = (
    ("list", "networking.k8s.io", "networkpolicies", "list grants"),
    ("watch", "networking.k8s.io", "networkpolicies", "watch grants"),
    ("create", "networking.k8s.io", "networkpolicies", "grant"),
    ("patch", "networking.k8s.io", "networkpolicies", "extend and adopt"),
    ("delete", "networking.k8s.io", "networkpolicies", "revoke"),
    ("list", "batch", "jobs", "tell whether a grant is armed"),
    ("create", "batch", "jobs", "arm the dead-man switch"),
    ("patch", "batch", "jobs", "extend"),
    ("delete", "batch", "jobs", "revoke"),
    ("get", "", "pods", "look up pod/NAME"),
    ("get", "", "services", "look up svc/NAME"),
    ("get", "apps", "deployments", "look up deploy/NAME"),
)
"""Verb, API group, resource, and what it is needed for."""


async def examine(session: Session, namespace: str) -> tuple[Finding, ...]:
    """Return all findings, in the order in which a person would ask.

    Args:
        session: cluster and registry.
        namespace: where permissions are asked for.
    """
    found: list[Finding] = []
    identity = await _identity(session, found)
    if identity is not None:
        found.append(_clock(identity))
        found += await _permissions(session, namespace)
        found += await _nets(session, namespace)
    found.append(await examine_registry(session.log))
    return tuple(found)


async def _identity(session: Session, found: list[Finding]) -> Identity | None:
    cluster = session.cluster
    try:
        version = await cluster.access.server_version()
        identity = await cluster.access.whoami()
    except ClusterError as error:
        found.append(Finding("cluster", Verdict.FAIL, error.message, error.fix))
        return None
    found.append(
        Finding("cluster", Verdict.OK, f"{cluster.server} answers, {version}, context {cluster.context}")
    )
    groups = f" (groups: {', '.join(identity.groups)})" if identity.groups else ""
    name = identity.username or "unknown to SelfSubjectReview"
    found.append(Finding("you", Verdict.OK if identity.username else Verdict.WARN, f"{name}{groups}"))
    return identity


def _clock(identity: Identity) -> Finding:
    offset, error = identity.offset.total_seconds(), identity.offset_error.total_seconds()
    text = f"server {offset:+.1f} s against this machine (± {error:.1f} s)"
    if abs(offset) > CLOCK_TOLERANCE_SECONDS + error:
        return Finding("clock", Verdict.WARN, text, "deadlines follow the server's clock; set this machine's")
    return Finding("clock", Verdict.OK, text)


async def _permissions(session: Session, namespace: str) -> list[Finding]:
    checks = [Check(verb, group, resource, namespace) for verb, group, resource, _ in NEEDS]
    everywhere = Check("list", "networking.k8s.io", "networkpolicies")
    try:
        *answers, all_namespaces = await session.cluster.access.may((*checks, everywhere))
    except ClusterError as error:
        return [Finding("permissions", Verdict.FAIL, error.message, error.fix)]
    found = []
    for (verb, group, resource, purpose), allowed in zip(NEEDS, answers, strict=True):
        what = f"{verb} {resource}{f'.{group}' if group else ''} in {namespace}"
        text = f"{what}: {'yes' if allowed else f'no, so you cannot {purpose}'}"
        fix = "" if allowed else f"ask for the verb {verb!r} on {resource}"
        found.append(Finding("permission", Verdict.OK if allowed else Verdict.WARN, text, fix))
    text = f"list networkpolicies in all namespaces: {'yes' if all_namespaces else 'no, use -n'}"
    found.append(Finding("permission", Verdict.OK if all_namespaces else Verdict.WARN, text))
    return found


async def _nets(session: Session, namespace: str) -> list[Finding]:
    try:
        (may_create,) = await session.cluster.access.may((Check("create", "batch", "jobs", namespace),))
    except ClusterError as error:
        return [Finding("net", Verdict.WARN, f"dead-man Job: {error.message}")]
    if may_create:
        cap = format_duration(session.limits.max_ttl)
        return [
            Finding("net", Verdict.OK, f"dead-man Job: can be made in {namespace}; grants live {cap} at most")
        ]
    return [
        Finding(
            "net",
            Verdict.FAIL,
            f"dead-man Job: you may not create Jobs in {namespace}, so no grant can be made there",
            "ask for create, patch and delete on jobs.batch",
        )
    ]


async def examine_registry(log: GrantLog) -> Finding:
    """Return what can be said about the registry."""
    try:
        health = await log.health()
    except NetgrantError as error:
        return Finding("registry", Verdict.FAIL, error.message, error.fix)
    text = (
        f"{health.path}: schema {health.schema_version}, {health.grants} grants, "
        f"{health.entries} audit rows, {health.open_intents} open intents"
    )
    if health.problems:
        return Finding("registry", Verdict.FAIL, f"{text}; {'; '.join(health.problems)}")
    return Finding("registry", Verdict.OK, text)
