"""Find, read and merge kubeconfig files.

Law: the rules of client-go: ``--kubeconfig`` is the only file and must exist; else the files that KUBECONFIG
lists, those that are missing left out; else ~/.kube/config. The first file to set a name wins, also for
current-context. Relative paths are relative to the file that holds them. Stricter in one thing: a KUBECONFIG
of which no file exists is an error, not a reason to act as the pod that we happen to run in.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar, cast

import msgspec
import yaml

from app.domain.text import clean
from app.errors import ConfigError
from app.kube.kubeconfig import Cluster, Context, ExecConfig, Kubeconfig, User

T = TypeVar("T")

# libyaml reads a kubeconfig of 200 contexts in 20 ms, the pure-Python loader in 400 ms.
_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _NamedCluster(msgspec.Struct, frozen=True):
    name: str
    cluster: Cluster = Cluster()


class _NamedUser(msgspec.Struct, frozen=True):
    name: str
    user: User = User()

    def __repr__(self) -> str:
        return f"_NamedUser({self.name!r})"


class _NamedContext(msgspec.Struct, frozen=True):
    name: str
    context: Context = Context()


class _Document(msgspec.Struct, frozen=True, rename="kebab"):
    clusters: tuple[_NamedCluster, ...] = ()
    users: tuple[_NamedUser, ...] = ()
    contexts: tuple[_NamedContext, ...] = ()
    current_context: str = ""


def load(explicit: str, environ: Mapping[str, str]) -> Kubeconfig:
    """Return the merged kubeconfig; an empty one where no file was asked for and the default is not there.

    Args:
        explicit: the ``--kubeconfig`` option, one path or a list as in KUBECONFIG, or empty.
        environ: for KUBECONFIG and HOME.

    Raises:
        ConfigError: a file that was asked for is missing, unreadable, no YAML, or of another shape.
    """
    found = [path for path in _wanted(explicit, environ) if _is_there(path)]
    if not found and explicit:
        raise ConfigError(
            f"there is no kubeconfig file {clean(explicit)}", fix="check --kubeconfig, or leave it out"
        )
    if not found and environ.get("KUBECONFIG"):
        raise ConfigError(
            f"none of the files in KUBECONFIG exists: {clean(environ['KUBECONFIG'])}",
            fix="correct or unset KUBECONFIG, or pass --kubeconfig",
        )
    return merge({path: read(path) for path in found})


def default_path(environ: Mapping[str, str]) -> Path:
    """Return where kubectl keeps its file when nothing else is said."""
    return Path(environ.get("HOME") or Path.home()) / ".kube" / "config"


def _wanted(explicit: str, environ: Mapping[str, str]) -> list[Path]:
    listed = [part for part in (explicit or environ.get("KUBECONFIG", "")).split(os.pathsep) if part]
    return [Path(part).expanduser() for part in listed] or [default_path(environ)]


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # in a folder that we may not enter, or of an impossible name: reading it says which
        return True


def read(path: Path) -> _Document:
    """Return what one file says; an empty file says nothing.

    Raises:
        ConfigError: it cannot be read, is no YAML, or of another shape.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigError(f"the kubeconfig {_shown(path)} cannot be read: {why}") from None
    tree = _parse(text, path)
    try:
        return msgspec.convert(_without_nulls(tree), _Document)
    except msgspec.ValidationError as error:  # names the field and the types, never the value
        raise ConfigError(
            f"the kubeconfig {_shown(path)} has another shape than a kubeconfig: {clean(str(error), 200)}",
            fix="kubectl config view shows what kubectl makes of it",
        ) from None


def _parse(text: str, path: Path) -> object:
    try:
        return yaml.load(text, Loader=_LOADER) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark is not None else ""
        # Only the kind of problem: PyYAML's own text repeats the line, and that line may be a token.
        raise ConfigError(
            f"the kubeconfig {_shown(path)} is not valid YAML{where}",
            fix="kubectl config view reads the same file and shows the line",
        ) from None


def _without_nulls(tree: object) -> object:
    """Leave out null values: ``users: null`` and an absent ``users`` mean the same to client-go."""
    if isinstance(tree, dict):
        return {key: _without_nulls(value) for key, value in tree.items() if value is not None}
    if isinstance(tree, list):
        return [_without_nulls(value) for value in tree if value is not None]
    return tree


def merge(documents: Mapping[Path, _Document]) -> Kubeconfig:
    """Merge files, the first one first; paths in them become absolute."""
    clusters: dict[str, Cluster] = {}
    users: dict[str, User] = {}
    contexts: dict[str, Context] = {}
    current = ""
    for path, document in documents.items():
        folder = path.absolute().parent
        current = current or document.current_context
        for named_cluster in document.clusters:
            clusters.setdefault(named_cluster.name, _settled(named_cluster.cluster, folder))
        for named_user in document.users:
            users.setdefault(named_user.name, _settled_user(named_user.user, folder))
        for named_context in document.contexts:
            contexts.setdefault(named_context.name, named_context.context)
    return Kubeconfig(tuple(documents), current, contexts, clusters, users)


def _settled(cluster: Cluster, folder: Path) -> Cluster:
    return _with_paths(cluster, folder, "certificate_authority")


def _settled_user(user: User, folder: Path) -> User:
    user = _with_paths(user, folder, "client_certificate", "client_key", "token_file")
    plugin = user.exec_plugin
    # Only a command with a separator is a path; a bare one is looked up in PATH.
    if plugin is None or os.sep not in plugin.command:
        return user
    settled: ExecConfig = _with_paths(plugin, folder, "command")
    return msgspec.structs.replace(user, exec_plugin=settled)


def _with_paths(value: T, folder: Path, *names: str) -> T:
    paths = {name: getattr(value, name) for name in names}
    absolute = {name: os.path.normpath(folder / path) for name, path in paths.items() if path}
    struct = cast("msgspec.Struct", value)
    return cast("T", msgspec.structs.replace(struct, **absolute))


def _shown(path: Path) -> str:
    return clean(str(path))
