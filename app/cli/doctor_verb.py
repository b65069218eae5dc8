"""``netgrant doctor``: what works here and what does not."""

import click

from app import wiring
from app.cli import talk
from app.cli.exits import ExitCode
from app.cli.options import Flags, cluster_options, output_option
from app.cli.root import VerbCommand, help_for
from app.cli.running import load_settings, one_context, recover_and_tell, run
from app.cli.tables import table
from app.commands.doctor import Finding, Verdict, examine, examine_registry
from app.commands.written import as_json
from app.errors import ConfigError

_SIGNS = {Verdict.OK: "✓", Verdict.WARN: "!", Verdict.FAIL: "✗"}


@click.command("doctor", cls=VerbCommand, help=help_for("doctor"))
@output_option("table", "json", told="table")
@cluster_options
def command(flags: Flags, output: str | None) -> int:
    """Print one line a finding; exit code 1 if anything is broken."""
    findings = run(_examine(flags))
    if output == "json":
        talk.data(
            as_json(
                [
                    {"subject": f.subject, "verdict": str(f.verdict), "text": f.text, "fix": f.fix}
                    for f in findings
                ]
            )
        )
    else:
        talk.data(table(("", "SUBJECT", "FINDING"), [_cells(finding) for finding in findings]))
    broken = any(finding.verdict is Verdict.FAIL for finding in findings)
    return ExitCode.FAILED if broken else ExitCode.OK


def _cells(finding: Finding) -> tuple[str, str, str]:
    text = f"{finding.text}; {finding.fix}" if finding.fix else finding.text
    return f"{_SIGNS[finding.verdict]} {finding.verdict}", finding.subject, text


async def _examine(flags: Flags) -> tuple[Finding, ...]:
    settings = load_settings(flags)
    try:
        async with wiring.open_session(settings, one_context(settings)) as session:
            if trouble := await recover_and_tell(session):
                talk.warn(trouble)
            warned = tuple(Finding("connection", Verdict.WARN, text) for text in session.cluster.warnings)
            return (*warned, *await examine(session, session.cluster.namespace))
    except ConfigError as error:
        log = wiring.open_registry(settings)
        try:
            return (
                Finding("kubeconfig", Verdict.FAIL, error.message, error.fix),
                await examine_registry(log),
            )
        finally:
            await log.close()
