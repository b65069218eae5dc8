"""The table of measured promises that ends a run.

Law: a plugin of its own, for under pytest-xdist the process that prints has seen no conftest below tests/.
"""

import pytest

from tests.rest import Json

MEASURED = "promise"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print each measured end: how long after its deadline kubectl saw it gone."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    measured: list[Json] = [
        row
        for report in reports
        if report.when == "call"
        for key, row in report.user_properties
        if key == MEASURED
    ]
    if not measured:
        return
    terminalreporter.section("seconds from deadline until kubectl saw the policy gone (promise: 2)")
    for row in measured:
        remark = f"  {row['remark']}" if row["remark"] else ""
        terminalreporter.write_line(f"{row['late_seconds']:+7.3f}  {row['case']}{remark}")
