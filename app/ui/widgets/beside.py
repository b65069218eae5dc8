"""What stands beside a form for a new grant: whom it means, or the manifests that would be written.

Law: pure; texts come cleaned, and what is long is wrapped or scrolled, never lost.
"""

from collections.abc import Iterator
from datetime import datetime
from textwrap import wrap

from app.commands.draft import Draft
from app.commands.preview import Understood
from app.commands.rehearsal import preview
from app.commands.written import as_yaml
from app.domain.text import clean, clean_block
from app.live.cluster import LiveCluster
from app.live.meant import Meant
from app.ui.widgets.lines import Line, plain, quiet
from app.ui.widgets.pod_lines import pod_lines

_SYNTAX = (
    ("app=database", "pods by labels; also tier in (a,b), env!=dev, !debug"),
    ("deploy/api", "a workload's pods; also sts/ ds/ pod/"),
    ("svc/db:5432", "a Service's pods, on the port it leads to"),
    ("ns=ops app=x", "pods of another namespace; ns:team=sre by its labels"),
    ("198.51.100.0/24", "addresses; 10.0.0.0/8 except 10.1.0.0/16"),
    ("a; b", "several on the other side"),
)


def pods_beside(
    now_meant: Meant, found: Understood, cluster: LiveCluster, now: datetime, width: int
) -> list[Line]:
    """Return whom the form means now, by server time ``now``; before it says anything, how to write it."""
    if not now_meant.ends:
        return list(_syntax())
    lines = [*_notes(found, width)]
    return lines + pod_lines(now_meant.ends, cluster, (found.namespace,), now)


def _syntax() -> Iterator[Line]:
    yield quiet("How pods and peers are written")
    for example, meaning in _SYNTAX:
        yield ((f"  {example:<17}", ""), (meaning, "-quiet"))


def _notes(found: Understood, width: int) -> Iterator[Line]:
    for note in found.notes:
        for number, line in enumerate(wrap(clean(note), max(20, width - 2))):
            yield ((f"{'  ' if number else '· '}{line}", "-own"),)


def manifest_beside(plan: Draft | None) -> list[Line]:
    """Return the manifests that would be written, as YAML."""
    if plan is None:
        return [quiet("The manifests show here once the form is complete.")]
    head = quiet("# What would be written; <ID> and <its uid> are known only then")
    return [head, *(plain(line) for line in clean_block(as_yaml(preview(plan))).splitlines())]
