"""The command line: thin over commands/. stdout is data, stderr is talk, exit codes are an enum."""


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; no traceback reaches a user."""
    from app.cli.root import run_line

    return run_line(arguments)
