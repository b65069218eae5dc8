"""The only writer to stdout and stderr.

Law: data goes to stdout, words to stderr. Every word from a cluster was cleaned where it came in.
"""

import sys

from app.errors import NetgrantError


def data(text: str) -> None:
    """Write data, with a newline, to stdout at once: a pipe may be waiting for it."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """Write a sentence to stderr."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def warn(text: str) -> None:
    """Write a warning to stderr."""
    say(f"netgrant: warning: {text}")


def fail(error: NetgrantError) -> None:
    """Write what happened and what to do, on one line."""
    line = f"{error.message}; {error.fix}" if error.fix else error.message
    say(f"netgrant: {' '.join(line.split())}")
