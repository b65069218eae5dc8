"""Tell whether the process that began an intent still runs, so that nobody undoes what is still being done.

Law: when in doubt it runs: an intent that is left open is looked at again, one undone under way is harm.
The registry is a local file, so the process is on this machine.
"""

import os
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


_DEAD = "dead"
"""No birth is written so: what has ended was not born as anybody."""


def _born(pid: int) -> str:
    """Return what tells this process from a later one of the same number; empty where it cannot be told."""
    try:
        # The command's name stands in parentheses and may hold anything; state is field 3, start time 22.
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
        state, *fields = text.rpartition(")")[2].split()
        if state in "ZX":  # killed, and its parent does not care: a container's first process often is such
            return _DEAD
        return f"{_BOOT_ID.read_text(encoding='ascii').strip()}.{fields[18]}"
    except (OSError, IndexError, ValueError):
        return ""


class LocalProcesses:
    """The Processes port over this machine's process table."""

    def own(self) -> str:
        """Return the token of this process."""
        return f"{os.getpid()}:{_born(os.getpid())}"

    def is_running(self, token: str) -> bool:
        """Tell whether the process of a token still runs; a token that is not one has no process."""
        number, _, born = token.partition(":")
        if not number.isdigit() or int(number) < 1:
            return False
        try:
            os.kill(int(number), 0)
        except ProcessLookupError:
            return False
        except (PermissionError, OverflowError):
            return bool(born) and _born(int(number)) == born
        now = _born(int(number))
        return now != _DEAD and (not born or not now or now == born)
