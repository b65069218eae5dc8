"""The registry as a file: where it may lie, who may read it, and whether it is still the same one.

Law: the file is private (0600, in a directory 0700 where we make it) and on a local disk: SQLite's locks
do not hold on network file systems. This module never opens an existing database: closing any descriptor
of it would drop SQLite's POSIX locks. What exists is not changed; a too open mode is told, not mended.
"""

import os
import re
import stat
from pathlib import Path, PurePosixPath

from app.errors import RegistryError
from app.registry.faults import ELSEWHERE

_NETWORK = frozenset(
    {
        "9p", "afs", "beegfs", "ceph", "cifs", "coda", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4",
        "orangefs", "smb2", "smb3", "smbfs",
        "fuse.ceph-fuse", "fuse.gcsfuse", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs",
    }
)  # fmt: skip
_OCTAL = re.compile(r"\\([0-7]{3})")
_MOUNTS = Path("/proc/self/mountinfo")

Identity = tuple[int, int]
"""Device and inode: the very file, whatever its name."""


def identity(path: Path) -> Identity | None:
    """Return which file has this name now, None where there is none.

    Raises:
        RegistryError: it is a directory, a pipe or another thing that is no file.
        OSError: it may not be looked at.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found.st_mode):
        kind = "a directory" if stat.S_ISDIR(found.st_mode) else "not a regular file"
        raise RegistryError(f"the registry {path} is {kind}", fix=ELSEWHERE)
    return found.st_dev, found.st_ino


def is_unwritten(path: Path) -> bool:
    """Tell whether there is no file, or the empty one of a process that died or met a full disk at its start.

    Raises:
        RegistryError, OSError: as ``identity``.
    """
    return identity(path) is None or path.stat().st_size == 0


def create_private(path: Path) -> None:
    """Make an empty file with mode 0600, and its missing directories, the last with mode 0700.

    A file that another process makes at the same moment is as good.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        return


def too_open(path: Path) -> str:
    """Say that others may read or write the file; empty where they may not."""
    mode = stat.S_IMODE(path.stat().st_mode)
    return f"mode {mode:04o} lets others in: chmod 600 {path}" if mode & 0o077 else ""


def refuse_network(path: Path, mountinfo: str | None = None) -> None:
    """Refuse a path on a network file system.

    Where the system has no /proc (macOS) nothing can be told, and nothing is refused.

    Raises:
        RegistryError: the file would lie on one.
    """
    table = _read_mounts() if mountinfo is None else mountinfo
    kind = file_system(PurePosixPath(os.path.realpath(path)), table)
    if kind in _NETWORK:
        raise RegistryError(
            f"the registry {path} would lie on a network file system ({kind}), which breaks SQLite's locks",
            fix=ELSEWHERE,
        )


def file_system(path: PurePosixPath, mountinfo: str) -> str:
    """Return the type of the file system that holds ``path`` after proc(5)'s mountinfo, empty if unknown."""
    best, kind = -1, ""
    for line in mountinfo.splitlines():
        left, _, right = line.partition(" - ")
        fields = left.split(" ")
        if len(fields) < 5 or not right:
            continue
        point = PurePosixPath(_OCTAL.sub(lambda match: chr(int(match[1], 8)), fields[4]))
        if path.is_relative_to(point) and len(point.parts) >= best:  # of stacked mounts the last one counts
            best, kind = len(point.parts), right.split(" ", 1)[0]
    return kind


def _read_mounts() -> str:
    try:
        return _MOUNTS.read_text(errors="surrogateescape")
    except OSError:
        return ""
