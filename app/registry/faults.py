"""Say in words what SQLite or the operating system refused, and what to do about it.

Law: nothing but RegistryError leaves the registry. Each message names the file, so that a person with
several knows which; the original error stays chained below it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EACCES, EDQUOT, ENOSPC, EPERM, EROFS
from pathlib import Path

from app.errors import RegistryError

ELSEWHERE = "name a file on a local disk with --registry or NETGRANT_REGISTRY"
_MOVE_ASIDE = (
    "move it aside and start again with an empty one, or put a backup in its place; "
    "grants in the cluster end on time without it"
)
_READ_ONLY = f"make it and its directory writable, or {ELSEWHERE}"
_FREE_SPACE = f"free some space there, or {ELSEWHERE}"

# By SQLite's primary result code: what is wrong, after "the registry PATH …", and the way out.
_WORDS: dict[int, tuple[str, str]] = {
    sqlite3.SQLITE_FULL: ("cannot grow: its disk is full", _FREE_SPACE),
    sqlite3.SQLITE_READONLY: ("is read-only", _READ_ONLY),
    sqlite3.SQLITE_CORRUPT: ("is damaged", _MOVE_ASIDE),
    sqlite3.SQLITE_NOTADB: ("is not an SQLite database", f"{_MOVE_ASIDE}; or {ELSEWHERE}"),
    sqlite3.SQLITE_CANTOPEN: ("cannot be opened", _READ_ONLY),
    sqlite3.SQLITE_PERM: ("may not be opened by this user", _READ_ONLY),
    sqlite3.SQLITE_AUTH: ("may not be opened by this user", _READ_ONLY),
    sqlite3.SQLITE_IOERR: (
        "cannot be read or written: its disk fails",
        "look at the system's log for the disk",
    ),
    sqlite3.SQLITE_CONSTRAINT: ("refused a row that breaks its rules", ""),
    sqlite3.SQLITE_ERROR: ("does not have netgrant's tables as they should be", _MOVE_ASIDE),
    sqlite3.SQLITE_SCHEMA: ("was altered while it was read", "try again"),
    sqlite3.SQLITE_NOMEM: ("cannot be read: memory is exhausted", ""),
    sqlite3.SQLITE_TOOBIG: ("cannot take a row of this size", "shorten the reason or the policy"),
}
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def gone(path: Path, what: str) -> RegistryError:
    """Return the error for a file that was ``what`` (deleted, replaced) while it was open."""
    return RegistryError(
        f"the registry {path} was {what} while netgrant had it open",
        fix="put it back, or start netgrant again to begin a new one",
    )


def of_sqlite(error: sqlite3.Error, path: Path, patience_seconds: float) -> RegistryError:
    """Return the RegistryError for what SQLite raised."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:  # raised by the Python module itself
        return RegistryError(f"the registry {path} cannot be used: {error}")
    if code == sqlite3.SQLITE_READONLY_DBMOVED:
        return gone(path, "deleted or replaced")
    if code & 0xFF in _BUSY:
        return RegistryError(
            f"the registry {path} is locked by another process (waited {patience_seconds:g} s)",
            fix=f"let the other netgrant or SQLite tool finish (fuser {path} names it), then try again",
        )
    words, fix = _WORDS.get(code & 0xFF, ("cannot be used", ""))
    return RegistryError(f"the registry {path} {words} ({error})", fix=fix)


def of_system(error: OSError, path: Path) -> RegistryError:
    """Return the RegistryError for what the operating system raised."""
    why = error.strerror or str(error)
    if error.errno in (ENOSPC, EDQUOT):
        return RegistryError(f"the registry {path} cannot grow: its disk is full ({why})", fix=_FREE_SPACE)
    if error.errno in (EACCES, EPERM, EROFS):
        return RegistryError(
            f"the registry {path} may not be opened or made by this user ({why})", fix=_READ_ONLY
        )
    return RegistryError(f"the registry {path} cannot be opened: {why}", fix=ELSEWHERE)


@contextmanager
def told(path: Path, patience_seconds: float) -> Iterator[None]:
    """Turn every failure of the block into a RegistryError about ``path``."""
    try:
        yield
    except sqlite3.Error as error:
        raise of_sqlite(error, path, patience_seconds) from error
    except OSError as error:
        raise of_system(error, path) from error
    except UnicodeEncodeError as error:  # a command line in no valid encoding
        raise RegistryError(
            "a registry row holds a character that UTF-8 cannot write", fix="use plain text in the reason"
        ) from error
