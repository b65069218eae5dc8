"""``netgrant list``: the live grants."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import click

from app.cli import talk
from app.cli.exits import ExitCode, code_for
from app.cli.options import (
    Flags,
    check_selector,
    cluster_options,
    output_option,
    output_or_default,
    selector_option,
)
from app.cli.root import VerbCommand, help_for
from app.cli.rows import COLUMNS, JSON_COLUMNS, WIDE, cells
from app.cli.running import each_context, load_settings, run
from app.cli.tables import table
from app.cli.watching import watch_grants
from app.commands.live import LiveGrants, read_grants
from app.commands.session import Reading
from app.commands.written import as_csv, as_json, as_yaml
from app.domain.view import GrantRow, row_of, urgency
from app.errors import InputError

_FORMATS = ("table", "wide", "json", "yaml", "csv")
_STREAMED = ("table", "json")


@dataclass(frozen=True, slots=True)
class _Answer:
    live: LiveGrants
    rows: tuple[GrantRow, ...]
    where: str
    """The namespace that was looked at, or empty for all."""


@click.command("list", cls=VerbCommand, help=help_for("list"))
@click.option("-A", "--all-namespaces", is_flag=True, help="All namespaces.")
@selector_option("Only policies with these labels.")
@click.option("-w", "--watch", is_flag=True, help="Go on: print each grant that appears, changes or ends.")
@output_option(*_FORMATS, told="table")
@cluster_options
def command(flags: Flags, all_namespaces: bool, selector: str, watch: bool, output: str | None) -> int:
    """Print the live grants, the most urgent first."""
    if all_namespaces and flags.namespace:
        raise InputError("-A and -n exclude each other", field="namespace", fix="leave one out")
    check_selector(selector)
    loaded = load_settings(flags)
    if watch:
        form = output_or_default(output, loaded.output, _STREAMED)
        if form not in _STREAMED:
            raise InputError(
                f"--watch prints {' or '.join(_STREAMED)}, not {form}", field="output", fix="give -o json"
            )
        return watch_grants(loaded, None if all_namespaces else "", selector, form)
    good, bad = run(each_context(loaded, lambda reading: _read(reading, all_namespaces, selector)))
    for name, error in bad:
        talk.fail(error, name if len(good) + len(bad) > 1 else "")
    if bad and not good:
        return code_for(bad[0][1])
    rows = sorted((row for _, answer in good for row in answer.rows), key=urgency)
    for text in dict.fromkeys(text for _, answer in good for text in answer.live.denied):
        talk.warn(text)
    form = output_or_default(output, loaded.output, _FORMATS)
    if rows or form not in ("table", "wide"):
        _print(rows, form, has_contexts=len(good) + len(bad) > 1)
    else:
        talk.say(_nothing({answer.where for _, answer in good}))
    return ExitCode.PARTIAL if bad else ExitCode.OK


async def _read(reading: Reading, everywhere: bool, selector: str) -> _Answer:
    namespace = None if everywhere else reading.cluster.namespace
    live, identity = await asyncio.gather(
        read_grants(reading.cluster, namespace, selector), reading.cluster.access.whoami()
    )
    now = reading.clock.now() + identity.offset
    rows = (row_of(grant, now, reading.cluster.context, reading.limits.expiring) for grant in live.grants)
    return _Answer(live, tuple(rows), namespace or "")


def _print(rows: Sequence[GrantRow], output: str, *, has_contexts: bool) -> None:
    match output:
        case "json":
            talk.data(as_json([row.to_json() for row in rows]))
        case "yaml":
            talk.data(as_yaml([[row.to_json() for row in rows]]))
        case "csv":
            talk.data(as_csv(JSON_COLUMNS, [row.to_json() for row in rows]))
        case "wide":
            talk.data(_table(rows, has_contexts, wide=True))
        case _:
            talk.rows(_table(rows, has_contexts, wide=False))


def _nothing(where: set[str]) -> str:
    if "" in where:
        return "no grants stand in any namespace; 'netgrant grant --help' shows how to make one"
    return f"no grants stand in {', '.join(sorted(where))}; -A looks in all namespaces"


def _table(rows: Sequence[GrantRow], has_contexts: bool, *, wide: bool) -> str:
    header = WIDE if wide else COLUMNS
    body = [cells(row, wide=wide) for row in rows]
    if has_contexts:
        return table(
            ("CONTEXT", *header), [(row.context, *line) for row, line in zip(rows, body, strict=True)]
        )
    return table(header, body)
