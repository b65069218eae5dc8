import os
import stat
from pathlib import Path, PurePosixPath

import pytest

from app.errors import RegistryError
from app.registry import files

MOUNTS = r"""22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 22 0:40 / /home rw,relatime shared:3 - nfs4 192.0.2.7:/export rw,vers=4.2
31 30 0:41 / /home/bob/local rw - btrfs /dev/vdb rw
32 22 0:42 / /mnt/my\040share rw - cifs //192.0.2.8/x rw
33 22 0:43 / /data rw - nfs 192.0.2.7:/data rw
34 33 0:44 / /data rw - xfs /dev/vdc rw
garbage
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/x.db", "ext4"),
        ("/home/alice/registry.db", "nfs4"),
        ("/homework/registry.db", "ext4"),
        ("/home/bob/local/registry.db", "btrfs"),
        ("/mnt/my share/registry.db", "cifs"),
        ("/data/registry.db", "xfs"),
    ],
)
def test_the_innermost_and_latest_mount_holds_the_file(path: str, kind: str) -> None:
    assert files.file_system(PurePosixPath(path), MOUNTS) == kind


def test_without_a_mount_table_nothing_is_known_and_nothing_refused(path: Path) -> None:
    assert files.file_system(PurePosixPath("/x"), "") == ""
    files.refuse_network(path, mountinfo="")


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "fuse.sshfs"])
def test_network_file_systems_are_refused(path: Path, kind: str) -> None:
    with pytest.raises(RegistryError, match=rf"network file system \({kind}\)") as caught:
        files.refuse_network(path, mountinfo=f"22 1 0:1 / / rw - {kind} server:/ rw\n")

    assert "--registry" in caught.value.fix


def test_a_link_into_a_network_file_system_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/home/alice")

    with pytest.raises(RegistryError, match="nfs4"):
        files.refuse_network(tmp_path / "link" / "registry.db", mountinfo=MOUNTS)


def test_this_machine_is_asked_when_no_table_is_given(path: Path) -> None:
    files.refuse_network(path)


def test_a_new_file_and_its_directory_are_private_whatever_the_umask(path: Path) -> None:
    before = os.umask(0)
    try:
        files.create_private(path)
    finally:
        os.umask(before)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_stands_already_is_left_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "registry.db").write_bytes(b"kept")

    files.create_private(tmp_path / "registry.db")

    assert (tmp_path / "registry.db").read_bytes() == b"kept"
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_what_stands_already_is_not_even_opened(unprivileged: Path) -> None:
    file = unprivileged / "registry.db"
    file.touch(mode=0o000)

    files.create_private(file)  # opening it would drop the locks that this process holds on it


def test_a_mode_that_lets_others_in_is_told(tmp_path: Path) -> None:
    file = tmp_path / "registry.db"
    files.create_private(file)
    assert files.too_open(file) == ""

    file.chmod(0o644)

    assert files.too_open(file) == f"mode 0644 lets others in: chmod 600 {file}"


def test_identity_follows_the_file_and_not_its_name(tmp_path: Path) -> None:
    file = tmp_path / "a"
    assert files.identity(file) is None
    file.touch()
    first = files.identity(file)
    file.rename(tmp_path / "b")
    file.touch()

    assert files.identity(tmp_path / "b") == first != files.identity(file)


def test_a_pipe_is_refused_before_anything_could_hang_on_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(RegistryError, match="not a regular file"):
        files.identity(tmp_path / "pipe")
