"""The tables of README and docs, made from the code: ``python -m tests.reference`` writes them anew."""

import re
from collections.abc import Iterable
from pathlib import Path

from app.cli.exits import MEANINGS
from app.commands.catalog import DASHBOARD, SCREENS, VERBS, Key
from app.commands.key_names import key_names
from app.settings import SPECS

README = Path(__file__).parent.parent / "README.md"
KEYS = README.parent / "docs" / "keys.md"


def _verbs() -> str:
    rows = [
        f"| `netgrant {item.name}` | {item.summary} | {'yes' if item.writes else '–'} |" for item in VERBS
    ]
    return "\n".join(["| command | what it does | changes the cluster |", "| --- | --- | --- |", *rows])


def _exits() -> str:
    rows = [f"| {code.value} | `{code.name}` | {meaning} |" for code, meaning in MEANINGS.items()]
    return "\n".join(["| code | name | meaning |", "| --- | --- | --- |", *rows])


def _code(text: str) -> str:
    return f"`{text}`" if text else "–"


def _settings() -> str:
    rows = [
        f"| `{spec.name}` | {_code(spec.flag)} | {_code(spec.variable)} | {spec.default} | {spec.help} |"
        for spec in SPECS
    ]
    header = "| in the file | option | variable | default | what |"
    return "\n".join([header, "| --- | --- | --- | --- | --- |", *rows])


def _keys(keys: Iterable[Key]) -> str:
    rows = [
        f"| {' '.join(f'`{name}`' for name in key_names(key.keys))} | {key.help} "
        f"| {'yes' if key.writes else '–'} |"
        for key in keys
    ]
    return "\n".join(["| key | what it does | off when read-only |", "| --- | --- | --- |", *rows])


def _all_keys() -> str:
    return "\n\n".join(f"## {name.capitalize()}\n\n{_keys(keys)}" for name, keys in SCREENS.items())


def _main_keys() -> str:
    return _keys(key for key in DASHBOARD if key.in_footer)


TABLES = {
    README: {"keys": _main_keys, "verbs": _verbs, "exits": _exits, "settings": _settings},
    KEYS: {"all keys": _all_keys},
}


def with_tables(document: Path) -> str:
    """Return a document's text with what stands between each pair of markers replaced by the table."""
    text = document.read_text()
    for name, make in TABLES[document].items():
        pattern = rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)"
        text = re.sub(pattern, lambda found: f"{found[1]}{make()}\n{found[2]}", text, flags=re.S)  # noqa: B023
    return text


if __name__ == "__main__":
    for written in TABLES:
        written.write_text(with_tables(written))
