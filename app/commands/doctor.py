"""Say what works here and what does not, before somebody needs it.

Law: reads only, asks every question even if an earlier one failed, and never raises for what it examines.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from app.commands.session import Session
from app.domain.durations import format_duration
from app.errors import ClusterError, NetgrantError
from app.ports import Check, GrantLog, Identity

CLOCK_TOLERANCE_SECONDS = 2.0
_UNREADABLE = timedelta(days=1)
"""An error bar of the server's time that says that nothing told it."""


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
    ("get", "networking.k8s.io", "networkpolicies", "adopt, or see that a revoked policy is gone"),
    ("patch", "networking.k8s.io", "networkpolicies", "extend and adopt"),
    ("delete", "networking.k8s.io", "networkpolicies", "revoke"),
    ("list", "batch", "jobs", "tell whether a grant is armed"),
    ("create", "batch", "jobs", "arm the dead-man switch"),
    ("get", "batch", "jobs", "grant: the timer must be seen running"),
    ("patch", "batch", "jobs", "extend"),
    ("delete", "batch", "jobs", "revoke"),
    ("get", "", "pods", "look up pod/NAME"),
    ("list", "", "pods", "see which pods a grant selects"),
    ("get", "", "services", "look up svc/NAME"),
    ("get", "apps", "deployments", "look up deploy/NAME"),
)
"""Verb, API group, resource, and what it is needed for."""

_ARMING = (("create", "jobs"), ("get", "jobs"))
"""Without these no grant can be made: nothing is opened that nothing is seen to end."""


async def examine(session: Session, namespace: str) -> tuple[Finding, ...]:
    """Return all findings, in the order in which a person would ask.

    Args:
        session: cluster and registry.
        namespace: where permissions are asked for.
    """
    found = [await _server(session), *await _identity(session), *await _rights(session, namespace)]
    return (*found, await examine_registry(session.log))


async def _server(session: Session) -> Finding:
    cluster = session.cluster
    try:
        version = await cluster.access.server_version()
    except ClusterError as error:
        return Finding("cluster", Verdict.FAIL, error.message, error.fix)
    return Finding("cluster", Verdict.OK, f"{cluster.server} answers, {version}, context {cluster.context}")


async def _identity(session: Session) -> list[Finding]:
    try:
        identity = await session.cluster.access.whoami()
    except ClusterError as error:
        return [Finding("you", Verdict.FAIL, error.message, error.fix)]
    groups = f" (groups: {', '.join(identity.groups)})" if identity.groups else ""
    if not identity.username:
        fix = "the cluster is older than Kubernetes 1.28, or forbids the question"
        you = Finding("you", Verdict.WARN, "unknown to SelfSubjectReview: grants will name nobody", fix)
    else:
        you = Finding("you", Verdict.OK, f"{identity.username}{groups}")
    return [you, _clock(identity)]


def _clock(identity: Identity) -> Finding:
    if identity.offset_error > _UNREADABLE:
        return Finding(
            "clock",
            Verdict.WARN,
            "the server does not tell its time: this machine's is taken for it",
            "keep this machine's clock right",
        )
    offset, error = identity.offset.total_seconds(), identity.offset_error.total_seconds()
    text = f"server {offset:+.1f} s against this machine (± {error:.1f} s)"
    if abs(offset) > CLOCK_TOLERANCE_SECONDS + error:
        return Finding("clock", Verdict.WARN, text, "deadlines follow the server's clock; set this machine's")
    return Finding("clock", Verdict.OK, text)


async def _rights(session: Session, namespace: str) -> list[Finding]:
    checks = [Check(verb, group, resource, namespace) for verb, group, resource, _ in NEEDS]
    everywhere = Check("list", "networking.k8s.io", "networkpolicies")
    try:
        *answers, all_namespaces = await session.cluster.access.may((*checks, everywhere))
    except ClusterError as error:
        unknown = "dead-man Job: whether it can be made is not known"
        return [
            Finding("permissions", Verdict.FAIL, error.message, error.fix),
            Finding("net", Verdict.WARN, unknown),
        ]
    found = [_right(need, namespace, allowed) for need, allowed in zip(NEEDS, answers, strict=True)]
    text = f"list networkpolicies in all namespaces: {'yes' if all_namespaces else 'no, use -n'}"
    found.append(Finding("permission", Verdict.OK if all_namespaces else Verdict.WARN, text))
    lacking = [
        f"{verb} {resource}"
        for (verb, _, resource, _), allowed in zip(NEEDS, answers, strict=True)
        if (verb, resource) in _ARMING and not allowed
    ]
    return [*found, _net(session, namespace, lacking)]


def _right(need: tuple[str, str, str, str], namespace: str, allowed: bool) -> Finding:
    verb, group, resource, purpose = need
    what = f"{verb} {resource}{f'.{group}' if group else ''} in {namespace}"
    if allowed:
        return Finding("permission", Verdict.OK, f"{what}: yes")
    return Finding(
        "permission",
        Verdict.WARN,
        f"{what}: no, so you cannot {purpose}",
        f"ask for the verb {verb!r} on {resource}",
    )


def _net(session: Session, namespace: str, lacking: list[str]) -> Finding:
    if lacking:
        return Finding(
            "net",
            Verdict.FAIL,
            f"dead-man Job: you may not {' or '.join(lacking)} in {namespace}, so no grant can be made there",
            "ask for create, get, list, patch and delete on jobs.batch",
        )
    cap = format_duration(session.limits.max_ttl)
    return Finding("net", Verdict.OK, f"dead-man Job: can be made in {namespace}; grants live {cap} at most")


async def examine_registry(log: GrantLog) -> Finding:
    """Return what can be said about the registry."""
    try:
        health = await log.health()
    except NetgrantError as error:
        return Finding("registry", Verdict.FAIL, error.message, error.fix)
    if not health.schema_version and not health.problems:
        return Finding("registry", Verdict.OK, f"{health.path}: not there yet; the first grant makes it")
    text = (
        f"{health.path}: schema {health.schema_version}, {health.grants} grants, "
        f"{health.entries} audit rows, {health.open_intents} open intents"
    )
    if health.problems:
        return Finding("registry", Verdict.FAIL, f"{text}; {'; '.join(health.problems)}")
    return Finding("registry", Verdict.OK, text)
