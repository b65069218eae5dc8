"""The entry point: ``netgrant``, ``kubectl netgrant`` and ``python -m app``."""

import gc
import io
import os
import sys
from contextlib import suppress


def main() -> None:
    """Run the command line and exit with its code."""
    # While modules load there is no garbage to find; looking for it costs 10 ms of each start. What runs
    # long turns the collector on again (`settle_in` of cli/running.py, the dashboard in ui/garbage.py).
    gc.disable()
    from app.cli import run

    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that knows no "–" is shown an escape: no table may end in an error for that.
        sys.stdout.reconfigure(errors="backslashreplace")
    _leave(run(sys.argv[1:]))


def _leave(code: int) -> None:
    """End the process at once: tearing down a thousand modules takes 30 ms and does nothing for anybody.

    By now every file, socket and thread of ours is closed; only the streams may still hold text.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            if stream is not None:
                stream.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
