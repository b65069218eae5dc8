"""What people write about a grant: the reason, the ticket, the incident.

Law: pure; what passes here is one line of visible text that fits into an annotation and a table.
"""

from app.domain.text import clean, quote
from app.errors import InputError

REASON_LIMIT = 1024
"""Characters: a paragraph; all annotations of an object together may have 256 KiB."""
REFERENCE_LIMIT = 128
"""Characters of a ticket's or an incident's name."""


def parse_reason(text: str) -> str:
    """Return a reason on one line; line breaks, tabs and runs of blanks become one blank.

    Raises:
        InputError: there is none, it is too long, or it holds characters that cannot be seen.
    """
    found = _one_line(text, "reason", REASON_LIMIT)
    if not found:
        raise InputError(
            "--reason is missing: why is this needed?", field="reason", fix='for example --reason "debug lag"'
        )
    return found


def parse_reference(text: str, field: str) -> str:
    """Return the name of a ticket or an incident (``field``), empty where there is none.

    Raises:
        InputError: it is too long, or holds characters that cannot be seen.
    """
    return _one_line(text, field, REFERENCE_LIMIT)


def _one_line(text: str, field: str, limit: int) -> str:
    line = text.replace("\r\n", "\n").replace("\n", " ").replace("\t", " ")
    found = " ".join(word for word in line.split(" ") if word)
    if len(found) > limit:
        raise InputError(
            f"--{field} is too long: {len(found)} characters", field=field, fix=f"{limit} are enough"
        )
    hidden = next((char for char in found if clean(char) != char), "")
    if hidden:
        raise InputError(
            f"--{field} holds {quote(hidden)}, a character that cannot be seen",
            field=field,
            fix="leave it out",
        )
    return found
