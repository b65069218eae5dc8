"""The entry point: ``netgrant``, ``kubectl netgrant`` and ``python -m app``."""

import io
import sys


def main() -> None:
    """Run the command line and exit with its code."""
    from app.cli import run

    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that knows no "–" is shown an escape: no table may end in an error for that.
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
