"""The command line."""


def run(arguments: list[str]) -> int:
    """Run one command line and return the exit code."""
    raise NotImplementedError(arguments)
