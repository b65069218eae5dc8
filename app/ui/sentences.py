"""Errors as sentences: the one place that turns an error into what a person reads on a screen.

Law: pure; nothing is left out of what the error says.
"""

import re

from app.errors import NetgrantError

_OPTION = re.compile(r"(?<![\w-])--(?=[a-z])")


def told(error: NetgrantError) -> str:
    """Return an error as a sentence: what happened, and what to do."""
    return f"{error.message}; {error.fix}" if error.fix else error.message


def told_at_field(error: NetgrantError) -> str:
    """Return an error as a sentence beside a field: there is no command line, so no option is named.

    The fix is left out where it only says how to write the option.
    """
    fix = "" if _OPTION.search(error.fix) else error.fix
    message = _OPTION.sub("", error.message)
    return f"{message}; {fix}" if fix else message
