"""The three patch forms that a real server takes for built-in kinds: JSON merge, JSON, strategic merge.

Law: pure; a patch makes a new value and leaves the old one alone. The strategic form knows the merge keys
of the lists that netgrant and kubectl patch; any other list is replaced whole, as upstream's ``atomic`` is.
"""

from copy import deepcopy
from typing import Any

Json = Any
_MERGE_KEYS = {
    "ownerReferences": "uid",
    "containers": "name",
    "initContainers": "name",
    "env": "name",
    "volumes": "name",
    "volumeMounts": "mountPath",
    "conditions": "type",
    "tolerations": "key",
    "subjects": "name",
}
_SETS = frozenset({"finalizers"})
_DIRECTIVE = "$patch"
_DELETE_FROM_SET = "$deleteFromPrimitiveList/"


class PatchError(Exception):
    """A patch that cannot be applied; the message is for people, not for the wire."""


def merge(target: Json, patch: Json) -> Json:
    """Apply a JSON merge patch (RFC 7396): null removes, objects merge, anything else replaces."""
    if not isinstance(patch, dict):
        return deepcopy(patch)
    found = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            found.pop(key, None)
        else:
            found[key] = merge(found.get(key), value)
    return found


def strategic(target: Json, patch: Json) -> Json:
    """Apply a strategic merge patch: as a merge patch, but lists with a merge key are merged by it."""
    if not isinstance(patch, dict):
        return deepcopy(patch)
    if patch.get(_DIRECTIVE) == "replace":
        return {key: deepcopy(value) for key, value in patch.items() if key != _DIRECTIVE}
    found = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if key.startswith(_DELETE_FROM_SET):
            name = key.removeprefix(_DELETE_FROM_SET)
            found[name] = [item for item in found.get(name, ()) if item not in value]
        elif key.startswith("$"):
            continue
        elif value is None:
            found.pop(key, None)
        elif isinstance(value, list):
            found[key] = _merge_list(found.get(key) or [], value, key)
        else:
            found[key] = strategic(found.get(key), value)
    return found


def _merge_list(target: list[Json], patch: list[Json], field: str) -> list[Json]:
    if field in _SETS:
        return [*target, *(item for item in patch if item not in target)]
    key = _MERGE_KEYS.get(field)
    if key is None or not all(isinstance(item, dict) for item in patch):
        return deepcopy(patch)
    if any(item.get(_DIRECTIVE) == "replace" for item in patch):
        return [deepcopy(item) for item in patch if _DIRECTIVE not in item]
    found = {item.get(key): item for item in target}
    for item in patch:
        if item.get(_DIRECTIVE) == "delete":
            found.pop(item.get(key), None)
        else:
            found[item.get(key)] = strategic(found.get(item.get(key)), item)
    return [*found.values()]


def json_patch(target: Json, operations: list[Json]) -> Json:
    """Apply a JSON patch (RFC 6902) as a whole.

    Raises:
        PatchError: an operation that is malformed, misses its place, or tests for something else.
    """
    document = deepcopy(target)
    for operation in operations:
        document = _apply(document, operation)
    return document


def _apply(document: Json, operation: Json) -> Json:
    try:
        name, path = operation["op"], operation["path"]
        match name:
            case "test":
                if _get(document, _steps(path)) != operation["value"]:
                    raise PatchError(f"testing value {path} failed")
                return document
            case "remove":
                return _remove(document, _steps(path))
            case "add" | "replace":
                return _add(document, _steps(path), deepcopy(operation["value"]), name == "replace")
            case "move" | "copy":
                source = _steps(operation["from"])
                value = deepcopy(_get(document, source))
                rest = _remove(document, source) if name == "move" else document
                return _add(rest, _steps(path), value, False)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise PatchError(f"{operation!r} cannot be applied") from error
    raise PatchError(f"unknown operation {name!r}")


def _steps(path: str) -> list[str]:
    if path and not path.startswith("/"):
        raise PatchError(f"{path!r} is not a JSON pointer")
    return [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:]]


def _get(document: Json, steps: list[str]) -> Json:
    for step in steps:
        document = document[_index(document, step)] if isinstance(document, list) else document[step]
    return document


def _index(items: list[Json], step: str) -> int:
    if not step.isdecimal() or int(step) >= len(items):
        raise PatchError(f"no item {step} in a list of {len(items)}")
    return int(step)


def _add(document: Json, steps: list[str], value: Json, is_replace: bool) -> Json:
    if not steps:
        return value
    parent, last = _get(document, steps[:-1]), steps[-1]
    if not isinstance(parent, list):
        parent[last] = value
    elif is_replace:
        parent[_index(parent, last)] = value
    elif last == "-":
        parent.append(value)
    elif last.isdecimal() and int(last) <= len(parent):
        parent.insert(int(last), value)
    else:
        raise PatchError(f"no place {last} in a list of {len(parent)}")
    return document


def _remove(document: Json, steps: list[str]) -> Json:
    parent = _get(document, steps[:-1])
    if isinstance(parent, list):
        del parent[_index(parent, steps[-1])]
    else:
        del parent[steps[-1]]
    return document
