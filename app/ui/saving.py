"""Write what is shown to a new file where the user is, readable by nobody else.

Law: never overwrites, never follows a link that somebody has laid there; errors are one sentence.
"""

import asyncio
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from textual.app import App

from app.commands.written import as_csv
from app.domain.text import clean_tree
from app.errors import ConfigError
from app.ui.view import Shown

_COLUMNS = (
    "id", "state", "deadline", "secondsLeft", "context", "namespaces", "direction", "target", "peers",
    "ports", "armed", "requestedBy", "approvedBy", "reason", "ticket", "incident", "createdAt", "drift",
    "adopted",
)  # fmt: skip


def file_name(what: str, now: datetime, ending: str) -> str:
    """Return a name with the time in it: ``netgrant-grants-20261124T102054Z.csv``."""
    return f"netgrant-{what}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.{ending}"


HERE = Path()
"""Where the user stands; that is looked up when a file is written, for it may be gone by then."""


def grants_csv(rows: Sequence[Shown], now: datetime) -> str:
    """Return grants as CSV, in their order; the columns are those of ``netgrant list -o csv``."""
    found = []
    for shown in rows:
        left = shown.left(now)
        seconds = None if left is None else round(left.total_seconds())
        item = clean_tree({**shown.row.to_json(), "secondsLeft": seconds})
        assert isinstance(item, dict)
        found.append(item)
    return as_csv(_COLUMNS, found)


async def hand_over(app: App[Any], text: str, name: str) -> str:
    """Give a text to the user as a new file, and return where it is: on this machine, or at the browser's.

    Raises:
        ConfigError: it cannot be written.
    """
    if app._driver is not None and app._driver.is_web:
        app.deliver_binary(BytesIO(text.encode()), save_filename=name)
        return f"{name}, which your browser is given"
    return str(await asyncio.to_thread(save, text, name, HERE))


def save(text: str, name: str, folder: Path) -> Path:
    """Write a text to a new file of mode 0600 and return its path; a number is added to a name that is taken.

    Raises:
        ConfigError: it cannot be written; nothing is left behind.
    """
    stem, dot, ending = name.rpartition(".")
    number = 1
    path = folder / name
    while True:
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            number += 1
            path = folder / f"{stem}-{number}{dot}{ending}"
        except OSError as error:
            raise _failed(path, error) from error
        else:
            break
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise _failed(path, error) from error
    return Path(os.path.abspath(path))


def _failed(path: Path, error: OSError) -> ConfigError:
    return ConfigError(
        f"{path} could not be written: {error.strerror or error}", fix="start netgrant in another directory"
    )
