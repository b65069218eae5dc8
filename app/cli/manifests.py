"""Read what ``-f`` names: YAML or JSON documents from files or stdin.

Law: nothing is guessed. A key that stands twice, of which YAML would silently take the last, is refused:
nobody may open something else than they read.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.domain.text import quote
from app.errors import InputError

if TYPE_CHECKING:
    from yaml import MappingNode, SafeLoader, YAMLError

SIZE_LIMIT = 256 * 1024
"""Bytes: hundreds of policies."""
_MERGE = "tag:yaml.org,2002:merge"


def read_documents(names: tuple[str, ...]) -> tuple[object, ...]:
    """Return the decoded documents of all files, in order; ``-`` is stdin.

    Raises:
        InputError: a file cannot be read, is too large, or is not YAML.
    """
    import yaml

    loader = _strict_loader()
    found: list[object] = []
    for name in names:
        text = _read(name)
        try:
            found += yaml.load_all(text, loader)
        except yaml.YAMLError as error:
            raise InputError(
                f"-f {quote(name)}: {_complaint(error)}", field="filename", fix="give YAML or JSON"
            ) from error
        except (RecursionError, ValueError, OverflowError) as error:
            raise InputError(
                f"-f {quote(name)}: a value in it cannot be read", field="filename", fix="give YAML or JSON"
            ) from error
    return tuple(found)


def _read(name: str) -> str:
    body = _body(name)
    if len(body) > SIZE_LIMIT:
        raise InputError(
            f"-f {quote(name)} is larger than {SIZE_LIMIT // 1024} KiB", field="filename", fix="split it"
        )
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"-f {quote(name)} is not UTF-8 text", field="filename", fix="give YAML or JSON"
        ) from error


def _body(name: str) -> bytes:
    try:
        if name == "-" and sys.stdin is not None:
            return sys.stdin.buffer.read(SIZE_LIMIT + 1)
        with Path(name).open("rb") as file:
            return file.read(SIZE_LIMIT + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it cannot be opened"
        raise InputError(
            f"-f {quote(name)}: {why}", field="filename", fix="name a file, or - for stdin"
        ) from error


def _complaint(error: "YAMLError") -> str:
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "this is not YAML"
    where = getattr(error, "problem_mark", None)
    return f"{problem}{f' at line {where.line + 1}' if where else ''}"


def _strict_loader() -> type["SafeLoader"]:
    import yaml  # 10 ms, so not before a manifest is read

    # Not the loader over libyaml, although it is ten times as fast: brackets nested deeply enough kill it.
    class Strict(yaml.SafeLoader):
        def construct_mapping(self, node: "MappingNode", deep: bool = False) -> dict[Any, Any]:
            keys = [key for key, _ in node.value if key.tag != _MERGE]
            seen = set()
            for key in keys:
                if (key.tag, str(key.value)) in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key {quote(str(key.value))} stands twice", key.start_mark
                    )
                seen.add((key.tag, str(key.value)))
            found: dict[Any, Any] = super().construct_mapping(node, deep)
            return found

    return Strict
