"""What opening access in two namespaces calls, in order."""

import pytest

TWO = ("frontend", "backend")
REHEARSAL = ["access.whoami", "jobs.rehearse", "jobs.rehearse", "policies.rehearse", "policies.rehearse"]
MAKING = [
    "log.begin",
    "jobs.create",
    "jobs.create",
    "jobs.get",
    "jobs.get",
    "policies.create",
    "policies.create",
    "log.finish",
]
STEPS = REHEARSAL + MAKING
"""What is called for access in two namespaces, in this order."""

BEGIN, LAST = STEPS.index("log.begin"), len(STEPS) - 1
EACH_STEP = pytest.mark.parametrize("step", range(len(STEPS)), ids=lambda i: f"{i}-{STEPS[i]}")
EACH_CALL_TO_MAKE = pytest.mark.parametrize("step", range(BEGIN + 1, LAST), ids=lambda i: f"{i}-{STEPS[i]}")
