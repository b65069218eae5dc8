"""``netgrant list``: the live grants."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import click

from app import wiring
from app.cli import talk
from app.cli.exits import ExitCode, code_for
from app.cli.options import Flags, cluster_options, output_option
from app.cli.root import help_for
from app.cli.rows import COLUMNS, JSON_COLUMNS, WIDE, cells
from app.cli.running import each_context, load_settings, one_context, run
from app.cli.tables import as_csv, as_json, as_json_line, as_yaml, cells_wide, table
from app.commands.live import LiveGrants, read_grants
from app.commands.session import Reading
from app.domain.labels import parse_selector
from app.domain.view import GrantRow, row_of, urgency
from app.errors import InputError


@dataclass(frozen=True, slots=True)
class _Answer:
    live: LiveGrants
    rows: tuple[GrantRow, ...]


@click.command("list", help=help_for("list"))
@click.option("-A", "--all-namespaces", is_flag=True, help="All namespaces.")
@click.option("-l", "--selector", default="", metavar="SEL", help="Only policies with these labels.")
@click.option("-w", "--watch", is_flag=True, help="Go on: print each grant that appears, changes or ends.")
@output_option("table", "wide", "json", "yaml", "csv", default="table")
@cluster_options
def command(flags: Flags, all_namespaces: bool, selector: str, **given: str | bool) -> int:
    """Print the live grants, the most urgent first."""
    if all_namespaces and flags.namespace:
        raise InputError("-A and -n exclude each other", field="namespace")
    parse_selector(selector)
    output = str(given["output"])
    if given["watch"]:
        if output not in ("table", "json"):
            raise InputError(f"--watch prints table or json, not {output}", field="output")
        return run(_watch(flags, all_namespaces, selector, output))
    good, bad = run(each_context(flags, lambda reading: _read(reading, flags, all_namespaces, selector)))
    for name, error in bad:
        talk.fail(type(error)(f"{name}: {error.message}") if len(good) + len(bad) > 1 else error)
    if bad and not good:
        return code_for(bad[0][1])
    _print([answer for _, answer in good], output)
    return ExitCode.PARTIAL if bad else ExitCode.OK


async def _read(reading: Reading, flags: Flags, everywhere: bool, selector: str) -> _Answer:
    namespace = None if everywhere else flags.namespace or reading.cluster.namespace
    live, identity = await asyncio.gather(
        read_grants(reading.cluster, namespace, selector), reading.cluster.access.whoami()
    )
    now = reading.clock.now() + identity.offset
    rows = (row_of(grant, now, reading.cluster.context, reading.limits.expiring) for grant in live.grants)
    return _Answer(live, tuple(sorted(rows, key=urgency)))


def _print(answers: Sequence[_Answer], output: str) -> None:
    rows = [row for answer in answers for row in answer.rows]
    for text in dict.fromkeys(text for answer in answers for text in answer.live.denied):
        talk.warn(text)
    match output:
        case "json":
            talk.data(as_json([row.to_json() for row in rows]))
        case "yaml":
            talk.data(as_yaml([[row.to_json() for row in rows]]))
        case "csv":
            talk.data(as_csv(JSON_COLUMNS, [row.to_json() for row in rows]))
        case _ if not rows:
            talk.say("no grants stand; 'netgrant grant --help' shows how to make one, -A looks everywhere")
        case _:
            talk.data(_table(rows, len(answers) > 1, wide=output == "wide"))


def _table(rows: Sequence[GrantRow], clusters: bool, *, wide: bool) -> str:
    header = WIDE if wide else COLUMNS
    body = [cells(row, wide=wide) for row in rows]
    if clusters:
        return table(
            ("CONTEXT", *header), [(row.context, *line) for row, line in zip(rows, body, strict=True)]
        )
    return table(header, body)


async def _watch(flags: Flags, everywhere: bool, selector: str, output: str) -> int:
    """Print changes until interrupted; what is printed first is the state at the start."""
    loaded = load_settings(flags)
    following = wiring.Following(one_context(flags), None if everywhere else flags.namespace or "", selector)
    if output == "table":
        talk.data(_aligned(("EVENT", *COLUMNS)))
    async for change in wiring.follow_grants(loaded, following):
        _print_event(str(change.change), change.row, output)
    return ExitCode.OK


def _print_event(event: str, row: GrantRow, output: str) -> None:
    if output == "json":
        talk.data(as_json_line({"event": event, "grant": row.to_json()}))
    else:
        talk.data(_aligned((event, *cells(row))))


_WIDTHS = (7, 8, 8, 14, 20, 24, 10, 4, 12, 6, 0)
"""A stream cannot know what is yet to come: its columns have fixed least widths."""


def _aligned(texts: Sequence[str]) -> str:
    return "   ".join(
        text + " " * (width - cells_wide(text)) for text, width in zip(texts, _WIDTHS, strict=True)
    )
